"""The installed command with its workers: ends, interruptions, and runs that go on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from vidseg.testing import Clip

COMMAND = Path(sys.executable).with_name("vidseg")
Run = Callable[..., Any]

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def command(*arguments: object) -> subprocess.Popen[str]:
    """The command, begun, in a group of its own as a terminal has it."""
    environment = {name: value for name, value in os.environ.items() if name != "VIDSEG_WORKERS"}
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a test run may ignore it
    )  # fmt: skip


def long_clip(path: Path, seconds: int) -> Path:
    """A key frame every second."""
    return Clip(frames=25 * seconds, width=128, height=96, keys=25, sound=Fraction(0)).write(path)


def pictures(path: Path) -> tuple[list[Fraction], str]:
    """Every frame's time, and a hash over all luma."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        times = []
        for frame in container.decode(video=0):
            times.append(Fraction(frame.pts or 0) * Fraction(frame.time_base or 0))
            digest.update(bytes(frame.planes[0]))
    return times, digest.hexdigest()


def test_many_files_on_two_workers(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        Clip(frames=3).write(tmp_path / f"{name}.mp4")
    (tmp_path / "bad.mp4").write_text("no video")
    run = command("replace", tmp_path, "--bg", "green", "--out-dir", tmp_path / "done", "--workers", "2", "--json")
    out, err = run.communicate(timeout=300)
    assert run.returncode == 1
    assert sorted(json.loads(line)["outcome"] for line in out.splitlines()) == ["done", "done", "done", "failed"]
    assert err.splitlines()[-1] == "3 done, 1 failed, 0 skipped"
    assert {path.name for path in (tmp_path / "done").iterdir()} == {"a.mp4", "b.mp4", "c.mp4", ".vidseg.jsonl"}


def test_what_is_wrong_with_a_recipe_is_told_by_a_worker(tmp_path: Path) -> None:
    clip = Clip(frames=3).write(tmp_path / "a.mp4")
    run = command("replace", clip, "--bg", "nowhere.jpg", "--workers", "1")
    _, err = run.communicate(timeout=300)
    assert (run.returncode, len(err.splitlines())) == (2, 1)
    assert "nowhere.jpg" in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def wait_for(run: subprocess.Popen[str], met: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while not met():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def test_ctrl_c_ends_it_leaves_what_is_whole_and_the_next_run_goes_on(
    tmp_path: Path, two_seconds: Callable[[], float]
) -> None:
    clip = long_clip(tmp_path / "a.mp4", 12)
    arguments = (
        "replace", clip, "--bg", "green", "--piece", "1", "--workers", "2", "--progress", "json",
        "--codec", "hevc", "--preset", "veryfast", "--quality", "fast",
    )  # fmt: skip
    run = command(*arguments)
    wait_for(run, lambda: len(list(tmp_path.glob(".vidseg-*/*.piece"))) >= 2)
    os.killpg(run.pid, signal.SIGINT)
    began = time.monotonic()
    run.communicate(timeout=300)
    took = time.monotonic() - began
    assert run.returncode == 130
    assert took < two_seconds()
    pieces = {path.name for path in tmp_path.glob(".vidseg-*/*")}
    assert pieces
    assert all(name.endswith(".piece") for name in pieces)
    assert not (tmp_path / "a-replace.mp4").exists()
    again = command(*arguments)
    _, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    made = {event["piece"]["number"] for event in map(json.loads, err.splitlines()) if event.get("piece")}
    assert not {int(name[:4]) for name in pieces} & made
    assert len(pictures(tmp_path / "a-replace.mp4")[0]) == 300
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "a-replace.mp4"}


def test_two_runs_into_one_folder(tmp_path: Path) -> None:
    clip = long_clip(tmp_path / "a.mp4", 30)
    arguments = ("replace", clip, "--bg", "green", "--out-dir", tmp_path / "done", "--quality", "fast")
    first = command(*arguments)
    wait_for(first, lambda: (tmp_path / "done" / ".vidseg.jsonl").exists())
    first.send_signal(signal.SIGSTOP)  # or it might be done before the other one begins
    second = command(*arguments, "--workers", "0")
    _, err = second.communicate(timeout=300)
    first.send_signal(signal.SIGTERM)
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=300)
    assert second.returncode == 2
    assert "another run is at work here" in err
    assert first.returncode == 143
    assert {path.name for path in (tmp_path / "done").iterdir()} <= {".vidseg.jsonl"}


def children(parent: int) -> list[int]:
    """The processes that a process has begun; none where it or a thread of it has ended meanwhile."""
    try:
        tasks = list(Path(f"/proc/{parent}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


@linux
def test_killed_at_random_the_last_run_still_has_all_of_it_right(tmp_path: Path, vidseg: Run) -> None:
    """Twelve files; ten workers and two parents are killed outright at random moments."""
    chance = random.Random(20)
    (tmp_path / "in").mkdir()
    for n in range(10):
        Clip(frames=10 + n).write(tmp_path / "in" / f"{n}.mp4")
    for n in (10, 11):
        long_clip(tmp_path / "in" / f"{n}.mp4", 5)
    arguments = (tmp_path / "in", "--bg", "green", "--piece", "2", "--crf", "0", "--quality", "fast")
    assert vidseg("replace", *arguments, "--out-dir", tmp_path / "right").code == 0  # in this process, untroubled

    killed = runs = 0
    while (killed < 10 or runs < 2) and runs < 40:  # one whose workers are killed as they begin may give up early
        run = command("replace", *arguments, "--out-dir", tmp_path / "done", "--workers", "2")
        until = time.monotonic() + 1.2
        while run.poll() is None and killed < 5 * (runs + 1):
            time.sleep(chance.uniform(0.05, 0.3))
            for victim in chance.sample(found := children(run.pid), min(len(found), 1)):
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                killed += 1
        while time.monotonic() < until and run.poll() is None:
            time.sleep(0.05)
        run.kill()
        run.communicate(timeout=300)
        runs += 1
    assert killed >= 10
    last = command("replace", *arguments, "--out-dir", tmp_path / "done", "--workers", "2")
    _, err = last.communicate(timeout=300)
    assert last.returncode == 0, err
    names = {f"{n}.mp4" for n in range(12)}
    assert {path.name for path in (tmp_path / "done").iterdir()} == names | {".vidseg.jsonl"}
    for name in names:
        assert pictures(tmp_path / "done" / name) == pictures(tmp_path / "right" / name), name
