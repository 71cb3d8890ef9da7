"""Prefetch: a stream read ahead by another thread, a little."""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

_WAIT = 0.1
"""Seconds after which a full queue is looked at again, so that closing never waits longer."""

_AT_EXIT = 2.0
"""Seconds that all of them have to end when the program does."""

_BEHIND = 10
"""By how many steps readers' priority is below the process's. Each is quicker than the encoder and there are several of
them: at its priority they take its time, until all queues are full, and then it is alone with what it can't share out,
on one processor while the others have nothing to do (an eighth of the time on two)."""

_running: dict[threading.Thread, threading.Event] = {}
"""Those that read now, and what stops them; who asks another comes before it, for he began it."""


@atexit.register
def _end_all() -> None:
    """End those that a program has not closed: in an interpreter that ends, none could be closed any more."""
    until = time.monotonic() + _AT_EXIT
    for thread, stopped in list(_running.items()):
        stopped.set()
        thread.join(max(until - time.monotonic(), 0))


def prefetch(stream: Iterable[T], ahead: int = 2) -> Generator[T]:
    """The same items in the same order; ``ahead`` of them are ready before they are asked for.

    An error in the stream is raised here, where its item would have come. Closing ends the thread and closes the
    stream; decoding, segmenting, scaling and encoding leave the interpreter's lock, so they overlap. On Linux the
    thread has a lower priority than the process.
    """
    items: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(ahead)
    stopped = threading.Event()

    def put(item: tuple[T] | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                items.put(item, timeout=_WAIT)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        _stand_back()
        try:
            for item in stream:
                if not put((item,)):
                    break
            else:
                put(None)
        except BaseException as error:  # raised again by the reader
            put(error)
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=read, name="prefetch", daemon=True)
    thread.start()
    _running[thread] = stopped
    try:
        while (item := items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        stopped.set()
        thread.join()
        del _running[thread]


def _stand_back() -> None:
    """Give this thread, and those that it starts, a lower priority than the process, where threads have their own."""
    if sys.platform == "linux":
        with suppress(OSError):  # forbidden: that costs speed, and nothing else
            process = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), process + _BEHIND)
