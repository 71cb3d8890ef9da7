"""Batch: jobs on workers, to outcomes; one that fails stops none."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vidseg import pieces
from vidseg.errors import DiskError, VidsegError
from vidseg.job import Done, Failed, Job, Outcome, Piece, Progress
from vidseg.manifest import file_state
from vidseg.media import probe
from vidseg.media.containers import output_of
from vidseg.media.whole import sweep
from vidseg.tasks import Answer, Begin, Cut, Full, Join, Large, Made, Make, Starved, Task, Terms, Uncut
from vidseg.workers import Lost, Workers
from vidseg.workers.inline import Inline

TRIES = 2
"""As many workers may a task lose before its job is given up."""


def run(
    jobs: Iterable[Job],
    progress: Callable[[Job, Progress], None] = lambda _job, _progress: None,
    *,
    overwrite: bool = False,
    workers: Workers | None = None,
    terms: Terms | None = None,
    begun: Callable[[Job], None] = lambda _: None,
) -> Iterator[Outcome]:
    """An outcome for each job, when it is there; in order where one worker does them.

    A job is begun when a worker is free for it and not before, and ``begun`` is called just then. A task whose worker
    is lost is done once more; lost twice, its job has failed. Without ``terms`` no job is cut into pieces. Raises
    ``WorkersError``; ``DiskError`` when a disk is full, for every other job would fail by it: what is under way is then
    as after an interruption.
    """
    return _Run(jobs, progress, workers or Inline(), terms or Terms(overwrite=overwrite), begun).outcomes()


@dataclass
class _UnderWay:
    """A job that was begun: since when, what its target was then, its pieces, and how far each is."""

    job: Job
    began: float
    before: list[int] | None
    pieces: tuple[Piece, ...] = ()
    shares: int = 1
    """As many workers' memory it takes."""
    missing: set[int] = field(default_factory=set)
    frames: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    """A task: its job's number, how many workers it has lost, and as many workers' memory it takes."""

    job: int
    task: Task
    lost: int = 0
    shares: int = 1


