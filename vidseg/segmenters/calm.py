"""Calm: frames that needn't be looked at from near, for those beside them show all that is in them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace

import numpy as np

from vidseg.frame import Cutout
from vidseg.motion.along import same_at
from vidseg.segmenters import boxes
from vidseg.segmenters.stretches import EverySecond

_AROUND = 0.25
"""How far around people the picture must be calm, as a part of the longer side of each."""

_NEW = 0.25
"""What is new there may be this part of what is likely people at most."""


def left_out(cutouts: Iterable[Cutout]) -> Generator[Cutout]:
    """The cutouts (with clues, and likely people for a matte), those marked as not seen that needn't be.

    Of a shot's frames these are at most every second, neither its first nor its last: each is between two that are
    seen.
    """
    second = EverySecond()
    before: Cutout | None = None
    for cutout in cutouts:
        chosen, clues = second.chooses(cutout.frame), cutout.clues
        assert clues is not None  # noqa: S101 - made by watched()
        last = before
        before = cutout
        if chosen or last is None or clues.back is None or clues.onward is None or _new(last, cutout) > _NEW:
            yield cutout
        else:
            yield replace(cutout, seen=False)


def _new(before: Cutout, now: Cutout) -> float:
    """How much around people the frame before doesn't show, as a part of them; more than 1 where nobody is."""
    beside = same_at([before, now], 1, -1)
    rectangles = boxes.found(now.matte, None)
    if beside is None or not rectangles:
        return np.inf
    high, wide = now.matte.shape
    around = np.zeros((high, wide), np.bool_)
    for left, top, right, bottom in rectangles:
        room = round(max(right - left, bottom - top) * _AROUND)
        around[max(top - room, 0) : bottom + room, max(left - room, 0) : right + room] = True
    return float((1 - beside[1][around]).sum() / (now.matte > boxes.LIKELY).sum())
