"""``vidseg preview``."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from vidseg.cli import options
from vidseg.cli.printable import printable
from vidseg.errors import OptionError


@click.command()
@click.argument("source", metavar="SOURCE", type=options.PATH)
@click.option("--at", type=options.Time(), multiple=True, help="A moment: seconds, m:ss or h:mm:ss; may be repeated.")
@click.option("--count", type=int, help="As many moments, evenly.  [default: 5]")
@click.option("-o", "--output", type=options.PATH, help="The picture, a .png.")
@options.existing
@options.segmenter
@options.voice
def preview(
    source: Path,
    at: tuple[Fraction, ...],
    count: int | None,
    output: Path | None,
    existing: str,
    model: str,
    **others: Any,
) -> int:
    """Make a contact sheet of a video: source, matte, overlay, and the person over a chequerboard.

    A matter of seconds, however long the video is. Without -o talk.mp4 gives talk-preview.png.
    """
    from vidseg.cli.run import speaking

    if at and count is not None:
        raise OptionError("--count", "doesn't go with --at, which says the moments itself")
    with speaking(others) as (voice, stream):
        from vidseg import api

        done = api.preview(
            source,
            output,
            at=at,
            count=5 if count is None else count,
            model=model,
            existing=existing,  # type: ignore[arg-type]
        )
        outcome = "done" if done.moments else "skipped"
        if voice.as_json:
            moments = [round(float(moment), 6) for moment in done.moments]
            told = {"source": str(source), "target": str(done.target), "outcome": outcome, "moments": moments}
            click.echo(json.dumps(told | {"seconds": round(done.seconds, 3)}))
        if not voice.quiet and done.moments:
            what = f"{len(done.moments)} moments in {done.seconds:.1f} s"
            print(f"done: {printable(done.target)}: {what}", file=stream)
        elif not voice.quiet:
            print(f"skipped: {printable(done.target)} is there already", file=stream)
    return 0
