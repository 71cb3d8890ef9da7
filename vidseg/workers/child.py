"""A worker process: reads tasks from its socket, one after the other, and tells how far it is.

It dies with its parent, whichever way that ends: its socket closes, and on Linux the system kills it.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

READY, NOW, ANSWER = "ready", "now", "answer"
"""What a message says: that it can begin, how far it is, and what came of the task."""

_EVERY = 0.1
"""Seconds between two messages of progress, at least."""

_PR_SET_PDEATHSIG = 1


def main(descriptor: int, parent: int, verbose: bool) -> None:
    """What a new process does; ends when the socket closes."""
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    if verbose:
        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("vidseg").setLevel(logging.DEBUG)
    os.environ.setdefault("SVT_LOG", "1")
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    pipe = Connection(descriptor)
    threading.Thread(target=_read, args=(pipe, asked), daemon=True).start()
    from vidseg import heap, tasks, threads
    from vidseg.segmenters import loading

    heap.keep_large_blocks_apart()
    pipe.send((READY, None))
    with contextlib.suppress(ImportError):  # slow, and nearly every task wants it: while the request is looked at
        loading.mediapipe()
    pipe.send((READY, None))  # a sign of life, from which its patience counts
    while True:
        most, room, task = asked.get()
        threads.share(most)
        pipe.send((ANSWER, tasks.perform(task, _Telling(pipe), room)))


def _die_with(parent: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before that could be said
        os._exit(1)


def _read(pipe: Connection, asked: queue.SimpleQueue[Any]) -> None:
    """In a thread of its own, so that the parent's end is seen whatever the task is doing."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(1)


class _Telling:
    """Progress, as often as anybody can read it; always the last."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._last = pipe, 0.0

    def __call__(self, now: Any) -> None:
        moment = time.monotonic()
        if moment - self._last >= _EVERY or now.frames == now.total:
            self._last = moment
            self._pipe.send((NOW, now))
