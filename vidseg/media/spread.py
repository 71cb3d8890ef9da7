"""Spread: a few of many places, evenly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SAMPLES = 3
"""Places of a finished output, evenly from its first to its last key frame, at which it is decoded again."""


def spread(places: Sequence[T], count: int) -> list[T]:
    """As many of them at most, evenly, the first and the last among them."""
    if len(places) <= count:
        return list(places)
    return [places[n * (len(places) - 1) // (count - 1)] for n in range(count)]
