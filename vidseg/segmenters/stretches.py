"""Stretches: what is done every so many frames is done at the same ones, wherever reading began."""

from __future__ import annotations

from fractions import Fraction

from vidseg.frame import Frame

_SECOND = 1024
"""Parts of a second that stretches are measured in."""

BEFORE = 2
"""Frames before one that decide whether ``EverySecond`` chooses it."""


def begins(before: Frame, frame: Frame, frames: int) -> bool:
    """Whether a stretch of the source's time begins with a frame; ``before`` is the one before it.

    A stretch is as long as ``frames`` frames or up to a fifth shorter: a few lengths for all rates, so that a container
    whose clock is coarse doesn't change it from frame to frame.
    """
    apart = frame.source_time - before.source_time
    if apart <= 0:
        return False
    length = int(frames * _SECOND * apart)
    rest = max(length.bit_length() - 3, 0)
    stretch = Fraction(max(length >> rest << rest, 1), _SECOND)
    return frame.source_time // stretch != before.source_time // stretch


class EverySecond:
    """Chooses about every second of a stream's frames, never leaving out two in a row."""

    def __init__(self) -> None:
        self._before: Frame | None = None
        self._due = True

    def chooses(self, frame: Frame) -> bool:
        """Whether it is chosen; to be asked of each."""
        was_due, self._due = self._due, self._before is None or begins(self._before, frame, 2)
        self._before = frame
        return self._due or not was_due
