"""The workers of a command line: begun before anything is looked at, so that they load their libraries meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from vidseg.errors import OptionError, WorkersError
from vidseg.threads import bounded

_LONGER = Fraction(3, 2)


class InThisProcess:
    """No other process: ``--workers 0``, and a dry run."""

    inline = True

    def __init__(self, wanted: int, threads: int | None, memory: int | None = None) -> None:
        from vidseg.room import Room

        self.wanted = wanted
        self._bound = bounded(threads)
        self._room = None if memory is None else Room(memory)
        self._stall: float | None = None
        self._say: Callable[[str], None] = lambda _: None

    def watched(self, stall: float, say: Callable[[str], None]) -> None:
        """Have the process ended, with a word, if it gives no frame for ``stall`` seconds."""
        self._stall, self._say = stall, say

    def _end(self, task: Any) -> None:
        """A library doesn't come back: no exception reaches it, and whoever waits for the process would for ever."""
        from vidseg.media.whole import abandon

        self._say(
            f"{task.job.source}: gave no frame for {self._stall:g} s, and in its own process vidseg can't give up one "
            "file: all ends here (--workers 1 gives up that file, --stall waits longer)"
        )
        abandon()
        os._exit(WorkersError.exit_code)

    @property
    def of_this_run(self) -> Any:
        """A worker that is none."""
        from vidseg.workers.inline import Inline  # with all that it needs

        return Inline(self._room, self._stall, self._end)

    def __enter__(self) -> None:
        """Nothing to begin."""
        self._bound.__enter__()

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""
        self._bound.__exit__(None, None, None)

    def make_ready(self, jobs: Any, terms: Any) -> None:
        """Nothing to make."""

    def placed(self, value: Any) -> Any:
        """Settings as they are."""
        return value


class _Others:
    """What processes and clusters share."""

    inline = False
    of_this_run: Any

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

    def placed(self, value: Any) -> Any:
        """Settings as the workers need them."""
        return value


class Processes(_Others):
    """Processes of this machine; one at first, as many as are of use when the jobs are known."""

    def __init__(self, options: dict[str, Any], wanted: int) -> None:
        from vidseg.workers.local import Local

        self.wanted = wanted
        self.of_this_run = Local(
            1, threads=options["threads"], stall=options["stall"], verbose=options["verbose"], memory=options["memory"]
        )

    def make_ready(self, jobs: Any, terms: Any) -> None:
        """As many as are wanted, but one alone for one job that isn't cut."""
        if len(jobs) == 1 and not _may_be_cut(jobs[0], terms):
            self.of_this_run.resize(1, of=max(self.wanted, 1))
        elif jobs:
            self.of_this_run.resize(self.wanted)


class OfACluster(_Others):
    """The workers of a Dask cluster."""

    def __init__(self, options: dict[str, Any]) -> None:
        if options["threads"] is not None:
            raise OptionError("--threads", "doesn't go with --cluster: dask worker has --nthreads")
        try:
            from vidseg.workers.dask import Cluster
        except ImportError:
            raise OptionError("--cluster", "needs Dask: python -m pip install 'vidseg[cluster]'") from None
        self.of_this_run = Cluster(options["cluster"], stall=options["stall"])
        self.wanted = self.of_this_run.count

    def placed(self, value: Any) -> Any:
        """Files named as they are from everywhere."""
        from vidseg.workers.dask import absolute

        return absolute(value)

    def make_ready(self, jobs: Any, terms: Any) -> None:
        """Raise ``WorkersError`` where a worker doesn't see a source or an output's folder."""
        if jobs:
            from vidseg.media.containers import output_of

            self.of_this_run.check_paths([jobs[0].source, output_of(jobs[0]).parent])


def _may_be_cut(job: Any, terms: Any) -> bool:
    from vidseg.estimate import size

    known = size(job)
    return terms.piece is not None and known is not None and (known.seconds or 0) > terms.piece * _LONGER


def _check_memory(options: dict[str, Any]) -> None:
    from vidseg.room import LEAST

    if options["memory"] is None:
        return
    if options["cluster"] is not None:
        raise OptionError("--memory", "doesn't go with --cluster, whose workers have bounds of their own")
    if options["memory"] < LEAST:
        raise OptionError("--memory", f"a worker needs {LEAST // 10**6}M at least")


@contextmanager
def begun_workers(options: dict[str, Any]) -> Iterator[Any]:
    """What a command line asks for; all are ended with the context."""
    from vidseg.workers.local import usual_count

    _check_memory(options)
    wanted = usual_count() if options["workers"] is None else options["workers"]
    if options["dry_run"] or (not wanted and options["cluster"] is None):
        yield InThisProcess(max(wanted, 1), options["threads"], options["memory"])
        return
    others = Processes(options, wanted) if options["cluster"] is None else OfACluster(options)
    try:
        yield others
    finally:
        others.of_this_run.close()
