"""Search: people too small for a model to see in the whole picture, by looking at parts of one frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vidseg.frame import Frame, Map, Matte
from vidseg.media.crop import Box
from vidseg.segmenters import looking
from vidseg.segmenters.boxes import Rectangle
from vidseg.segmenters.network import Network

_PART = 0.42
"""Height of the parts that are looked at, as a part of the picture's: in them a person of 0.1 to 0.4 of it is seen."""

_LEAST, _MOST = 0.01, 0.7
"""How much of such a part a blob fills that is looked at again."""

_TRIED, _CHOSEN = 8, 3
"""Blobs that are looked at from near, the largest first, and of those the ones that the models agree most on."""

_MARGIN = 0.12
"""Of a blob's box, when it is looked at from near."""

_HARDLY = 0.3
"""What the models agree less on at the first look from near is none."""

_LOOKS = ((0.05, 0.0), (0.15, -0.08), (0.15, 0.08), (0.35, 0.0))
"""Boxes by which a person is told from what looks like one: margin, and the way to the side, as parts of its side."""

_AGREED, _MUTUAL = 0.55, 0.6
"""How far the models must agree in each of these, and how much of what all the looks find each must find.

Measured: over seven empty places 0.58 was the most that looks shared; of people 0.1 to 0.4 of the picture high they
share 0.66 to 0.93.
"""

_SAME = 0.4


@dataclass(frozen=True)
class Found:
    """A person: a map of the frame, and how much of it all looks share."""

    map: Map
    mutual: float


def found(frame: Frame, size: tuple[int, int], finder: Network, models: list[Network]) -> list[Map]:
    """A map (``size``: width and height) of each person, the surest first.

    A first model looks at half overlapping parts of the picture; what it finds is looked at from near by all. A person
    stays the same however the box is laid around him; what only looks like one is another thing in each.
    """
    near = (_nearer(frame, size, rectangle, models) for rectangle in _likely(frame, size, finder))
    chosen = sorted((one for one in near if one is not None and one[0] >= _HARDLY), reverse=True)[:_CHOSEN]
    people: list[Found] = []
    for _, rectangle in chosen:
        again = _nearer(frame, size, rectangle, models)
        one = None if again is None else _confirmed(frame, size, again[1], models)
        if one is not None:
            people.append(one)
    kept: list[Map] = []
    for one in sorted(people, key=lambda person: -person.mutual):
        if not any(overlap(one.map, other) for other in kept):
            kept.append(one.map)
    return kept


def _parts(width: int, height: int) -> Iterator[Box]:
    """Half overlapping parts, as wide as a model's picture for their height."""
    high = min(max(round(height * _PART), 2), height)
    wide = min(round(high * 16 / 9), width)
    for top in _starts(height, high):
        for left in _starts(width, wide):
            yield left, top, left + wide, top + high


def _starts(length: int, part: int) -> list[int]:
    count = -(-(length - part) * 2 // part) + 1
    return [round(n * (length - part) / max(count - 1, 1)) for n in range(count)]


def _likely(frame: Frame, size: tuple[int, int], finder: Network) -> list[Rectangle]:
    """Rectangles of the largest blobs, none twice."""
    blobs = []
    for box in _parts(frame.width, frame.height):
        seen, _ = looking.seen(frame, box, [finder])
        amount = float((seen > 0.5).mean())
        rectangle = _largest(looking.placed(seen, box, frame, size)) if _LEAST <= amount <= _MOST else None
        if rectangle is not None:
            blobs.append((amount, rectangle))
    chosen: list[Rectangle] = []
    for _, rectangle in sorted(blobs, reverse=True):
        if not any(_shared(rectangle, other) > _SAME for other in chosen):
            chosen.append(rectangle)
    return chosen[:_TRIED]


def _nearer(
    frame: Frame, size: tuple[int, int], rectangle: Rectangle, models: list[Network]
) -> tuple[float, Rectangle] | None:
    """The rectangle of what all models see around a rectangle, and how far they agree."""
    seen, agreed = looking.around(frame, rectangle, size, _MARGIN, models)
    nearer = _largest(seen)
    return None if nearer is None else (agreed, nearer)


def _confirmed(frame: Frame, size: tuple[int, int], rectangle: Rectangle, models: list[Network]) -> Found | None:
    """What looks at boxes laid differently share, if it is enough for a person."""
    maps = []
    side = max(rectangle[2] - rectangle[0], rectangle[3] - rectangle[1])
    for margin, aside in _LOOKS:
        way = round(aside * side)
        moved = (rectangle[0] + way, rectangle[1], rectangle[2] + way, rectangle[3])
        seen, agreed = looking.around(frame, moved, size, margin, models)
        if agreed < _AGREED:
            return None
        maps.append(seen)
    least, most = np.minimum.reduce(maps), np.maximum.reduce(maps)
    mutual = float(least.sum()) / max(float(most.sum()), 1.0)
    return Found(np.asarray(np.mean(maps, 0), np.float32), mutual) if mutual >= _MUTUAL else None


def _largest(matte: Matte) -> Rectangle | None:
    count, _, figures, _ = cv2.connectedComponentsWithStats((matte > 0.5).view(np.uint8))
    if count < 2:
        return None
    left, top, wide, high = (int(v) for v in figures[1 + int(figures[1:, cv2.CC_STAT_AREA].argmax()), :4])
    return left, top, left + wide, top + high


def _shared(one: Rectangle, other: Rectangle) -> float:
    """Intersection over union."""
    wide, high = (min(one[n + 2], other[n + 2]) - max(one[n], other[n]) for n in (0, 1))
    if wide <= 0 or high <= 0:
        return 0
    areas = [(r[2] - r[0]) * (r[3] - r[1]) for r in (one, other)]
    return wide * high / (sum(areas) - wide * high)


def overlap(one: Map, other: Map) -> bool:
    """Whether most of one of the two is in the other: they are the same, or a part of it."""
    both = float(np.minimum(one, other).sum())
    return both > 0.5 * min(float(one.sum()), float(other.sum()))
