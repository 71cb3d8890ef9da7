"""Endings: what signals mean, each once, so that what is being put in order isn't disturbed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
_CALM = 2.0
"""Seconds in which a second Ctrl-C is taken for impatience: the first one's ending takes no longer."""

_SAID = {"SIGTERM": "terminated", "SIGHUP": "the terminal was closed"}


class Ended(SystemExit):
    """A signal asks for the end; ``code`` is 128 and its number, as shells have it."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(code)
        self.why = why


class _Once:
    """What a signal does: the first raises, the others are passed over, but for a Ctrl-C to an ending that hangs."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, number: int, _: object) -> None:
        if self._since is None:
            self._since = time.monotonic()
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise Ended(128 + number, _SAID[signal.Signals(number).name])
        if number == signal.SIGINT and time.monotonic() - self._since > _CALM:
            os._exit(INTERRUPTED)  # workers die with us; the next run removes what is left


@contextmanager
def signals_heard() -> Iterator[None]:
    """While it is open, SIGINT, SIGTERM and SIGHUP end the work in good order.

    Those that are ignored, as ``nohup`` and shells that start something in the background have it, stay so.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    once = _Once()
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, once)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
