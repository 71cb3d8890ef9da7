"""Dask: the workers of a cluster, which see the same files under the same names."""

from __future__ import annotations

import concurrent.futures
import importlib.metadata
import os
import queue
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from distributed import Client, get_worker
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from vidseg import threads
from vidseg.errors import OptionError, WorkersError
from vidseg.job import Failed, Progress
from vidseg.tasks import Answer, Task, perform
from vidseg.workers import Lost, Told

T = TypeVar("T")

ANSWERS_WITHIN = 10.0
"""Seconds that a cluster has to answer."""

ALONE = 60.0
"""Seconds without any worker after which the rest is given up: a cluster may start new ones for those that died."""

_EVERY = 0.5


class _Cancelled(BaseException):
    """Nobody waits for a task any more."""


def _there(task: Task, number: int, topic: str, key: str) -> tuple[Answer, str]:
    """What a worker of the cluster does, and its address; one task at a time, with the threads that it was given."""
    worker = get_worker()
    threads.share(worker.state.nthreads)
    last = 0.0

    def told(now: Progress) -> None:
        nonlocal last
        state = worker.state.tasks.get(key)
        if state is None or state.state == "cancelled":
            raise _Cancelled
        moment = time.monotonic()
        if moment - last >= _EVERY or now.frames == now.total:
            last = moment
            worker.log_event(topic, {"number": number, "frames": now.frames, "total": now.total, "at": worker.address})

    worker.log_event(topic, {"number": number, "begun": True, "at": worker.address})
    return perform(task, told), worker.address


@dataclass
class _Given:
    """A task that the cluster has: where, since when it has given no frame, and how many workers have begun it."""

    future: Any
    at: str
    sign: float
    frames: int = -1
    begun: int = 0


