"""``vidseg screen``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option("--color", metavar="green|blue|#rrggbb", default="green", show_default=True, help="The screen's colour.")
@click.option(
    "--despill",
    type=click.Choice(["edge", "person", "none"]),
    default="edge",
    show_default=True,
    help="Where the screen's hue is taken out of the person's colours.",
)
@options.shared
def screen(color: str, despill: str, **others: Any) -> int:
    """Make a green-screen plate for a keyer.

    The colour is exact in the video's own code: green is #00b140, blue #0047bb. The old place's colour is taken out of
    the person's edge. With --despill person green clothes are kept from being keyed away with the screen, and change
    their colour. Without -o or --out-dir talk.mp4 gives talk-screen.mp4.
    """
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.screen import Screen

    return run_jobs(Screen(color, despill), "screen", others)  # type: ignore[arg-type]
