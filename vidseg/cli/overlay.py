"""``vidseg overlay``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option("--color", metavar="COLOR", default="red", show_default=True, help="A name, or #rrggbb.")
@click.option("--opacity", type=float, default=0.5, show_default=True, help="Of the paint, from 0 to 1.")
@click.option("--outline", is_flag=True, help="Draw a line, too, where the matte is half.")
@options.shared
def overlay(color: str, opacity: float, outline: bool, **others: Any) -> int:
    """Paint the matte over the picture, to judge it by eye.

    Without -o or --out-dir talk.mp4 gives talk-overlay.mp4. With --opacity 0 --outline the line is drawn alone.
    """
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.overlay import Overlay

    return run_jobs(Overlay(color, opacity, outline), "overlay", others)