class Cluster:
    """Every worker of a cluster does one task at a time; those that die are replaced by the others."""

    def __init__(self, address: str, *, stall: float) -> None:
        """Raises ``WorkersError`` where nobody answers, or the workers aren't fit; ``OptionError`` for no address."""
        self._address, self._stall = address, stall
        self._client: Any = _reached(address)
        self._topic = f"vidseg-{secrets.token_hex(6)}"
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._given: dict[int, _Given] = {}
        self._alone_since: float | None = None
        try:
            self._check_versions()
            self._client.subscribe_topic(self._topic, self._heard.put)
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _workers(self) -> list[str]:
        """Those that the scheduler knows; raises ``WorkersError`` where it is lost, and what it knew with it."""
        known = self._client.scheduler_info(n_workers=-1)
        if self._client.status != "running" or "workers" not in known:
            raise WorkersError(self._address, "the cluster is gone")
        return list(known["workers"])

    @property
    def count(self) -> int:
        """As many as there are, at least 1: what they leave is waited for."""
        return max(len(self._workers()), 1)

    def _asked(self, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        """What each worker answers; raises ``WorkersError`` where one doesn't."""
        return _within(self._address, lambda: self._client.run(function, *arguments, on_error="return"))

    def _check_versions(self) -> None:
        answers = self._asked(importlib.metadata.version, "vidseg")
        if not answers:
            raise WorkersError(self._address, "this cluster has no workers")
        mine = importlib.metadata.version("vidseg")
        lacking = sorted(worker for worker, answer in answers.items() if not isinstance(answer, str))
        if lacking:
            raise WorkersError(self._address, f"vidseg isn't installed on {_few(lacking)}")
        other = sorted(f"{worker} ({answer})" for worker, answer in answers.items() if answer != mine)
        if other:
            raise WorkersError(self._address, f"another vidseg than here ({mine}) is on {_few(other)}")

    def check_paths(self, paths: Sequence[Path]) -> None:
        """Raise ``WorkersError`` unless every worker sees what is there."""
        for path in paths:
            answers = self._asked(os.path.exists, str(path))
            blind = sorted(worker for worker, answer in answers.items() if answer is not True)
            if blind:
                raise WorkersError(
                    self._address, f"{path} isn't seen by {_few(blind)}: files must be on a shared system"
                )

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        """To a worker that has none of ours; another may get it if that dies. The cluster bounds its own memory."""
        busy = {given.at for given in self._given.values()}
        at = next((worker for worker in self._workers() if worker not in busy), "")
        key = f"{self._topic}-{number}-{secrets.token_hex(4)}"
        future = self._client.submit(
            _there, task, number, self._topic, key, key=key, pure=False,
            workers=[at] if at else None, allow_other_workers=bool(at),
        )  # fmt: skip
        self._given[number] = _Given(future, at, time.monotonic())
        future.add_done_callback(lambda _: self._heard.put(number))

    def wait(self, told: Told) -> list[tuple[int, Answer | Lost]]:
        """Read what the workers say; a task that hangs is given up with its worker."""
        try:
            heard = self._heard.get(timeout=1.0)
        except queue.Empty:
            heard = None
        if isinstance(heard, int):
            return self._ended(heard)
        if heard is not None:
            self._told(heard[1], told)
        self._check_alive()
        return [lost for number in list(self._given) for lost in self._hangs(number)]

    def _told(self, event: dict[str, Any], told: Told) -> None:
        given = self._given.get(event["number"])
        if given is None:
            return
        given.at = event["at"]
        if event.get("begun"):
            given.begun, given.frames, given.sign = given.begun + 1, -1, time.monotonic()
            return
        if event["frames"] != given.frames or event["total"] is None:
            given.frames, given.sign = event["frames"], time.monotonic()
        workers = sorted(one.at for one in self._given.values())
        told(event["number"], workers.index(given.at), Progress(event["frames"], event["total"]))

    def _ended(self, number: int) -> list[tuple[int, Answer | Lost]]:
        given = self._given.pop(number, None)
        if given is None:
            return []
        try:
            answer: Answer
            answer, at = given.future.result()
        except Exception as error:
            self._check_alive()
            return [(number, Lost(f"was lost ({type(error).__name__})"))]
        # Perhaps only since a worker that died had done it. One that dies when it has done it, before its answer is
        # fetched, has it done again while that is waited for: then another answers than has said that it begins.
        if isinstance(answer, Failed) and (given.begun > 1 or at != given.at):
            return [(number, Lost(f"was lost, and the next one says: {answer.reason}"))]
        return [(number, answer)]

    def _check_alive(self) -> None:
        if self._workers():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > ALONE:
            raise WorkersError(self._address, "all its workers are gone")

    def _hangs(self, number: int) -> list[tuple[int, Lost]]:
        given = self._given[number]
        if not given.begun or time.monotonic() - given.sign <= self._stall:
            return []
        del self._given[number]
        given.future.cancel()
        with suppress(Exception):  # one without a nanny isn't restarted
            self._client.restart_workers([given.at], timeout=ANSWERS_WITHIN, raise_for_error=False)
        return [(number, Lost(f"gave no frame for {self._stall:g} s"))]

    def close(self) -> None:
        """Cancel what is under way, and go; the cluster stays."""
        with suppress(Exception):
            self._client.cancel([given.future for given in self._given.values()])
        self._given.clear()
        with suppress(Exception):
            self._client.close()


def _reached(address: str) -> Any:
    _check(address)
    connect: Any = Client  # whose types say less than they do
    try:
        return connect(address, timeout=ANSWERS_WITHIN, set_as_default=False)
    except OSError:  # a TimeoutError is one
        raise WorkersError(address, f"nobody answers there (waited {ANSWERS_WITHIN:g} s)") from None


def _check(address: str) -> None:
    """Raise ``OptionError`` for what is no address: Dask's client for one can't be closed without a traceback."""
    try:
        scheme, location = parse_address(address)
        get_backend(scheme)
        _, port = parse_host_port(location)
    except (ValueError, TypeError):
        port = 0
    if not 0 < port < 65536:
        raise OptionError("--cluster", f"{address!r} is no address of a cluster: give one like tcp://host:8786")


def _within(address: str, ask: Callable[[], T]) -> T:
    """An answer that comes in time."""
    asking = concurrent.futures.ThreadPoolExecutor(1)
    try:
        return asking.submit(ask).result(ANSWERS_WITHIN)
    except concurrent.futures.TimeoutError:
        raise WorkersError(address, f"its workers don't answer (waited {ANSWERS_WITHIN:g} s)") from None
    finally:
        asking.shutdown(wait=False)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def absolute(value: Any) -> Any:
    """The same settings, files in them named so that another machine finds them."""
    if isinstance(value, Path):
        return value.absolute()
    if isinstance(value, str):
        return os.path.abspath(value) if _is_file(value) else value  # noqa: PTH100 - a text stays one
    if isinstance(value, tuple):
        return tuple(map(absolute, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: absolute(getattr(value, one.name)) for one in fields(value) if one.init})
    return value


def _is_file(text: str) -> bool:
    try:
        return os.path.isfile(text)  # noqa: PTH113 - any text
    except ValueError:
        return False
