"""Batch: an outcome for each job; one that fails stops none."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from vidseg import batch, tasks
from vidseg.errors import ModelError, SourceError, VidsegError, WriteError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Failed, Job, Progress, Recipe
from vidseg.stages import Effect
from vidseg.tasks import Answer, Check, Large, Starved, Task
from vidseg.testing import Clip, Disc, FailsAt
from vidseg.workers import Lost

FRAMES = 3
NEVER = FailsAt(10**9)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=FRAMES).write(tmp_path / "clip.mkv")


def job(clip: Path, name: str, effect: Effect = NEVER) -> Job:
    return Job(clip, clip.with_name(name), Recipe(Disc(), (Enlarge(),), effect, Encoding(preset="ultrafast")))


def test_an_outcome_for_each_job_in_order(clip: Path) -> None:
    jobs = [job(clip, "a.mkv"), job(clip, "b.mkv", FailsAt(1)), job(clip, "c.mkv")]
    outcomes = list(batch.run(jobs))
    assert [outcome.job for outcome in outcomes] == jobs
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]


def test_a_failed_job_leaves_no_file_and_the_others_theirs(clip: Path) -> None:
    list(batch.run([job(clip, "a.mkv", FailsAt(0)), job(clip, "b.mkv"), job(clip, "c.mkv", FailsAt(2))]))
    assert sorted(path.name for path in clip.parent.iterdir()) == ["b.mkv", "clip.mkv"]


def test_nothing_to_do_gives_nothing() -> None:
    assert list(batch.run([])) == []


def test_a_job_is_begun_only_when_its_outcome_is_asked_for(clip: Path) -> None:
    outcomes = batch.run([job(clip, "a.mkv"), job(clip, "b.mkv")])
    next(outcomes)
    assert (clip.parent / "a.mkv").exists()
    assert not (clip.parent / "b.mkv").exists()


def failing(error: Exception) -> Callable[..., Done]:
    def render(*_: object, **__: object) -> Done:
        raise error

    return render


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SourceError("/a/clip.mkv", "holds no video, only sound"), "holds no video, only sound"),
        (WriteError("/b/clip.mkv", "the disk is full"), "/b/clip.mkv: the disk is full"),
        (ModelError("mine.tflite", "is broken"), "model mine.tflite: is broken"),
        (RuntimeError("two\n  lines"), "unforeseen RuntimeError: two lines"),
        (ZeroDivisionError(), "unforeseen ZeroDivisionError"),
        (MemoryError("out of it"), "needs more memory than there is"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_reason_is_one_line_that_does_not_repeat_the_source(
    clip: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    monkeypatch.setattr(tasks, "render", failing(error))
    one = job(clip, "a.mkv")
    assert list(batch.run([one])) == [Failed(one, reason)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_no_outcome(clip: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        list(batch.run([job(clip, "a.mkv", FailsAt(1, error)), job(clip, "b.mkv")]))
    assert [path.name for path in clip.parent.iterdir()] == ["clip.mkv"]


def test_progress_says_which_job_and_how_far(clip: Path) -> None:
    seen: list[tuple[Job, Progress]] = []
    jobs = [job(clip, "a.mkv"), job(clip, "b.mkv")]
    list(batch.run(jobs, lambda one, now: seen.append((one, now))))
    assert seen == [(one, Progress(n, FRAMES)) for one in jobs for n in range(FRAMES + 1)]


@pytest.mark.parametrize(("overwrite", "kind"), [(True, Done), (False, Failed)])
def test_an_output_that_is_there_is_replaced_only_where_that_was_asked(clip: Path, overwrite: bool, kind: type) -> None:
    one = job(clip, "a.mkv")
    one.target.write_bytes(b"from an earlier run")
    (outcome,) = batch.run([one], overwrite=overwrite)
    assert type(outcome) is kind
    assert (one.target.read_bytes() == b"from an earlier run") is not overwrite


def test_outcomes_travel(clip: Path) -> None:
    outcomes = list(batch.run([job(clip, "a.mkv"), job(clip, "b.mkv", FailsAt(0))]))
    assert pickle.loads(pickle.dumps(outcomes)) == outcomes


def test_an_error_of_ours_of_no_kind_in_particular_is_told_whole(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "render", failing(VidsegError("said plainly")))
    (outcome,) = batch.run([job(clip, "a.mkv")])
    assert isinstance(outcome, Failed)
    assert outcome.reason == "said plainly"


class Told:
    """Workers that only note what they are given with how many shares, and answer as they are told to."""

    def __init__(self, count: int, answers: Callable[[Task, int], Answer | Lost]) -> None:
        self.count = count
        self.seen: list[tuple[str, int]] = []
        self._answers = answers
        self._given: dict[int, tuple[Task, int]] = {}

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        assert sum(shares for _, shares in self._given.values()) + shares <= self.count
        assert not isinstance(task, Check)
        self.seen.append((task.job.target.stem, shares))
        self._given[number] = (task, shares)

    def wait(self, _: object) -> list[tuple[int, Answer | Lost]]:
        number = min(self._given)
        task, shares = self._given.pop(number)
        return [(number, self._answers(task, shares))]

    def close(self) -> None:
        """Nothing."""


def test_a_large_one_waits_for_the_memory_of_as_many_as_it_needs_while_the_small_ones_go_on(clip: Path) -> None:
    def answer(task: Task, shares: int) -> Answer:
        assert not isinstance(task, Check)
        large = task.job.target.stem == "large"
        return Large(2) if large and shares < 2 else Done(task.job, 1, 0.1)

    workers = Told(3, answer)
    jobs = [job(clip, f"{name}.mkv") for name in ("large", "a", "b", "c")]
    outcomes = list(batch.run(jobs, workers=workers))
    assert [type(outcome) for outcome in outcomes] == [Done] * 4
    assert workers.seen == [("large", 1), ("a", 1), ("b", 1), ("c", 1), ("large", 2)]


def test_what_starves_is_tried_alone_and_then_has_failed(clip: Path) -> None:
    def answer(task: Task, shares: int) -> Answer:
        assert not isinstance(task, Check)
        return Starved("needs more") if task.job.target.stem == "hungry" else Done(task.job, 1, 0.1)

    workers = Told(4, answer)
    one, two = job(clip, "hungry.mkv"), job(clip, "a.mkv")
    assert list(batch.run([one, two], workers=workers)) == [Done(two, 1, 0.1), Failed(one, "needs more")]
    assert workers.seen == [("hungry", 1), ("a", 1), ("hungry", 4)]


def test_what_may_have_died_of_hunger_is_tried_alone(clip: Path) -> None:
    def answer(task: Task, shares: int) -> Answer | Lost:
        assert not isinstance(task, Check)
        return Lost("was ended by SIGKILL", starved=True) if shares < 3 else Done(task.job, 1, 0.1)

    workers = Told(3, answer)
    one = job(clip, "a.mkv")
    assert list(batch.run([one], workers=workers)) == [Done(one, 1, 0.1)]
    assert workers.seen == [("a", 1), ("a", 3)]


def test_of_many_large_ones_no_more_are_begun_than_can_wait(clip: Path) -> None:
    def answer(task: Task, shares: int) -> Answer:
        assert not isinstance(task, Check)
        return Large(2) if shares == 1 else Done(task.job, 1, 0.1)

    begun: list[str] = []
    workers = Told(2, answer)
    jobs = [job(clip, f"{n}.mkv") for n in range(9)]
    outcomes = batch.run(jobs, workers=workers, begun=lambda one: begun.append(one.target.stem))
    next(outcomes)
    assert len(begun) <= 5
    assert len(list(outcomes)) == 8
