"""``vidseg blur``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option("--strength", type=float, default=0.5, show_default=True, help="From 0 to 1.")
@click.option(
    "--shape",
    type=click.Choice(["gaussian", "disc"]),
    default="gaussian",
    show_default=True,
    help="Of the blur: points of light melt, or become discs as in a lens.",
)
@click.option(
    "--target",
    "what",
    type=click.Choice(["background", "person"]),
    default="background",
    show_default=True,
    help="What is blurred.",
)
@options.shared
def blur(strength: float, shape: str, what: str, **others: Any) -> int:
    """Put the background out of focus, or the people.

    What stays sharp leaves no halo: none of its colour gets into the blur. With --target person the place stays as it
    is; look through the result, for a person who isn't found isn't blurred. Without -o or --out-dir talk.mp4 gives
    talk-blur.mp4.
    """
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.blur import Blur

    return run_jobs(Blur(strength, shape, what), "blur", others)  # type: ignore[arg-type]
