"""The workers of a command line: begun before anything is looked at, so that they load their libraries meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from vidseg.errors import WorkersError

_LONGER = Fraction(3, 2)


class InThisProcess:
    """No other process: ``--workers 0``, and a dry run."""

    inline = True
    of_this_run = None

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def make_ready(self, jobs: Any, terms: Any) -> None:
        """Nothing to make."""


class Processes:
    """Processes of this machine; one at first, as many as are of use when the jobs are known."""

    inline = False

    def __init__(self, options: dict[str, Any], wanted: int) -> None:
        from vidseg.workers.local import Local

        self.wanted = wanted
        self.of_this_run = Local(1, stall=options["stall"], verbose=options["verbose"])

    def __enter__(self) -> None:
        """They have begun."""

    def __exit__(self, *_: object) -> None:
        self.of_this_run.close()

    def check(self, recipe: Any) -> None:
        """Raise a ``RequestError`` if a recipe can't work, ``WorkersError`` if that can't be found out."""
        from vidseg.batch import TRIES
        from vidseg.tasks import Check, Checked
        from vidseg.workers import Lost

        lost = 0
        while True:
            self.of_this_run.give(-1, Check(recipe))
            while not (ended := self.of_this_run.wait(lambda *_: None)):
                pass
            _, answer = ended[0]
            if isinstance(answer, Checked):
                break
            if isinstance(answer, Lost):
                lost += answer.begun
                if lost == TRIES:
                    raise WorkersError("workers", f"the recipe can't be tried: the worker {answer.reason}")
        if answer.error is not None:
            raise answer.error

    def make_ready(self, jobs: Any, terms: Any) -> None:
        """As many as are wanted, but one alone for one job that isn't cut."""
        if len(jobs) == 1 and not _may_be_cut(jobs[0], terms):
            return
        if jobs:
            self.of_this_run.resize(self.wanted)


def _may_be_cut(job: Any, terms: Any) -> bool:
    from vidseg.estimate import size

    known = size(job)
    return terms.piece is not None and known is not None and (known.seconds or 0) > terms.piece * _LONGER


@contextmanager
def begun_workers(options: dict[str, Any]) -> Iterator[Any]:
    """What a command line asks for; all are ended with the context."""
    from vidseg.workers.local import usual_count

    wanted = usual_count() if options["workers"] is None else options["workers"]
    if options["dry_run"] or not wanted:
        yield InThisProcess(max(wanted, 1))
        return
    processes = Processes(options, wanted)
    try:
        yield processes
    finally:
        processes.of_this_run.close()
