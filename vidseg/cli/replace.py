"""``vidseg replace``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option("--bg", "background", required=True, metavar="BG", help="A picture, a video (looped), or a colour.")
@click.option(
    "--fit",
    type=click.Choice(["cover", "contain", "stretch"]),
    default="cover",
    show_default=True,
    help="How the background fills the frame: cut, whole over black, or distorted.",
)
@click.option(
    "--light-wrap",
    type=float,
    default=0,
    show_default=True,
    help="How much of the place's light is on the people's rim, 0 to 1; a third looks natural.",
)
@options.shared
def replace(background: str, fit: str, light_wrap: float, **others: Any) -> int:
    """Put another background behind the people.

    BG is a picture, a video (looped, its time matched with the source's), or a colour: green, blue, #00b140. Without
    -o or --out-dir the output is written beside the source: talk.mp4 gives talk-replace.mp4. The output's suffix says
    the container: .mp4, .mov, .mkv or .webm.
    """
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.replace import Replace

    return run_jobs(Replace(background, fit, light_wrap), "replace", others)  # type: ignore[arg-type]
