"""Ends that a run doesn't choose: readers and terminals that go, disks that fill up, clocks that jump, kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from vidseg import batch
from vidseg.cli import endings
from vidseg.errors import DiskError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Failed, Job, Recipe
from vidseg.keeping import Keeping
from vidseg.stages import Effect
from vidseg.tasks import Terms
from vidseg.testing import Clip, Disc, FailsAt

COMMAND = Path(sys.executable).with_name("vidseg")
Run = Callable[..., Any]

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of Unix")


def job(source: Path, target: Path, effect: Effect | None = None) -> Job:
    return Job(source, target, Recipe(Disc(), (Enlarge(),), effect or FailsAt(10**9), Encoding(preset="ultrafast")))


def pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with two clips."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        Clip(frames=3).write(tmp_path / "in" / f"{name}.mp4")
    return tmp_path / "in"


# Readers and terminals that go.


def closed_pipe() -> int:
    """What is written to it nobody can read."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def ran(*arguments: object, **streams: Any) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"VIDSEG_WORKERS": "0"}
    return subprocess.run(
        [COMMAND, *map(str, arguments)], text=True, check=False, timeout=600, env=environment, **streams
    )


@unix
@pytest.mark.parametrize("errors_too", [False, True])
def test_a_reader_that_goes_stops_no_work(two: Path, errors_too: bool) -> None:
    """``vidseg … --json | head -1``, and the same with ``2>&1``."""
    pipe = closed_pipe()
    errors = pipe if errors_too else subprocess.PIPE
    done = ran("replace", two, "--bg", "green", "--out-dir", two / "out", "--json", stdout=pipe, stderr=errors)
    os.close(pipe)
    assert done.returncode == 0
    assert [pictures(two / "out" / f"{name}.mp4") for name in ("a", "b")] == [3, 3]
    if not errors_too:
        assert done.stderr.splitlines()[-1] == "2 done, 0 failed, 0 skipped"
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_results_that_can_not_be_written_are_said_to_be_lost_and_the_work_is_done(two: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = ran(
            "replace", two, "--bg", "green", "--out-dir", two / "out", "--json", stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    assert [pictures(two / "out" / f"{name}.mp4") for name in ("a", "b")] == [3, 3]
    lines = done.stderr.splitlines()
    assert lines[0] == "vidseg: standard output can't be written to (No space left on device): its results are lost"
    assert lines[-1] == "2 done, 0 failed, 0 skipped"


@unix
def test_what_only_tells_ends_quietly_with_its_reader(two: Path) -> None:
    pipe = closed_pipe()
    done = ran("info", two / "a.mp4", two / "b.mp4", "--json", stdout=pipe, stderr=subprocess.PIPE)
    os.close(pipe)
    assert (done.returncode, done.stderr) == (141, "")


@unix
def test_without_a_terminal_it_goes_on_where_that_was_asked(two: Path) -> None:
    """As ``nohup`` has it: SIGHUP is ignored, and what is said goes nowhere."""
    process = subprocess.Popen(
        [COMMAND, "replace", two, "--bg", "green", "--out-dir", two / "out", "--workers", "1"],
        stdout=subprocess.DEVNULL, stderr=(pipe := closed_pipe()),
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    os.close(pipe)
    until = time.monotonic() + 300
    while not list(two.glob("out/.vidseg*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=600) == 0
    assert [pictures(two / "out" / f"{name}.mp4") for name in ("a", "b")] == [3, 3]


@unix
def test_a_second_signal_does_not_disturb_the_ending_but_ends_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(code: int) -> None:
        raise AssertionError(f"gone with {code}")

    monkeypatch.setattr(os, "_exit", gone)
    once = endings._Once()
    with pytest.raises(endings.Ended) as caught:
        once(signal.SIGTERM, None)
    assert caught.value.code == 143
    once(signal.SIGINT, None)
    once(signal.SIGTERM, None)
    once(signal.SIGHUP, None)
    monkeypatch.setattr(endings, "_CALM", -1)
    once(signal.SIGTERM, None)
    with pytest.raises(AssertionError, match="gone with 130"):
        once(signal.SIGINT, None)


# Disks.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", folder], capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_full_disk_stops_the_run_with_one_line_and_the_same_command_goes_on(
    tmp_path: Path, small_disk: Path, workers: int, vidseg: Run
) -> None:
    (tmp_path / "in").mkdir()
    Clip(frames=2).write(tmp_path / "in" / "0.mp4")
    for n in range(1, 4):
        Clip(frames=20, width=320, height=240).write(tmp_path / "in" / f"{n}.mp4")
    arguments = (
        "replace", tmp_path / "in", "--bg", "green", "--invert", "--out-dir", small_disk / "done", "--crf", "0",
        "--workers", workers, "--quality", "fast",
    )  # fmt: skip
    first = vidseg(*arguments)
    assert first.code == 1
    stopped = [line for line in first.err.splitlines() if "disk is full" in line]
    assert len(stopped) == 1
    assert stopped[0].startswith("stopped: ")
    assert "FAILED" not in first.err
    names = {path.name for path in (small_disk / "done").iterdir()}
    assert names <= {"0.mp4", "1.mp4", ".vidseg.jsonl"}
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    again = vidseg(*arguments)
    assert again.code == 0, again.err
    assert {path.name for path in (small_disk / "done").iterdir()} == {f"{n}.mp4" for n in range(4)} | {".vidseg.jsonl"}
    assert [pictures(small_disk / "done" / f"{n}.mp4") for n in range(4)] == [2, 20, 20, 20]


def test_a_manifest_that_finds_no_room_stops_the_run_too(
    two: Path, vidseg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, *_: object) -> int:
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

    monkeypatch.setattr("vidseg.manifest.os", Full())
    done = vidseg("replace", two, "--bg", "green", "--out-dir", two / "out", "--report", two / "r.json")
    assert done.code == 1
    assert done.err.splitlines() == [
        f"stopped: {two}/out/.vidseg.jsonl: the disk is full: 2 files are not done; make room, and the same command "
        "goes on"
    ]
    assert list((two / "out").iterdir()) == []


def test_for_a_program_a_stop_is_an_event(two: Path, vidseg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise DiskError("x.mp4", "the disk is full")

    monkeypatch.setattr("vidseg.tasks.render", full)
    done = vidseg("replace", two, "--bg", "green", "--out-dir", two / "out", "--progress", "json")
    assert done.code == 1
    events = [json.loads(line) for line in done.err.splitlines()]
    assert events == [
        {"event": "stopped", "reason": "x.mp4: the disk is full", "left": 2},
        {"event": "sums", "done": 0, "damaged": 0, "failed": 0, "skipped": 0},
    ]


@unix
def test_a_file_that_may_not_grow_fails_by_itself(tmp_path: Path, two: Path) -> None:
    """A bound on one file (FAT has one of 4 GB) is no full disk: the small ones are done."""
    import resource

    Clip(frames=30, width=320, height=240).write(two / "large.mp4")
    done = ran(
        "replace", two, "--bg", "green", "--invert", "--crf", "0", "--out-dir", two / "out", "--quality", "fast",
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )  # fmt: skip
    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        "done",
        "done",
        "FAILED",
        "2 done, 1 failed, 0 skipped",
    ]
    assert {path.name for path in (two / "out").iterdir()} == {"a.mp4", "b.mp4", ".vidseg.jsonl"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a bound that Linux has")
def test_too_few_addresses_are_one_line(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # each thread's stack takes some, and machines have many processors
    done = ran(
        "replace", two / "a.mp4", "--bg", "green", "--out-dir", two / "out", "--workers", "1", capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000)),
    )  # fmt: skip
    assert done.returncode in (1, 2, 3)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (two / "out" / "a.mp4").exists()
    assert not list(two.glob("out/*.part"))


# What goes or jumps while the work is done.


def test_a_source_that_vanishes_fails_by_itself(two: Path) -> None:
    gone, stays = two / "a.mp4", two / "b.mp4"
    jobs = [job(gone, two / "a.mkv"), job(stays, two / "b.mkv")]
    outcomes = list(batch.run(jobs, begun=lambda one: gone.unlink(missing_ok=True)))
    assert outcomes[0] == Failed(jobs[0], "no such file")
    assert isinstance(outcomes[1], Done)


def test_a_folder_that_vanishes_fails_its_files_by_themselves(two: Path) -> None:
    (two / "out").mkdir()
    jobs = [job(two / "a.mp4", two / "out" / "a.mkv"), job(two / "b.mp4", two / "b.mkv")]

    def begun(one: Job) -> None:
        if one is jobs[0]:
            (two / "out").rmdir()

    failed, done = batch.run(jobs, begun=begun)
    assert isinstance(failed, Failed)
    assert "No such file" in failed.reason
    assert isinstance(done, Done)


def test_a_clock_that_jumps_changes_nothing(two: Path, vidseg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a day, forward and back, each time that anybody looks at it."""
    real, jumps = time.time, iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: real() + 86400 * (-1) ** next(jumps))
    done = vidseg(
        "replace", two, "--bg", "green", "--out-dir", two / "out", "--workers", "1", "--json", "--stall", "300"
    )
    assert done.code == 0
    assert all(0 < json.loads(line)["seconds"] < 3600 for line in done.out.splitlines())
    assert vidseg("replace", two, "--bg", "green", "--out-dir", two / "out").err.endswith(
        "0 done, 0 failed, 2 skipped\n"
    )


# Killed at every step of the way.

KILLED = """
import os, signal, sys
from pathlib import Path
import av
from vidseg import batch
from vidseg.keeping import Keeping
from vidseg.media import sink, whole
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Encoding, Job, Recipe
from vidseg.tasks import Terms
from vidseg.testing import Disc, FailsAt

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

at, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
write = sink.Sink.write
def dying(self, frame):
    write(self, frame)
    if frame.index == int(at):
        die()
if at.isdecimal():
    sink.Sink.write = dying
elif at == "flush":
    sink.Sink._flushed = die
elif at == "close":
    sink.Sink._opened, opened = lambda self: Closing(opened(self)), sink.Sink._opened
    class Closing:
        def __init__(self, container): self.container = container
        def __getattr__(self, name): return die if name == "close" else getattr(self.container, name)
elif at == "check":
    sink.check = die
elif at == "name":
    whole.Temporary._name = die
elif at == "named":
    whole.Temporary._name, name = lambda self: (name(self), die()), whole.Temporary._name
job = Job(source, target, Recipe(Disc(), (Enlarge(),), FailsAt(10**9), Encoding(preset="ultrafast")))
with Keeping([job], None, Terms()) as kept:
    for outcome in batch.run([job], begun=kept.begun):
        kept.ended(outcome)
"""


@unix
@pytest.mark.parametrize("at", ["0", "4", "9", "flush", "close", "check", "name", "named"])
def test_killed_there_is_no_output_or_a_whole_one_and_the_next_run_makes_it(two: Path, at: str) -> None:
    source = Clip(frames=10).write(two / "ten.mp4")
    target = two / "done.mkv"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, at, source, target], capture_output=True, text=True, check=False, timeout=600
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if target.exists():
        assert at == "named"
        assert pictures(target) == 10
        target.unlink()
    one = job(source, target)
    with Keeping([one], None, Terms()) as kept:
        (outcome,) = batch.run([one], begun=kept.begun)
        kept.ended(outcome)
    assert isinstance(outcome, Done)
    assert pictures(target) == 10
    assert {path.name for path in two.iterdir()} == {"a.mp4", "b.mp4", "ten.mp4", "done.mkv"}
