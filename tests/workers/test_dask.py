"""A cluster: one that nobody answers for, or isn't fit, is named; workers that die are survived."""

from __future__ import annotations

import concurrent.futures
import importlib.metadata
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vidseg import batch
from vidseg.errors import WorkersError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Failed, Job, Recipe
from vidseg.stages import Effect
from vidseg.tasks import Terms
from vidseg.testing import Clip, DiesAt, Disc, FailsAt, Light, MeanOf, Shows, shown
from vidseg.workers import Lost

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own

from vidseg.workers import dask  # noqa: E402

Run = Callable[..., Any]


def dask_command(*arguments: object) -> subprocess.Popen[bytes]:
    """A scheduler or a worker, on the loopback alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + str(arguments[0]), *map(str, arguments[1:])],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"},
    )  # fmt: skip


@contextmanager
def cluster(count: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A cluster's address, and its processes: the scheduler, and ``count`` nannies with a worker each."""
    from distributed import Client

    here = ("--host", "127.0.0.1", "--no-dashboard")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "scheduler.json")  # the scheduler takes a port that is free, and says here which
        running = [dask_command("scheduler", *here, "--port", 0, "--no-show", "--scheduler-file", told)]
        running += [dask_command("worker", *here, "--nthreads", 1, "--scheduler-file", told) for _ in range(count)]
        try:
            with Client(scheduler_file=told, timeout=300, set_as_default=False) as client:  # type: ignore[no-untyped-call]
                client.wait_for_workers(count, timeout=300)
                address = str(client.scheduler.address)
            yield address, running
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:  # a nanny waits for its worker, which waits for its scheduler
                    process.kill()
                    process.wait()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a cluster of two workers that serves many tests."""
    with cluster(2) as (address, _):
        yield address


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers late on a busy machine is there all the same."""
    monkeypatch.setattr(dask, "ANSWERS_WITHIN", 120.0)
    monkeypatch.setattr(dask, "ALONE", 300.0)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=5).write(tmp_path / "clip.mkv")


def job(clip: Path, name: str, effect: Effect) -> Job:
    return Job(clip, clip.with_name(name), Recipe(Disc(), (Enlarge(),), effect, Encoding(preset="ultrafast")))


def test_jobs_are_done_those_that_kill_their_worker_are_survived_and_the_rest_is_told(address: str, clip: Path) -> None:
    jobs = [
        job(clip, "dies-once.mkv", DiesAt(3, once=str(clip.with_name("once")))),
        job(clip, "well.mkv", FailsAt(99)),
        job(clip, "fails.mkv", FailsAt(1)),
    ]
    told: list[int] = []
    with dask.Cluster(address, stall=300) as workers:
        came = {
            one.job.target.stem: one for one in batch.run(jobs, lambda _, now: told.append(now.frames), workers=workers)
        }
    assert isinstance(came["dies-once"], Done)
    assert isinstance(came["well"], Done)
    assert came["fails"] == Failed(jobs[2], "unforeseen RuntimeError: as asked")
    assert 5 in told
    names = {"clip.mkv", "once", "dies-once.mkv", "well.mkv"}
    assert {path.name for path in clip.parent.iterdir() if path.suffix != ".part"} == names


def test_what_hangs_is_given_up_and_its_worker_is_of_use_again(
    address: str, clip: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "time", clock)
    hangs, well = job(clip, "hangs.mkv", DiesAt(3, 0)), job(clip, "well.mkv", FailsAt(99))
    with dask.Cluster(address, stall=1) as workers:
        coming = batch.run([hangs, well], workers=workers)
        first = next(coming)
        monkeypatch.setattr(dask, "ANSWERS_WITHIN", 3.0)  # what hangs doesn't end when asked; so long it is waited for
        clock.go()
        (second,) = coming
        clock.stop()
        (after,) = batch.run([replace(well, target=clip.with_name("after.mkv"))], workers=workers)
    assert isinstance(first, Done)
    assert second == Failed(hangs, "given up after 2 tries: its worker gave no frame for 1 s")
    assert isinstance(after, Done)