class _Run:
    """What is going on: tasks that wait, tasks that workers have, jobs under way."""

    def __init__(
        self,
        jobs: Iterable[Job],
        progress: Callable[[Job, Progress], None],
        workers: Workers,
        terms: Terms,
        begun: Callable[[Job], None],
    ) -> None:
        self._jobs, self._progress, self._workers, self._terms = iter(jobs), progress, workers, terms
        self._begun = begun
        self._numbers = itertools.count()
        self._waiting: list[_Entry] = []
        self._given: dict[int, _Entry] = {}
        self._under_way: dict[int, _UnderWay] = {}
        self._ids = itertools.count()

    def outcomes(self) -> Iterator[Outcome]:
        """Hand out and take in, until nothing is left."""
        while self._hand_out():
            for number, answer in self._workers.wait(self._told):
                outcome = self._taken(self._given.pop(number), answer)
                if outcome is not None:
                    yield outcome

    def _hand_out(self) -> bool:
        """Give tasks to the workers that are free; whether any work is left."""
        while (entry := self._next()) is not None:
            number = next(self._numbers)
            self._given[number] = entry
            self._workers.give(number, entry.task, entry.shares)
        return bool(self._given)

    def _next(self) -> _Entry | None:
        """The first that waits and that there is room for, else a new job: what is too large waits, others go on."""
        count = self._workers.count
        free = count - sum(entry.shares for entry in self._given.values())
        if free <= 0:
            return None
        for at, entry in enumerate(self._waiting):
            if entry.shares <= free or not self._given:
                return self._waiting.pop(at)
        if len(self._waiting) < 2 * count and self._begin_next():
            return self._waiting.pop()
        return None

    def _begin_next(self) -> bool:
        job = next(self._jobs, None)
        if job is None:
            return False
        self._begun(job)
        number = next(self._ids)
        self._under_way[number] = _UnderWay(job, time.perf_counter(), file_state(output_of(job)))
        folder = pieces.folder_for(job, self._terms.piece) if self._terms.piece is not None else Path()
        self._waiting.append(_Entry(number, Begin(job, self._terms, folder)))
        return True

    def _told(self, number: int, worker: int, now: Progress) -> None:
        entry = self._given.get(number)
        if entry is None or entry.job not in self._under_way:
            return
        under_way = self._under_way[entry.job]
        task = entry.task
        if isinstance(task, Make):
            under_way.frames[task.piece.number] = now.frames
            piece = (task.piece.number, task.piece.count, now.frames, task.piece.frames)
            now = Progress(sum(under_way.frames.values()), task.total, worker, piece)
        elif isinstance(task, Join):
            now = Progress(now.total or 0, now.total, worker)
        else:
            now = replace(now, worker=worker)
        self._progress(under_way.job, now)

    def _taken(self, entry: _Entry, answer: Answer | Lost) -> Outcome | None:
        """What an answer means for its job: an outcome, more tasks, or nothing yet."""
        number, task = entry.job, entry.task
        under_way = self._under_way.get(number)
        if under_way is None or (isinstance(task, Make) and task.piece not in under_way.pieces):
            return None  # its job has failed meanwhile, or is done whole
        if isinstance(answer, Lost):
            sweep(output_of(under_way.job).parent)
            if not isinstance(task, Make) and (done := _done_all_the_same(under_way)) is not None:
                return self._ended(number, under_way, done)
            lost = entry.lost + answer.begun
            if lost < TRIES:
                shares = self._workers.count if answer.starved else entry.shares
                self._waiting.insert(0, replace(entry, lost=lost, shares=shares))
                return None
            answer = Failed(under_way.job, f"given up after {TRIES} tries: its worker {answer.reason}")
        if isinstance(answer, Full):
            raise DiskError(answer.path, answer.reason)
        if isinstance(answer, Large | Starved):
            return self._too_large(entry, under_way, answer)
        if isinstance(answer, Done | Failed):
            return self._ended(number, under_way, answer)
        if isinstance(answer, Uncut):
            self._give_up_pieces(number, under_way)
            begin = Begin(under_way.job, self._terms, Path(), answer.reason)
            self._waiting.insert(0, _Entry(number, begin, shares=under_way.shares))
        elif isinstance(answer, Cut):
            under_way.pieces = answer.pieces
            under_way.missing = {piece.number for piece in answer.pieces} - answer.finished
            under_way.frames = {n: answer.pieces[n].frames for n in answer.finished}
            total = sum(piece.frames for piece in answer.pieces)
            tasks = [
                _Entry(number, Make(answer.pieces[n], total, self._terms.record), shares=under_way.shares)
                for n in sorted(under_way.missing)
            ]
            self._waiting[:0] = tasks or [self._join(number, under_way)]
        elif isinstance(answer, Made):
            under_way.frames[answer.piece.number] = answer.piece.frames
            under_way.missing.discard(answer.piece.number)
            if not under_way.missing:
                self._waiting.insert(0, self._join(number, under_way))
        return None

    def _too_large(self, entry: _Entry, under_way: _UnderWay, answer: Large | Starved) -> Outcome | None:
        """It is tried again, last, with the memory of as many workers as it needs; with that of all it has failed."""
        count = self._workers.count
        if entry.shares >= count:
            reason = answer.reason if isinstance(answer, Starved) else "needs more memory than there is"
            return self._ended(entry.job, under_way, Failed(under_way.job, reason))
        wanted = answer.shares if isinstance(answer, Large) else count
        under_way.shares = min(max(wanted, entry.shares + 1), count)
        self._waiting.append(replace(entry, shares=under_way.shares))
        return None

    def _join(self, number: int, under_way: _UnderWay) -> _Entry:
        return _Entry(number, Join(under_way.job, under_way.pieces, self._terms.overwrite), shares=under_way.shares)

    def _ended(self, number: int, under_way: _UnderWay, outcome: Done | Failed) -> Outcome:
        del self._under_way[number]
        if isinstance(outcome, Failed):
            self._give_up_pieces(number, under_way)
        elif under_way.pieces:
            outcome = replace(outcome, seconds=time.perf_counter() - under_way.began)
        return outcome

    def _give_up_pieces(self, number: int, under_way: _UnderWay) -> None:
        """Pieces that wait aren't begun any more, and the files of those that are done are removed."""
        self._waiting = [entry for entry in self._waiting if entry.job != number]
        pieces.remove(under_way.pieces)
        under_way.pieces, under_way.missing, under_way.frames = (), set(), {}


def _done_all_the_same(under_way: _UnderWay) -> Done | None:
    """The outcome of a job whose worker was lost between giving its output a name and saying so."""
    job = under_way.job
    if file_state(output_of(job)) in (None, under_way.before):
        return None
    try:
        place = output_of(job)
        frames = len(list(place.iterdir())) if place.is_dir() else probe.probe(place).frames or 0
    except VidsegError:  # something else that took the name
        return None
    pieces.remove(under_way.pieces)
    return Done(job, frames, time.perf_counter() - under_way.began)
