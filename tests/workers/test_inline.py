"""Work in this process: what hangs is noticed by a watchdog, which can only end the process, and leaves nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from vidseg import batch
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Job, Progress, Recipe
from vidseg.tasks import Task
from vidseg.testing import Clip, Disc, FailsAt
from vidseg.workers.inline import Inline
from vidseg.workers.watchdog import watching


def test_what_gives_no_frame_is_told_of_once() -> None:
    hung = threading.Event()
    with watching(0.2, hung.set) as sign:
        sign(Progress(1, 9))
        assert hung.wait(20)
        hung.clear()
        assert not hung.wait(0.5)


def test_frames_and_what_has_no_count_yet_are_signs_of_life() -> None:
    hung = threading.Event()
    with watching(3, hung.set) as sign:
        watch = sign.__self__  # type: ignore[attr-defined]
        for now in (Progress(0, 9), Progress(1, 9), Progress(1, None)):
            watch._silent = 1.0
            sign(now)
            assert watch._silent < 1
        watch._silent = 1.0
        sign(Progress(1, 9))
        assert watch._silent >= 1
    assert not hung.is_set()


def test_time_in_which_the_process_was_stopped_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by Ctrl-Z: between two looks an hour has gone."""
    moments = iter(range(0, 3600 * 1000, 3600))
    monkeypatch.setattr("vidseg.workers.watchdog.time.monotonic", lambda: float(next(moments)))
    hung = threading.Event()
    with watching(1000, hung.set) as sign:
        watch = sign.__self__  # type: ignore[attr-defined]
        until = time.perf_counter() + 20
        while not watch._silent and time.perf_counter() < until:
            time.sleep(0.05)
        assert 0 < watch._silent <= 20
    assert not hung.is_set()


def test_a_job_that_goes_on_is_done_under_the_watchdog(tmp_path: Path) -> None:
    hung: list[Task] = []
    clip = Clip(frames=3).write(tmp_path / "a.mkv")
    recipe = Recipe(Disc(), (Enlarge(),), FailsAt(99), Encoding(preset="ultrafast"))
    (outcome,) = batch.run([Job(clip, tmp_path / "b.mkv", recipe)], workers=Inline(stall=60, hung=hung.append))
    assert isinstance(outcome, Done)
    assert hung == []


HANGS = """
import sys
from vidseg.effects.matte import Matte
from vidseg.effects.screen import Screen
from vidseg.testing import DiesAt
Screen.__call__ = lambda self, cutouts: DiesAt(3, 0)(cutouts)
Matte.__call__ = lambda self, cutouts: DiesAt(0, 0)(cutouts)
from vidseg.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("command", "target"), [("screen", "done.mp4"), ("matte", "frames/%06d.png")])
def test_a_command_whose_own_process_hangs_ends_with_one_line_and_leaves_nothing(
    tmp_path: Path, command: str, target: str
) -> None:
    clip = Clip(frames=6).write(tmp_path / "a.mkv")
    ran = subprocess.run(
        [sys.executable, "-c", HANGS, command, clip, "-o", tmp_path / target, "--workers", "0", "--stall", "3"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 3
    assert ran.stderr == (
        f"vidseg: {clip}: gave no frame for 3 s, and in its own process vidseg can't give up one file: all ends here "
        "(--workers 1 gives up that file, --stall waits longer)\n"
    )
    left = {path.name for path in tmp_path.rglob("*")} - {"a.mkv"}
    assert all(name.endswith(".jsonl") for name in left)  # what was begun, for the next run
