"""What every command does with its recipe: plan, do, and say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TextIO

import click

from vidseg import libraries
from vidseg.cli import dry_run, recipe_file, telling
from vidseg.cli.quiet import libraries_silenced
from vidseg.errors import DiskError, OptionError, TargetError
from vidseg.heap import keep_large_blocks_apart


@contextmanager
def speaking(options: dict[str, Any]) -> Iterator[TextIO]:
    """What a command's work is done within: how much is said, and where. Raises a ``RequestError``."""
    if options["quiet"] and options["verbose"]:
        raise OptionError("--quiet", "doesn't go with --verbose")
    libraries.require()
    keep_large_blocks_apart()
    if options["verbose"]:
        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("vidseg").setLevel(logging.DEBUG)
    with libraries_silenced(silent=not options["verbose"]) as stream:
        yield stream


def run_jobs(
    effect: Any, label: str, options: dict[str, Any], *, encoding: Any = None, suffix: str | None = None
) -> int:
    """Do one effect for all sources of a command line; gives the exit code. Raises a ``RequestError``.

    ``encoding`` is made of the shared options where it isn't given; ``suffix`` ends the names that are made.
    """
    with speaking(options) as stream:
        return _run(effect, label, options | {"encoding": encoding, "suffix": suffix}, options["begun"], stream)


def _run(effect: Any, label: str, options: dict[str, Any], workers: Any, stream: TextIO) -> int:
    from vidseg import api, report
    from vidseg.cli.options import edge, reading_of
    from vidseg.job import Encoding, Span
    from vidseg.manifest import History
    from vidseg.plan import Outputs, make_folders, plan
    from vidseg.tasks import Terms

    how = options["encoding"] or Encoding(
        options["codec"], options["crf"], options["preset"], encoder=options["encoder"]
    )
    recipe = api.recipe(
        effect,
        model=options["model"],
        categories=options["categories"],
        quality=options["quality"],
        edge=edge(options),
        encoding=how,
        reading=reading_of(options),
    )
    recipe = workers.placed(recipe)
    outputs = workers.placed(
        Outputs(label, options["output"], options["out_dir"], options["existing"], options["suffix"], options["name"])
    )
    planned = plan(
        workers.placed(options["sources"]),
        outputs,
        recipe,
        Span(options["start"], options["end"]),
        recursive=options["recursive"],
        earlier=History(outputs.folder),
        check=workers.inline,
    )
    if not workers.inline:
        workers.check(recipe)
    told = _teller(options, len(planned.jobs), stream)
    options = options | {"results": telling.Results(told) if options["as_json"] else None}
    if options["dry_run"]:
        dry_run.tell(planned.jobs, workers.wanted, as_json=options["as_json"])
        for skipped in planned.skipped:
            _tell(told, skipped, options)
        return 0
    if options["save_recipe"] is not None:
        recipe_file.save(options["save_recipe"], click.get_current_context())
    make_folders(planned.places)
    for path in options["reports"]:
        report.check(path)
    terms = Terms(options["existing"] == "overwrite", Fraction(options["piece"]) or None, bool(options["reports"]))
    try:
        return _do(planned, outputs.folder, terms, workers, told, options)
    finally:
        told.clear()


def _do(planned: Any, folder: Any, terms: Any, workers: Any, told: Any, options: dict[str, Any]) -> int:
    """The jobs; gives the exit code."""
    from vidseg import batch
    from vidseg.keeping import Keeping

    outcomes = list(planned.skipped)
    for skipped in planned.skipped:
        _tell(told, skipped, options)
    stopped = None
    try:
        with Reporting(options["reports"], outcomes), Keeping(planned.jobs, folder, terms) as kept:
            workers.make_ready(planned.jobs, terms)
            if workers.inline:
                workers.watched(options["stall"], told.said)
            with workers:
                for outcome in batch.run(
                    planned.jobs, told.progress, workers=workers.of_this_run, terms=terms, begun=kept.begun
                ):
                    outcomes.append(outcome)
                    try:
                        kept.ended(outcome)
                    finally:
                        _tell(told, outcome, options)
    except DiskError as error:
        stopped = str(error)
    names = [type(outcome).__name__ for outcome in outcomes]
    counts = {name: names.count(name) for name in ("Done", "Failed", "Skipped")}
    counts["Damaged"] = sum(1 for outcome in outcomes if getattr(outcome, "damage", None))
    if stopped is not None:
        told.stopped(stopped, len(planned.jobs) - counts["Done"] - counts["Failed"])
    told.sums(counts)
    lost = options["results"] is not None and options["results"].lost
    return 1 if counts["Failed"] or stopped is not None or lost else 0


class Reporting:
    """Reports written at the end, also of a run that was interrupted."""

    def __init__(self, paths: Any, outcomes: Any) -> None:
        self._paths, self._outcomes = paths, outcomes

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        from vidseg import report

        for path in self._paths:
            try:
                report.write(path, self._outcomes)
            except TargetError:
                if kind is None:
                    raise  # else what ended the run is told, and not this too


def _teller(options: dict[str, Any], jobs: int, stream: TextIO) -> Any:
    if options["progress"] == "json":
        return telling.Events(stream)
    bars = options["progress"] != "none"
    return telling.Lines(stream, jobs, quiet=options["quiet"], verbose=options["verbose"], bars=bars)


def _tell(told: Any, outcome: Any, options: dict[str, Any]) -> None:
    """One line for a person, and one object for a program."""
    if options["results"] is not None:
        options["results"].tell(outcome)
    told.outcome(outcome)
