"""Local workers: one that dies or hangs costs its task a second try, and then that job; never another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vidseg import batch
from vidseg.errors import ModelError, WorkersError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Failed, Job, Outcome, Progress, Recipe
from vidseg.machine import available_processors
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.stages import Effect
from vidseg.tasks import Check, Checked
from vidseg.testing import Clip, DiesAt, Disc, FailsAt, Hungry
from vidseg.workers import local
from vidseg.workers.local import Local, usual_count

FAST = Encoding(preset="ultrafast")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=5).write(tmp_path / "clip.mkv")


def job(clip: Path, name: str, effect: Effect) -> Job:
    return Job(clip, clip.with_name(name), Recipe(Disc(), (Enlarge(),), effect, FAST))


def outcomes(jobs: list[Job], workers: Local) -> dict[str, Outcome]:
    with workers:
        return {outcome.job.target.stem: outcome for outcome in batch.run(jobs, workers=workers)}


def test_what_dies_once_is_done_again_what_always_dies_fails_and_the_rest_is_done(clip: Path) -> None:
    once = str(clip.with_name("once"))
    jobs = [
        job(clip, "dies-once.mkv", DiesAt(3, once=once)),
        job(clip, "well-1.mkv", FailsAt(99)),
        job(clip, "dies.mkv", DiesAt(2, signal.SIGSEGV)),
        job(clip, "fails.mkv", FailsAt(1)),
        job(clip, "well-2.mkv", FailsAt(99)),
    ]
    came = outcomes(jobs, Local(2))
    assert {name: type(outcome) for name, outcome in came.items()} == {
        "dies-once": Done, "well-1": Done, "dies": Failed, "fails": Failed, "well-2": Done,
    }  # fmt: skip
    assert came["dies"] == Failed(jobs[2], "given up after 2 tries: its worker was ended by SIGSEGV")
    assert came["fails"] == Failed(jobs[3], "unforeseen RuntimeError: as asked")
    done = {"clip.mkv", "once", "dies-once.mkv", "well-1.mkv", "well-2.mkv"}
    assert {path.name for path in clip.parent.iterdir()} == done


@pytest.mark.parametrize("at", [0, 2, 4], ids=["first", "middle", "last"])
def test_a_worker_may_die_at_any_frame(clip: Path, at: int) -> None:
    one = job(clip, "dies.mkv", DiesAt(at, once=str(clip.with_name("once"))))
    assert isinstance(outcomes([one], Local(1))["dies"], Done)
    assert {path.name for path in clip.parent.iterdir()} == {"clip.mkv", "once", "dies.mkv"}


def test_what_hangs_is_given_up(clip: Path, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "time", clock)
    jobs = [job(clip, "hangs.mkv", DiesAt(3, 0)), job(clip, "well.mkv", FailsAt(99))]
    with Local(2, stall=1) as workers:
        coming = batch.run(jobs, workers=workers)
        well = next(coming)
        clock.go()
        (hangs,) = coming
    assert hangs == Failed(jobs[0], "given up after 2 tries: its worker gave no frame for 1 s")
    assert isinstance(well, Done)
    assert {path.name for path in clip.parent.iterdir()} == {"clip.mkv", "well.mkv"}


@pytest.mark.parametrize("stopped", [True, False])
def test_time_in_which_all_was_stopped_is_no_hang(stopped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by Ctrl-Z for an hour: the parent hasn't looked either."""
    monkeypatch.setattr(local, "_STOPPED", 1800)  # a busy machine keeps us waiting too
    with Local(1, stall=1800) as workers:
        workers.give(1, Check(Recipe(Disc(), (), FailsAt(0))))
        while not workers.wait(lambda *_: None):  # until it has said all that it says at its beginning
            pass
        (process,) = workers._slots
        assert process is not None
        process.number = 7
        process.sign -= 3600
        workers._looked -= 3600 if stopped else 0
        lost = workers.wait(lambda *_: None)
    assert [number for number, _ in lost] == ([] if stopped else [7])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a bound that Linux has")
def test_memory_is_bounded_and_what_needs_more_gets_that_of_all_or_fails_while_the_rest_goes_on(clip: Path) -> None:
    large = Clip(frames=2, width=3840, height=2160).write(clip.with_name("large.mp4"))
    jobs = [
        job(large, "large.mkv", FailsAt(99)),
        job(clip, "hungry.mkv", Hungry(5_000_000_000)),
        job(clip, "modest.mkv", Hungry(1_500_000_000)),
        job(clip, "well.mkv", FailsAt(99)),
    ]
    came = outcomes(jobs, Local(2, memory=1_000_000_000))
    assert came.pop("hungry") == Failed(jobs[1], "needs more memory than the 2.0 GB that there are for it (--memory)")
    assert {name: type(outcome) for name, outcome in came.items()} == dict.fromkeys(("well", "large", "modest"), Done)


def test_progress_says_which_worker_and_a_bad_recipe_is_told(clip: Path) -> None:
    seen: list[Progress] = []
    with Local(1) as workers:
        (outcome,) = batch.run([job(clip, "a.mkv", FailsAt(99))], lambda _, now: seen.append(now), workers=workers)
        workers.give(7, Check(Recipe(MediaPipe(str(clip)), (), FailsAt(0))))
        while not (ended := workers.wait(lambda *_: None)):
            pass
    assert isinstance(outcome, Done)
    assert seen[-1] == Progress(5, 5, worker=0)
    ((number, answer),) = ended
    assert number == 7
    assert isinstance(answer, Checked)
    assert isinstance(answer.error, ModelError)


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_where_no_process_can_be_started_it_is_said_once(
    clip: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(WorkersError) as caught:
        outcomes([job(clip, f"{n}.mkv", FailsAt(99)) for n in range(3)], Local(1))
    assert caught.value.exit_code == 3
    assert "started" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_processors_are_shared_out() -> None:
    assert usual_count() >= 1
    with Local(1) as workers:
        assert workers._threads == 0  # the codecs' own choice
        workers.resize(2)
        assert (workers.count, workers._threads) == (2, max(-(-available_processors() // 2), 1))
    with Local(1, threads=7) as workers:
        workers.resize(2)
        assert workers._threads == 7


ORPHANS = """
import sys, time
from vidseg.workers.local import Local
from pathlib import Path
workers = Local(1)
while not workers._slots[0].ready:
    workers.wait(lambda *_: None)
print(workers._slots[0].process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_worker_does_not_outlive_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
        parent.wait()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            return
        if "Z" in state:
            return
        time.sleep(0.05)
    pytest.fail("it lives on")
