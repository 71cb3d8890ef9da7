"""Around: a stream with what is near each item, within its shot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

T = TypeVar("T")


def around(stream: Iterable[T], reach: int, begins: Callable[[T], bool]) -> Generator[tuple[list[T], int]]:
    """For each item those within ``reach`` of it, cut off where a shot begins, and its own place among them."""
    held: deque[T] = deque()
    at = 0  # the place in ``held`` of the item whose turn it is
    for item in stream:
        held.append(item)
        if len(held) - at > reach:
            yield _near(held, at, reach, begins)
            at += 1
        if at > reach:
            held.popleft()
            at -= 1
    while at < len(held):
        yield _near(held, at, reach, begins)
        at += 1


def _near(held: deque[T], at: int, reach: int, begins: Callable[[T], bool]) -> tuple[list[T], int]:
    items = list(held)
    first, last = max(at - reach, 0), min(at + reach, len(items) - 1)
    for place in range(at, first, -1):
        if begins(items[place]):
            first = place
            break
    for place in range(at + 1, last + 1):
        if begins(items[place]):
            last = place - 1
            break
    return items[first : last + 1], at - first
