"""``vidseg preview``."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

import click

from vidseg.cli import options
from vidseg.cli.printable import printable
from vidseg.errors import JobError, OptionError, SourceError, VidsegError


@click.command()
@options.sources
@click.option("--at", type=options.Time(), multiple=True, help="A moment: seconds, m:ss or h:mm:ss; may be repeated.")
@click.option("--count", type=int, help="As many moments, evenly.  [default: 5]")
@options.outputs
@options.segmenter
@options.voice
def preview(at: tuple[Fraction, ...], count: int | None, **others: Any) -> int:
    """Make a contact sheet of a video: source, matte, overlay, and the person over a chequerboard.

    A matter of seconds, however long the video is. Without -o or --out-dir talk.mp4 gives talk-preview.png.
    """
    from vidseg.cli.run import speaking

    if at and count is not None:
        raise OptionError("--count", "doesn't go with --at, which says the moments itself")
    with speaking(others) as stream:
        from vidseg import api
        from vidseg.plan import Outputs, make_folders, plan_sheets

        outputs = Outputs("preview", others["output"], others["out_dir"], others["existing"], ".png", others["name"])
        made, skipped = plan_sheets(others["sources"], outputs, recursive=others["recursive"])
        make = api.sheets(
            at,
            5 if count is None else count,
            model=others["model"],
            categories=others["categories"],
            quality=others["quality"],
            edge=options.edge(others),
        )
        make.check()
        make_folders(target for _, target in made)
        told = _Told(stream, quiet=others["quiet"], as_json=others["as_json"])
        for source, target in skipped:
            told.skipped(source, target)
        for source, target in made:
            try:
                told.done(api.write_sheet(make, source, target, overwrite=others["existing"] == "overwrite"))
            except (JobError, OptionError) as error:
                if isinstance(error, OptionError) and len(made) + len(skipped) == 1:
                    raise  # the request is wrong; of many files one may be too short for it
                told.failed(source, target, error)
    return told.sums()


class _Told:
    """One line for a person, and one object for a program, of each sheet."""

    def __init__(self, stream: TextIO, *, quiet: bool, as_json: bool) -> None:
        self._stream, self._quiet, self._as_json = stream, quiet, as_json
        self._counts = {"done": 0, "failed": 0, "skipped": 0}

    def done(self, sheet: Any) -> None:
        moments = [round(float(moment), 6) for moment in sheet.moments]
        self._object(sheet.source, sheet.target, "done", moments=moments, seconds=round(sheet.seconds, 3))
        self._say(f"done: {printable(sheet.target)}: {len(moments)} moments in {sheet.seconds:.1f} s")

    def skipped(self, source: Path, target: Path) -> None:
        self._object(source, target, "skipped", moments=[], seconds=0.0)
        self._say(f"skipped: {printable(target)} is there already")

    def failed(self, source: Path, target: Path, error: VidsegError) -> None:
        reason = error.reason if isinstance(error, SourceError) else str(error)
        self._object(source, target, "failed", reason=reason)
        self._say(f"FAILED: {printable(source)}: {printable(reason)}", always=True)

    def sums(self) -> int:
        """At the end; gives the exit code."""
        if sum(self._counts.values()) > 1:
            self._say(", ".join(f"{count} {outcome}" for outcome, count in self._counts.items()))
        return 1 if self._counts["failed"] else 0

    def _say(self, text: str, *, always: bool = False) -> None:
        if always or not self._quiet:
            print(text, file=self._stream)

    def _object(self, source: Path, target: Path, outcome: str, **more: object) -> None:
        self._counts[outcome] += 1
        if self._as_json:
            click.echo(json.dumps({"source": str(source), "target": str(target), "outcome": outcome} | more))
