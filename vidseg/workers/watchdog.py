"""Watchdog: whether work in this process still gives frames, for a call into a library can't be interrupted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidseg.job import Progress

_LONGEST_LOOK = 1.0
"""Seconds from one look to the next, at most: what is stopped meanwhile (Ctrl-Z, a laptop asleep) counts as no more."""


@contextmanager
def watching(seconds: float, hung: Callable[[], None]) -> Iterator[Callable[[Progress], None]]:
    """While it is open, ``hung`` is called, once and in another thread, when no frame has come for so many seconds.

    It gives what is to be told of each progress. What doesn't know how many frames there are counts as alive.
    """
    watch = _Watch(seconds, hung)
    watch.start()
    try:
        yield watch.sign
    finally:
        watch.end()


class _Watch(threading.Thread):
    def __init__(self, seconds: float, hung: Callable[[], None]) -> None:
        super().__init__(name="vidseg-watchdog", daemon=True)
        self._seconds, self._hung = seconds, hung
        self._silent = 0.0
        self._frames = -1
        self._over = threading.Event()

    def sign(self, now: Progress) -> None:
        """How far it is."""
        if now.frames != self._frames or now.total is None:
            self._frames, self._silent = now.frames, 0.0

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    def run(self) -> None:
        look = min(_LONGEST_LOOK, self._seconds / 4)
        before = time.monotonic()
        while not self._over.wait(look):
            now = time.monotonic()
            self._silent += min(now - before, 2 * look)
            before = now
            if self._silent > self._seconds:
                self._hung()
                return
