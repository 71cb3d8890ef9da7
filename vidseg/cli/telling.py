"""What is said of a run: lines and bars for people, or events for programs; results on standard output."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import Any, TextIO

import click

from vidseg.cli.bars import Bars
from vidseg.cli.patient import nowhere
from vidseg.cli.printable import printable
from vidseg.json_line import json_line

_EVERY = 0.5
"""Seconds between two events of progress of one job, at least."""


def as_object(outcome: Any) -> dict[str, Any]:
    """An outcome for programs."""
    from vidseg.job import Done, Failed

    job = outcome.job
    said: dict[str, Any] = {"source": str(job.source), "target": str(job.target)}
    if isinstance(outcome, Done):
        alpha = job.recipe.encoding.alpha
        return said | {
            "outcome": "done", "frames": outcome.frames, "seconds": round(outcome.seconds, 3),
            "notes": list(outcome.notes), "details": list(outcome.details),
            "damage": asdict(outcome.damage) if outcome.damage else None, **({"alpha": alpha} if alpha else {}),
        }  # fmt: skip
    if isinstance(outcome, Failed):
        return said | {"outcome": "failed", "reason": outcome.reason}
    return said | {"outcome": "skipped", "reason": outcome.reason}


class Lines:
    """For people: a line for each outcome, bars between them, the sums at the end."""

    def __init__(self, stream: TextIO, jobs: int, *, quiet: bool, verbose: bool, bars: bool) -> None:
        self._stream, self._quiet, self._verbose = stream, quiet, verbose
        self._bars = Bars(stream, jobs, off=quiet or not bars)

    def progress(self, job: Any, now: Any) -> None:
        """How far a job is."""
        self._bars.show(job, now)

    def outcome(self, outcome: Any) -> None:
        """What became of a job."""
        from vidseg.job import Done, Failed

        self._bars.ended(outcome.job)
        self._bars.clear()
        job = outcome.job
        if isinstance(outcome, Failed):
            self._say(f"FAILED: {printable(job.source)}: {printable(outcome.reason)}")
        elif self._quiet:
            return
        elif isinstance(outcome, Done):
            speed = outcome.frames / outcome.seconds if outcome.seconds else 0.0
            alpha = job.recipe.encoding.alpha
            told = ([f"{alpha} alpha"] if alpha else []) + list(outcome.notes)
            notes = "".join(f"; {printable(note)}" for note in told)
            self._say(
                f"done: {printable(job.target)}: {outcome.frames} frames in {outcome.seconds:.1f} s "
                f"({speed:.1f}/s){notes}"
            )
            for detail in outcome.details if self._verbose else ():
                self._say(f"      {printable(detail)}")
        else:
            self._say(f"skipped: {printable(job.target)} {outcome.reason}")

    def stopped(self, why: str, left: int) -> None:
        """The run ends before its jobs do."""
        self._bars.clear()
        files = "1 file is" if left == 1 else f"{left} files are"
        self._say(f"stopped: {printable(why)}: {files} not done; make room, and the same command goes on")

    def said(self, text: str) -> None:
        """Something that is wrong with the run itself."""
        self._bars.clear()
        self._say(f"vidseg: {printable(text)}")

    def sums(self, counts: dict[str, int]) -> None:
        """At the end."""
        self._bars.clear()
        if counts["Done"] + counts["Failed"] + counts["Skipped"] > 1 and not self._quiet:
            damaged = f" ({counts['Damaged']} from damaged sources)" if counts["Damaged"] else ""
            self._say(f"{counts['Done']} done{damaged}, {counts['Failed']} failed, {counts['Skipped']} skipped")

    def _say(self, text: str) -> None:
        print(text, file=self._stream)

    def clear(self) -> None:
        """Leave a terminal as it was."""
        self._bars.clear()


class Events:
    """For programs: an object a line on standard error, with the ``event`` begun, progress, ended or sums."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._told: dict[Any, float] = {}

    def progress(self, job: Any, now: Any) -> None:
        """How far a job is; the first time it has begun."""
        moment = time.monotonic()
        if job not in self._told:
            self._say("begun", source=str(job.source), target=str(job.target), frames=now.total)
        elif moment - self._told[job] < _EVERY:
            return
        self._told[job] = moment
        piece = None if now.piece is None else {"number": now.piece[0] + 1, "count": now.piece[1]}
        self._say(
            "progress", source=str(job.source), target=str(job.target), frames=now.frames, total=now.total,
            worker=now.worker, piece=piece,
        )  # fmt: skip

    def outcome(self, outcome: Any) -> None:
        """What became of a job."""
        self._told.pop(outcome.job, None)
        self._say("ended", **as_object(outcome))

    def stopped(self, why: str, left: int) -> None:
        """The run ends before its jobs do."""
        self._say("stopped", reason=why, left=left)

    def said(self, text: str) -> None:
        """Something that is wrong with the run itself."""
        self._say("trouble", reason=text)

    def sums(self, counts: dict[str, int]) -> None:
        """At the end."""
        self._say(
            "sums", done=counts["Done"], damaged=counts["Damaged"], failed=counts["Failed"], skipped=counts["Skipped"]
        )

    def _say(self, event: str, **more: Any) -> None:
        print(json_line({"event": event} | more), file=self._stream, flush=True)

    def clear(self) -> None:
        """Nothing to leave."""


class Results:
    """Outcomes on standard output. The work goes on where nobody takes them any more, for it is more than its results.

    ``lost`` is whether some couldn't be told though somebody wanted them; a reader that has gone wants none.
    """

    def __init__(self, told: Lines | Events) -> None:
        self._told = told
        self._closed = False
        self.lost = False

    def tell(self, outcome: Any) -> None:
        """One of them, as an object on a line."""
        if self._closed:
            return
        try:
            click.echo(json_line(as_object(outcome)))
        except OSError as error:
            self._closed = True
            self.lost = not isinstance(error, BrokenPipeError)
            nowhere(sys.stdout)
            if self.lost:
                self._told.said(f"standard output can't be written to ({error.strerror}): its results are lost")
