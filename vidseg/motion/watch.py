"""Watch: each cutout with a small grey copy of its frame, where shots begin, and the flow to its neighbours."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import replace

import cv2
import numpy as np

from vidseg.frame import Clues, Cutout, Frame, Map, Plane
from vidseg.media import crop
from vidseg.motion.flow import Flow

LONGEST = 320
"""The longer side of a grey copy, in points."""

AHEAD = 2
"""Frames that are looked at beyond one before its shot's end is known."""

WINDOW = AHEAD + 1
"""Frames before and after one that decide its clues."""

_CUT, _ABOVE = 0.45, 2.5
"""A cut changes the picture by this part of its contrast, and by this many times what the frames beside it change."""


def size_of(frame: Frame) -> tuple[int, int]:
    """Width and height of the grey copy."""
    scale = min(LONGEST / max(frame.width, frame.height), 1)
    return max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)


def begins(cutout: Cutout) -> bool:
    """Whether a cutout is known to begin a shot."""
    return cutout.clues is not None and cutout.clues.begins


def watched(cutouts: Iterable[Cutout]) -> Generator[Cutout]:
    """The cutouts with their clues: ``AHEAD + 1`` frames before and ``AHEAD`` after one decide them.

    Those that have clues pass as they are.
    """
    flow = Flow()
    held: deque[tuple[Cutout, Plane, float]] = deque()  # with the change from the frame before
    before: tuple[Plane, bool] | None = None  # the last frame given
    changes: deque[float] = deque([0.0] * AHEAD, AHEAD)  # of the frames before the first one held

    def first() -> Cutout:
        nonlocal before
        cutout, grey, change = held.popleft()
        begins = before is None or _cuts(change, [*changes, *(c for _, _, c in list(held)[:AHEAD])])
        changes.append(change)
        after = held[0] if held else None
        onward = None
        if after is not None and not _cuts(after[2], [*changes, *(c for _, _, c in list(held)[1 : AHEAD + 1])]):
            onward = flow.between(grey, after[1])
        back = None if begins or before is None else flow.between(grey, before[0])
        before = (grey, begins)
        return replace(cutout, clues=Clues(grey, _soft(grey), begins, onward, back))

    last: Plane | None = None
    for cutout in cutouts:
        if cutout.clues is not None:
            yield cutout
            continue
        grey = crop.grey(cutout.frame, *size_of(cutout.frame))
        held.append((cutout, grey, 0.0 if last is None else _change(last, grey)))
        last = grey
        if len(held) > AHEAD + 1:
            yield first()
    while held:
        yield first()


def _soft(grey: Plane) -> Map:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1), np.float32)


def _change(one: Plane, other: Plane) -> float:
    """By how much of their contrast two copies differ, fine detail and what moves a little left out."""
    a, b = (cv2.blur(copy, (9, 9)).astype(np.float32) for copy in (one, other))
    return float(np.abs(a - b).mean() / (np.sqrt(a.var()) + np.sqrt(b.var()) + 4) * 2)


def _cuts(change: float, beside: list[float]) -> bool:
    return change > _CUT and change > _ABOVE * max(beside, default=0.0)
