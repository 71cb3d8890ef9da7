"""Prefetch: the same stream, a little ahead, and nothing left running."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vidseg.prefetch import prefetch

LONG = 30.0
"""Seconds after which a wait that should be short has failed; nothing waits that long where all is well."""


class Watched:
    """A stream that says how far it was read, from which thread, and that it was closed."""

    def __init__(self, length: int, fails_at: int | None = None, error: type[BaseException] = RuntimeError) -> None:
        self.length, self.fails_at, self.error = length, fails_at, error
        self.read = 0
        self.closed = threading.Event()
        self.reader: threading.Thread | None = None
        self._changed = threading.Condition()

    def __call__(self) -> Iterator[int]:
        self.reader = threading.current_thread()
        try:
            for n in range(self.length):
                if n == self.fails_at:
                    raise self.error(f"at {n}")
                with self._changed:
                    self.read += 1
                    self._changed.notify_all()
                yield n
        finally:
            self.closed.set()

    def wait_until_read(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.read >= count, LONG)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("ahead", [1, 2, 50])
def test_the_same_items_in_the_same_order(ahead: int) -> None:
    assert list(prefetch(iter(range(100)), ahead)) == list(range(100))


def test_nothing_gives_nothing() -> None:
    assert list(prefetch(iter(()))) == []


def test_none_is_an_item_like_any_other() -> None:
    assert list(prefetch(iter([None, 1, None]))) == [None, 1, None]


def test_an_error_that_is_an_item_is_not_raised() -> None:
    error = ValueError("only an item")
    assert list(prefetch(iter([error]))) == [error]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_error_is_raised_where_its_item_would_have_come(error: type[BaseException]) -> None:
    items = prefetch(Watched(9, fails_at=5, error=error)())
    assert [next(items) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(error, match="at 5"):
        next(items)


def test_the_stream_is_read_by_another_thread() -> None:
    stream = Watched(3)
    list(prefetch(stream()))
    assert stream.reader is not threading.current_thread()


@pytest.mark.parametrize("ahead", [1, 3])
def test_no_more_than_asked_is_read_ahead(ahead: int) -> None:
    stream = Watched(100)
    with closing(prefetch(stream(), ahead)) as items:
        for taken in range(1, 6):
            next(items)
            # what was taken, what is ready, and the one in the thread's hand
            assert stream.wait_until_read(taken + ahead)
            assert stream.read <= taken + ahead + 1


def test_it_reads_ahead_while_nobody_asks() -> None:
    stream = Watched(100)
    with closing(prefetch(stream(), 4)) as items:
        assert next(items) == 0
        assert stream.wait_until_read(5)


def test_nothing_is_read_before_the_first_item_is_asked_for() -> None:
    stream = Watched(3)
    with closing(prefetch(stream())):
        assert stream.read == 0


@pytest.mark.parametrize("taken", [1, 2, 50])
def test_closing_early_closes_the_stream(taken: int) -> None:
    stream = Watched(1000)
    held = stream()  # so that it isn't merely forgotten
    items = prefetch(held)
    for _ in range(taken):
        next(items)
    items.close()
    assert stream.closed.is_set()


def test_closing_when_the_queue_is_full_does_not_hang() -> None:
    stream = Watched(1000)
    items = prefetch(stream(), 1)
    next(items)
    assert stream.wait_until_read(3)  # one taken, one ready, one that finds no room
    items.close()
    assert stream.closed.is_set()


def test_an_error_that_nobody_came_for_ends_with_the_stream() -> None:
    stream = Watched(10, fails_at=2)
    items = prefetch(stream(), 1)
    next(items)
    items.close()
    assert stream.closed.is_set()


def test_reading_to_the_end_closes_the_stream() -> None:
    stream = Watched(3)
    list(prefetch(stream()))
    assert stream.closed.is_set()


def test_one_in_front_of_the_other_close_together() -> None:
    stream = Watched(1000)
    with closing(prefetch(prefetch(stream()))) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
    assert stream.closed.is_set()


def test_what_has_no_close_is_fine() -> None:
    items = prefetch([1, 2, 3], 1)
    assert next(items) == 1
    items.close()


def _nice() -> int:
    """The kernel's own word on the thread that asks: the 19th field of its stat."""
    return int(Path("/proc/thread-self/stat").read_text().rpartition(")")[2].split()[16])


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_readers_stand_behind_who_reads_them_and_not_behind_each_other() -> None:
    def seen(before: Iterator[int]) -> Iterator[int]:
        yield from before
        yield _nice()

    usual = _nice()
    inner = prefetch(seen(iter(())))
    assert list(prefetch(seen(inner))) == [min(usual + 10, 19)] * 2
    assert _nice() == usual


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_a_system_that_forbids_it_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def forbidden(which: int, who: int, priority: int) -> None:
        asked.append(who)
        raise PermissionError(1, "not permitted")

    monkeypatch.setattr("os.setpriority", forbidden)
    assert list(prefetch(iter(range(3)))) == [0, 1, 2]
    assert asked
