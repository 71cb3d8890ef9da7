"""Local: worker processes on this machine, each watched by itself: one that dies or hangs costs its task only."""

from __future__ import annotations

import contextlib
import json
import multiprocessing.connection
import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from vidseg.errors import WorkersError
from vidseg.machine import available_processors, memory
from vidseg.room import Room
from vidseg.workers import Lost, Told
from vidseg.workers.child import ANSWER, NOW, READY

if TYPE_CHECKING:
    from vidseg.tasks import Answer, Task

STALL = 120.0
"""Seconds without a frame after which a worker is taken for hung."""

_BY_MEMORY = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)
"""How processes end for want of memory: by the system, or by a library that gets none and doesn't look."""

_START = 60.0
"""Seconds that a process has to begin."""

_STOPPED = 10.0
"""Seconds from one look to the next, which is a second, from which on this process had been stopped meanwhile."""

_TRIES = 3
_KILLED_TRIES = 12
"""As many processes in a row that never begin mean that none will; more, where something else ends them."""


def usual_count() -> int:
    """How many workers suit this machine: one for each processor, if there are 1.5 GB of memory for it."""
    known = memory()
    processors = available_processors()
    return processors if known is None else max(min(processors, known.available // 1_500_000_000), 1)


def _part_of_memory(count: int) -> int | None:
    """What each of so many workers may take, of nine tenths of what is available."""
    known = memory()
    return None if known is None else known.available * 9 // 10 // count


class _Process:
    """One worker process and what it is doing."""

    def __init__(self, *, verbose: bool) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            code = (
                f"import sys; sys.path[:] = {json.dumps(sys.path)}\n"
                "from vidseg.workers.child import main\n"
                f"main({theirs.fileno()}, {os.getpid()}, {verbose})"
            )
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-P", "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if verbose else subprocess.DEVNULL,
            )
            self.pipe = Connection(ours.detach())
        self.number: int | None = None
        self.ready = False
        self.sign = time.monotonic()
        self.frames = -1

    def give(self, number: int, task: Task, threads: int, room: Room | None) -> None:
        self.number, self.frames, self.sign = number, -1, time.monotonic()
        with contextlib.suppress(OSError):  # it has died: that is seen when it is waited for
            self.pipe.send((threads, room, task))

    def kill(self) -> int:
        """End it, if it hasn't ended; gives its exit code."""
        self.process.kill()
        code = self.process.wait()
        self.pipe.close()
        return code


class Local:
    """``count`` processes, begun at once so that they load their libraries while the request is still looked at."""

    def __init__(
        self,
        count: int,
        *,
        threads: int | None = None,
        stall: float = STALL,
        verbose: bool = False,
        memory: int | None = None,
    ) -> None:
        """``threads`` is how many each may have for a codec, where that isn't what comes of sharing out.

        ``memory`` is what a worker may take, in bytes; an equal part of what is available without.
        """
        self._stall, self._verbose, self._asked, self._memory = stall, verbose, threads, memory
        self._failed_starts = 0
        self._looked = time.monotonic()
        self._slots: list[_Process | None] = []
        self.resize(count)

    def resize(self, count: int, of: int | None = None) -> None:
        """Have so many, and share out processors and memory among them, that of ``of``; while none has a task."""
        self.count = count
        # one alone leaves it to the codecs: x264 has half as many again as there are processors, since some always wait
        self._threads = self._asked or (0 if count == 1 else max(-(-available_processors() // count), 1))
        self._bytes = _part_of_memory(count) if self._memory is None else self._memory * (of or count) // count
        try:
            while len(self._slots) < count:
                self._slots.append(self._started())
        except BaseException:
            self.close()
            raise
        for process in filter(None, self._slots[count:]):
            process.kill()
        del self._slots[count:]

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self) -> _Process:
        try:
            return _Process(verbose=self._verbose)
        except OSError as error:
            raise WorkersError("workers", f"no process can be started: {error.strerror}") from None

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        """To a process that does nothing, a new one where one has died."""
        room = None if self._bytes is None else Room(self._bytes * shares, shares >= self.count)
        for slot, process in enumerate(self._slots):
            if process is None:
                process = self._slots[slot] = self._started()
            if process.number is None:
                process.give(number, task, self._threads, room)
                return
        raise ValueError("every worker has a task already")

    def wait(self, told: Told) -> list[tuple[int, Answer | Lost]]:
        """Read what the processes say; those that are dead or hang are ended, and their tasks given up as lost."""
        ended: list[tuple[int, Answer | Lost]] = []
        there = {process.pipe: slot for slot, process in enumerate(self._slots) if process is not None}
        for pipe in multiprocessing.connection.wait(list(there), timeout=min(1.0, self._stall / 4)):
            slot = there[pipe]  # type: ignore[index]
            ended += self._heard(slot, told)
        self._forgive_a_stop()
        for slot, process in enumerate(self._slots):
            if process is not None and (reason := self._hangs(process)):
                process.kill()
                ended += self._gone(slot, reason)
        return ended

    def _forgive_a_stop(self) -> None:
        """Time in which nobody looked, as while Ctrl-Z had stopped all of us, isn't time in which a worker hung."""
        now = time.monotonic()
        if now - self._looked > _STOPPED:
            for process in filter(None, self._slots):
                process.sign = min(process.sign + now - self._looked, now)
        self._looked = now

    def _heard(self, slot: int, told: Told) -> list[tuple[int, Answer | Lost]]:
        process = self._slots[slot]
        assert process is not None  # noqa: S101 - it has just said something
        try:
            kind, said = process.pipe.recv()
        except (EOFError, OSError):
            return self._gone(slot, ended(process.kill()))
        if kind == READY:
            process.ready, process.sign, self._failed_starts = True, time.monotonic(), 0
        elif kind == NOW and process.number is not None:
            if said.frames != process.frames or said.total is None:
                process.frames, process.sign = said.frames, time.monotonic()
            told(process.number, slot, said)
        elif kind == ANSWER and process.number is not None:
            number, process.number = process.number, None
            from vidseg.tasks import Starved  # loaded by now, for the answer is of it

            if isinstance(said, Starved):  # what its libraries make of that, nobody knows
                process.kill()
                self._slots[slot] = None
            return [(number, said)]
        return []

    def _gone(self, slot: int, reason: str) -> list[tuple[int, Answer | Lost]]:
        """A process that is no more."""
        process, self._slots[slot] = self._slots[slot], None
        assert process is not None  # noqa: S101
        if not process.ready:
            self._failed_starts += 1
            if self._failed_starts >= (_KILLED_TRIES if process.process.returncode == -signal.SIGKILL else _TRIES):
                raise WorkersError("workers", f"no worker can be started: {self._failed_starts} in a row {reason}")
        starved = self._bytes is not None and -(process.process.returncode or 0) in _BY_MEMORY
        return [] if process.number is None else [(process.number, Lost(reason, process.ready, starved))]

    def _hangs(self, process: _Process) -> str:
        """How a process hangs, if it does."""
        silent = time.monotonic() - process.sign
        if not process.ready:
            return "didn't begin" if silent > max(_START, self._stall) else ""
        return f"gave no frame for {self._stall:g} s" if process.number is not None and silent > self._stall else ""

    def close(self) -> None:
        """Kill them all, the last before the first is waited for."""
        for busy in filter(None, self._slots):
            busy.process.kill()
        for slot, process in enumerate(self._slots):
            if process is not None:
                process.kill()
                self._slots[slot] = None


def ended(code: int) -> str:
    """How a process has ended, by its exit code."""
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        why = " (perhaps for want of memory)" if -code == signal.SIGKILL else ""
        return f"was ended by {name}{why}"
    return f"ended with code {code}"
