"""Prefetch: a stream read ahead by another thread, a little."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")

_WAIT = 0.1
"""Seconds after which a full queue is looked at again, so that closing never waits longer."""


def prefetch(stream: Iterable[T], ahead: int = 2) -> Generator[T]:
    """The same items in the same order; ``ahead`` of them are ready before they are asked for.

    An error in the stream is raised here, where its item would have come. Closing ends the thread and closes the
    stream; decoding, segmenting, scaling and encoding leave the interpreter's lock, so they overlap.
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
    try:
        while (item := items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        stopped.set()
        thread.join()
