"""Stretches: what is done every so many frames is done at the same ones, wherever reading began."""

from __future__ import annotations

from fractions import Fraction

from vidseg.frame import Frame

_SECOND = 1024
"""Parts of a second that stretches are measured in."""


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
