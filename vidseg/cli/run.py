"""What every command does with its recipe: plan, do, and say what came of it."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any, TextIO

import click

from vidseg import libraries
from vidseg.cli import dry_run
from vidseg.cli.heap import keep_large_blocks_apart
from vidseg.cli.printable import printable
from vidseg.cli.quiet import libraries_silenced
from vidseg.errors import OptionError


@dataclass(frozen=True)
class Voice:
    """How much is said, and where: ``-q``, ``-v``, ``--json``."""

    quiet: bool
    verbose: bool
    as_json: bool


def run_jobs(effect: Any, label: str, options: dict[str, Any]) -> int:
    """Do one effect for all sources of a command line; gives the exit code. Raises a ``RequestError``."""
    voice = Voice(options["quiet"], options["verbose"], options["as_json"])
    if voice.quiet and voice.verbose:
        raise OptionError("--quiet", "doesn't go with --verbose")
    libraries.require()
    keep_large_blocks_apart()
    if voice.verbose:
        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("vidseg").setLevel(logging.DEBUG)
    with libraries_silenced(silent=not voice.verbose) as stream:
        return _run(effect, label, options, voice, stream)


def _run(effect: Any, label: str, options: dict[str, Any], voice: Voice, stream: TextIO) -> int:
    from vidseg import api, batch
    from vidseg.job import Encoding, Failed, Span
    from vidseg.plan import Outputs, make_folders, plan

    recipe = api.recipe(
        effect,
        model=options["model"],
        encoding=Encoding(options["codec"], options["crf"], options["preset"]),
    )
    outputs = Outputs(label, options["output"], options["out_dir"], options["existing"], options["name"])
    span = Span(options["start"], options["end"])
    planned = plan(options["sources"], outputs, recipe, span, recursive=options["recursive"])
    if options["dry_run"]:
        dry_run.tell(planned.jobs, 1, as_json=voice.as_json)
        for skipped in planned.skipped:
            _tell(skipped, voice, stream)
        return 0
    make_folders(planned)
    counts = {"Done": 0, "Failed": 0, "Skipped": 0}
    bar = _Bar(stream, off=voice.quiet)
    for skipped in planned.skipped:
        counts["Skipped"] += 1
        _tell(skipped, voice, stream)
    failed = False
    for result in batch.run(planned.jobs, bar.show, overwrite=options["existing"] == "overwrite"):
        bar.clear()
        counts[type(result).__name__] += 1
        failed |= isinstance(result, Failed)
        _tell(result, voice, stream)
    if sum(counts.values()) > 1 and not voice.quiet:
        print(f"{counts['Done']} done, {counts['Failed']} failed, {counts['Skipped']} skipped", file=stream)
    return 1 if failed else 0


class _Bar:
    """One bar, for the job that is being done; none where standard error is no terminal."""

    def __init__(self, stream: TextIO, *, off: bool) -> None:
        self._stream, self._off = stream, off
        self._bar: Any = None

    def show(self, job: Any, progress: Any) -> None:
        """Move on; begins the bar at the job's first frame."""
        if self._off or not self._stream.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=progress.total, desc=job.source.name[:40], unit=" frames", file=self._stream, leave=False,
                dynamic_ncols=True,
            )  # fmt: skip
        self._bar.update(progress.frames - self._bar.n)

    def clear(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _print_json(job: Any, **more: object) -> None:
    click.echo(json.dumps({"source": str(job.source), "target": str(job.target)} | more))


def _tell(outcome: Any, voice: Voice, stream: TextIO) -> None:
    """One line for a person, and one object for a program."""
    from vidseg.job import Done, Failed

    job = outcome.job
    if isinstance(outcome, Done):
        if voice.as_json:
            _print_json(
                job, outcome="done", frames=outcome.frames, seconds=round(outcome.seconds, 3),
                notes=list(outcome.notes), details=list(outcome.details),
            )  # fmt: skip
        if not voice.quiet:
            speed = outcome.frames / outcome.seconds if outcome.seconds else 0.0
            notes = "".join(f"; {printable(note)}" for note in outcome.notes)
            print(
                f"done: {printable(job.target)}: {outcome.frames} frames in {outcome.seconds:.1f} s "
                f"({speed:.1f}/s){notes}",
                file=stream,
            )
            for detail in outcome.details if voice.verbose else ():
                print(f"      {printable(detail)}", file=stream)
    elif isinstance(outcome, Failed):
        if voice.as_json:
            _print_json(job, outcome="failed", reason=outcome.reason)
        print(f"FAILED: {printable(job.source)}: {printable(outcome.reason)}", file=stream)
    else:
        if voice.as_json:
            _print_json(job, outcome="skipped")
        if not voice.quiet:
            print(f"skipped: {printable(job.target)} is there already", file=stream)
