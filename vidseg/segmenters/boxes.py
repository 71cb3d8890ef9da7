"""Boxes: where in the picture people are, as rectangles for a model to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from vidseg.frame import Map
from vidseg.media.crop import Box

LIKELY = 0.35
"""A point of a matte above it is likely a person."""

_LEAST, _SHARE = 0.003, 0.12
"""The smallest blob that counts, as a part of the picture and of the largest one."""

_GROWN = 0.4
"""How far what moves may enlarge a blob's box on each side, as a part of its longer side."""

_MOVING = 0.6
_WITHIN = 0.9
"""Of two rectangles the smaller has no box of its own if this part of it lies in the other."""

MOST = 3
"""How many boxes a frame has at most."""

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in points of the grey copy."""


def found(likely: Map, moving: Map | None) -> list[Rectangle]:
    """The rectangles of what is likely a person, largest first, each with what moves and hangs together with it."""
    height, width = likely.shape
    blobs = (likely > LIKELY).astype(np.uint8)
    count, labels, figures, _ = cv2.connectedComponentsWithStats(blobs)
    if count < 2:
        return []
    largest = figures[1:, cv2.CC_STAT_AREA].max()
    least = max(_LEAST * width * height, _SHARE * largest)
    restless = None if moving is None else _restless(moving)
    rectangles = []
    for n in range(1, count):
        if figures[n, cv2.CC_STAT_AREA] >= least:
            left, top, wide, high = (int(v) for v in figures[n, :4])
            rectangle = (left, top, left + wide, top + high)
            rectangles.append(rectangle if restless is None else _grown(rectangle, labels == n, blobs, restless))
    return _joined(rectangles)[:MOST]


def _restless(moving: Map) -> Map:
    """Where enough moves to be a limb and not noise; 1 or 0."""
    much: Map = (cv2.GaussianBlur(moving, (0, 0), 2) > _MOVING).astype(np.uint8)
    closed = cv2.morphologyEx(much, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _grown(rectangle: Rectangle, blob: Map, blobs: Map, restless: Map) -> Rectangle:
    """A blob's rectangle enlarged, within limits, by what moves and touches it."""
    height, width = blob.shape
    left, top, right, bottom = rectangle
    more = int(max(right - left, bottom - top) * _GROWN) + 4
    x0, y0, x1, y1 = max(left - more, 0), max(top - more, 0), min(right + more, width), min(bottom + more, height)
    both = (blob | ((restless > 0) & (blobs == 0)))[y0:y1, x0:x1]
    _, labels, figures, _ = cv2.connectedComponentsWithStats(both.astype(np.uint8))
    mine = labels[blob[y0:y1, x0:x1]]
    n = int(np.bincount(mine[mine > 0]).argmax())
    x, y, wide, high = (int(v) for v in figures[n, :4])
    return x0 + x, y0 + y, x0 + x + wide, y0 + y + high


def _joined(rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    """Those that lie within another made one with it, largest first.

    Two people side by side, whose rectangles touch or overlap, keep a box each: in one that holds both, and much of the
    place, the models see them worse.
    """
    left = sorted(rectangles)
    joined: list[Rectangle] = []
    while left:
        one = left.pop(0)
        holds = next((other for other in joined if _within(one, other)), None)
        if holds is None:
            joined.append(one)
        else:
            joined.remove(holds)
            left.insert(0, (min(one[0], holds[0]), min(one[1], holds[1]), max(one[2], holds[2]), max(one[3], holds[3])))
    return sorted(joined, key=lambda r: (-_area(r), r))


def _within(one: Rectangle, other: Rectangle) -> bool:
    wide, high = (min(one[n + 2], other[n + 2]) - max(one[n], other[n]) for n in (0, 1))
    return min(wide, high) > 0 and wide * high > _WITHIN * min(_area(one), _area(other))


def _area(rectangle: Rectangle) -> int:
    return (rectangle[2] - rectangle[0]) * (rectangle[3] - rectangle[1])


def squares(
    rectangles: Iterable[Rectangle], copy: tuple[int, int], frame: tuple[int, int], margin: float
) -> Iterator[Box]:
    """Each as a square of the frame with a margin (a part of its side); cut where the frame is narrower.

    Its ends lie where a picture of it can be made by halves: on multiples of a power of two, at most 1/64 of the side.
    ``copy`` and ``frame`` are width and height of what the rectangles are measured in and of what they are wanted for.
    """
    for rectangle in rectangles:
        scale = [frame[0] / copy[0], frame[1] / copy[1]]
        middle = [(rectangle[n] + rectangle[n + 2]) / 2 * scale[n] for n in (0, 1)]
        side = max((rectangle[n + 2] - rectangle[n]) * scale[n] for n in (0, 1)) * (1 + 2 * margin)
        step = 1 << max(int(side / 64).bit_length() - 1, 0)
        ends = []
        for n in (0, 1):
            length = min(max(round(side / step), 1) * step, frame[n])
            start = min(max(round((middle[n] - length / 2) / step) * step, 0), frame[n] - length)
            ends.append((start, start + length))
        yield ends[0][0], ends[1][0], ends[0][1], ends[1][1]