def test_a_scheduler_that_is_lost_is_told_and_what_was_done_stays(clip: Path) -> None:
    jobs = [
        job(clip, "well.mkv", FailsAt(99)),
        job(clip, "hangs.mkv", DiesAt(3, 0)),
        job(clip, "never.mkv", FailsAt(9)),
    ]
    with cluster(1) as (address, running), dask.Cluster(address, stall=300) as workers:
        came = batch.run(jobs, workers=workers)
        assert isinstance(next(came), Done)
        running[0].kill()
        with pytest.raises(WorkersError) as caught:
            next(came)
    assert (caught.value.exit_code, str(caught.value)) == (3, f"{address}: the cluster is gone")
    assert clip.with_name("well.mkv").exists()
    assert not clip.with_name("hangs.mkv").exists()


def test_the_command_on_a_cluster(address: str, vidseg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative names too, which mean something else where the workers are."""
    Clip(frames=3).write(tmp_path / "a.mp4")
    Clip(frames=2).write(tmp_path / "sea.mkv")
    (tmp_path / "b.mp4").write_text("no video")
    monkeypatch.chdir(tmp_path)
    ran = vidseg("replace", "a.mp4", "b.mp4", "--bg", "sea.mkv", "--out-dir", "done", "--cluster", address)
    assert ran.code == 1
    lines = ran.err.splitlines()
    assert any(line.startswith(f"done: {tmp_path}/done/a.mp4: 3 frames") for line in lines)
    assert lines[-1] == "1 done, 1 failed, 0 skipped"
    assert {path.name for path in (tmp_path / "done").iterdir()} == {"a.mp4", ".vidseg.jsonl"}


def values(path: Path) -> list[tuple[Any, list[bytes]]]:
    return [(one.time, [plane.tobytes() for plane in one.planes]) for one in shown(path)]


def test_a_worker_killed_in_the_middle_of_pieces_costs_nothing(address: str, tmp_path: Path) -> None:
    """Files short and long; a worker is killed as soon as the first piece is there."""
    for n in range(3):
        Clip(frames=10 + n, keys=25).write(tmp_path / f"{n}.mp4")
    Clip(frames=150, keys=25).write(tmp_path / "3.mp4")
    recipe = Recipe(Light(), (MeanOf(3), Enlarge()), Shows(), Encoding(crf=0, preset="ultrafast"))
    right = [Job(tmp_path / f"{n}.mp4", tmp_path / f"{n}-right.mp4", recipe) for n in range(4)]
    done = [replace(one, target=tmp_path / f"{n}-done.mp4") for n, one in enumerate(right)]
    terms = Terms(piece=Fraction(1))
    assert all(isinstance(one, Done) for one in batch.run(right))
    victims: list[int] = []

    def kill(*_: object) -> None:
        if victims and any(tmp_path.glob(".vidseg-*/*.piece")):
            os.kill(victims.pop(), signal.SIGKILL)

    with dask.Cluster(address, stall=300) as workers:
        victims.append(next(iter(workers._asked(os.getpid).values())))
        came = list(batch.run(done, kill, workers=workers, terms=terms))  # asked whenever a worker has something to say
    assert not victims
    assert {one.job.target.name: type(one) for one in came} == {f"{n}-done.mp4": Done for n in range(4)}
    for n in range(4):
        assert values(tmp_path / f"{n}-done.mp4") == values(tmp_path / f"{n}-right.mp4")
    assert not list(tmp_path.glob(".vidseg-*"))


@pytest.mark.parametrize(("begun", "at", "counts"), [(1, "a", True), (1, "b", False), (2, "a", False)])
def test_a_failure_is_none_where_another_worker_may_have_done_it_before(
    address: str, clip: Path, begun: int, at: str, counts: bool
) -> None:
    """As one that has done it dies before its answer is fetched, and the next one finds the output there."""
    failed = Failed(job(clip, "a.mkv", FailsAt(1)), "appeared meanwhile, and was left as it is")
    answer: concurrent.futures.Future[Any] = concurrent.futures.Future()
    answer.set_result((failed, at))
    with dask.Cluster(address, stall=60) as workers:
        workers._given[7] = dask._Given(answer, "a", 0.0, begun=begun)
        ((number, ended),) = workers._ended(7)
    assert number == 7
    assert ended == (failed if counts else Lost(f"was lost, and the next one says: {failed.reason}"))


def test_a_batch_of_twelve_outlives_a_worker(address: str, vidseg: Run, tmp_path: Path) -> None:
    """The command, its models and mattes; one of two workers is killed outright when the first output is there."""
    (tmp_path / "in").mkdir()
    for n in range(10):
        Clip(frames=4 + n % 3, sound=Fraction(0)).write(tmp_path / "in" / f"{n}.mkv")
    for n in (10, 11):
        Clip(frames=50, keys=10).write(tmp_path / "in" / f"{n}.mkv")
    arguments = ("matte", tmp_path / "in", "--quality", "fast", "--name", "{stem}.mkv")
    assert vidseg(*arguments, "--out-dir", tmp_path / "right").code == 0
    done = tmp_path / "done"
    from distributed import Client

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(2, timeout=60)  # a test before this one may have killed one
        victim = next(iter(client.run(os.getpid).values()))
    command = [Path(sys.executable).with_name("vidseg"), *arguments, "--out-dir", done, "--piece", "0.5"]
    run = subprocess.Popen([*map(str, command), "--cluster", address], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not list(done.glob("*.mkv")) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(victim, signal.SIGKILL)
    _, err = run.communicate(timeout=180)
    assert run.returncode == 0, err
    assert err.splitlines()[-1] == "12 done, 0 failed, 0 skipped"
    assert {path.name for path in done.iterdir()} == {f"{n}.mkv" for n in range(12)} | {".vidseg.jsonl"}
    for n in range(12):
        assert values(done / f"{n}.mkv") == values(tmp_path / "right" / f"{n}.mkv")


def test_a_file_that_a_worker_does_not_see_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with dask.Cluster(address, stall=300) as workers:
        with pytest.raises(WorkersError) as caught:
            workers.check_paths([Path("/nowhere/a.mp4")])
        assert "/nowhere/a.mp4 isn't seen by tcp://127.0.0.1:" in str(caught.value)
        workers.check_paths([Path("/")])


@pytest.mark.parametrize(
    ("answer", "said"),
    [("0.0.1", "another vidseg than here"), (importlib.metadata.PackageNotFoundError("vidseg"), "isn't installed on")],
)
def test_a_worker_without_vidseg_or_with_another_one_is_named(
    address: str, monkeypatch: pytest.MonkeyPatch, answer: object, said: str
) -> None:
    one = "tcp://10.0.0.7:4321"
    version = importlib.metadata.version("vidseg")
    monkeypatch.setattr(dask.Cluster, "_asked", lambda *_: {"tcp://10.0.0.6:4321": version, one: answer})
    with pytest.raises(WorkersError) as caught:
        dask.Cluster(address, stall=300)
    assert said in str(caught.value)
    assert one in str(caught.value)
    assert "10.0.0.6" not in str(caught.value)


def test_a_cluster_without_workers_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask.Cluster, "_asked", lambda *_: {})
    with pytest.raises(WorkersError, match="has no workers"):
        dask.Cluster(address, stall=300)


def test_where_nobody_answers_it_is_exit_code_3(vidseg: Run, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "ANSWERS_WITHIN", 0.5)
    with socket.socket() as taken:  # nobody else's, and nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        ran = vidseg("replace", clip, "--bg", "green", "--cluster", address)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"vidseg: {address}: nobody answers there (waited 0.5 s)\n"
    assert [path.name for path in clip.parent.iterdir()] == ["clip.mkv"]


@pytest.mark.parametrize("address", ["nonsense", "tcp://host", "tcp://host:x", "ftp://host:1", "tcp://host:99999", ""])
def test_what_is_no_address_is_refused_in_one_line(vidseg: Run, clip: Path, address: str) -> None:
    ran = vidseg("replace", clip, "--bg", "green", "--cluster", address)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert f"{address!r} is no address of a cluster: give one like tcp://host:8786" in ran.err


def test_without_dask_it_is_said_how_to_get_it(vidseg: Run, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vidseg.workers.dask", None)
    ran = vidseg("replace", clip, "--bg", "green", "--cluster", "tcp://127.0.0.1:1")
    assert ran.code == 2
    assert "pip install 'vidseg[cluster]'" in ran.err


def test_files_in_settings_are_named_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vidseg.effects.replace import Replace
    from vidseg.plan import Outputs

    (tmp_path / "sea.jpg").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    recipe = Recipe(Disc(), (Enlarge(),), Replace("sea.jpg"))
    assert dask.absolute(recipe) == Recipe(Disc(), (Enlarge(),), Replace(str(tmp_path / "sea.jpg")))
    assert dask.absolute(Replace("green")) == Replace("green")
    assert dask.absolute(Outputs("x", folder=Path("done"))) == Outputs("x", folder=tmp_path / "done")
