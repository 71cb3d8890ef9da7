"""Along: what neighbouring frames say of each point, brought here by the flow."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vidseg.extent import Extent, extent
from vidseg.frame import Clues, Cutout, Map, Matte, Neighbour
from vidseg.motion.flow import followed, inside, leads

_FIT = 6.0
"""How many codes a neighbour's point may differ and still be the same point: its weight falls by exp(-(d / _FIT)^2)."""

_ANYHOW = np.float32(1e-3)
"""What a neighbour counts at least, for one that has no matte of its own."""

_ROOM = 1 / 20
"""How far around the mattes something may have gone that one of them knows of, as a part of the longer side."""


def averaged(near: Sequence[Cutout], at: int, how: int = cv2.INTER_LINEAR) -> Matte:
    """The matte of one of several cutouts of a shot as the mean with the others', each point where it was there.

    Neighbours count as far as the picture there is the same, and as they are sure (``Cutout.sure``); those that nobody
    has looked at don't. One of these takes what is nearest, where the picture is the same nowhere. All need clues.
    ``how`` is OpenCV's way of interpolating.
    """
    now = near[at]
    size = (now.matte.shape[1], now.matte.shape[0])
    place = _place(near, now.matte)
    if place is None or len(near) == 1:
        return now.matte
    weights = _part(_sure(now), place, size).copy()
    total = now.matte[place] * weights
    for step in (1, -1):
        reached = range(1, len(near) - at) if step == 1 else range(1, at + 1)
        for far in reached:
            other = near[at + step * far]
            if not other.seen:
                continue
            beside = same_at(near, at, step * far)
            if beside is None:
                break
            there, weight = beside
            if other.sure is not None:
                weight = weight * cv2.remap(other.sure, *there, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            if not now.seen:
                weight = weight + _ANYHOW / np.float32(far)
            weight = _part(weight, place, size)
            cv2.accumulateProduct(weight, _followed(other.matte, there, place, how), total)
            cv2.accumulate(weight, weights)
    made = np.zeros_like(now.matte)
    made[place] = total / np.maximum(weights, np.float32(1e-6))
    return made


def _place(near: Sequence[Cutout], matte: Matte) -> Extent | None:
    """The part of the matte in which any of them has something, with room for where that has gone."""
    room = int(max(matte.shape) * _ROOM) + 1
    parts = [part for part in (extent(one.matte, room) for one in near) if part is not None]
    if not parts:
        return None
    ends = [(min(p[n].start for p in parts), max(p[n].stop for p in parts)) for n in (0, 1)]
    return slice(*ends[0]), slice(*ends[1])


def _clues(cutout: Cutout) -> Clues:
    assert cutout.clues is not None  # noqa: S101 - made by watched()
    return cutout.clues


def _sure(cutout: Cutout) -> Map:
    if cutout.seen and cutout.sure is not None:
        return cutout.sure
    return np.full(_clues(cutout).grey.shape, 1 if cutout.seen else 0, np.float32)


def same_at(near: Sequence[Cutout], at: int, step: int) -> tuple[tuple[Map, Map], Map] | None:
    """Where each point is ``step`` frames on (or back), and how far it is the same there, 0 to 1.

    Worked out once, and kept with the clues; ``None`` beyond the shot's end.
    """
    beside = _neighbour(near, at, step)
    if beside is None:
        return None
    if beside.weight is None:
        soft = followed(_clues(near[at + step]).soft, beside.there)
        misfit = cv2.blur(cv2.absdiff(soft, _clues(near[at]).soft), (5, 5))
        weight = cv2.exp(cv2.multiply(misfit, misfit, scale=-1 / _FIT**2))
        weight[inside(beside.there) == 0] = 0
        beside.weight = np.asarray(weight, np.float32)
    return beside.there, beside.weight


def _neighbour(near: Sequence[Cutout], at: int, step: int) -> Neighbour | None:
    known = _clues(near[at]).neighbours
    if step not in known:
        one = 1 if step > 0 else -1
        nearer = None if step == one else _neighbour(near, at, step - one)
        before = _clues(near[at + step - one])
        flow = before.onward if one == 1 else before.back
        if flow is None or (nearer is None and step != one):
            known[step] = None
        elif nearer is None:
            known[step] = Neighbour(leads(flow))
        else:
            x, y = nearer.there
            known[step] = Neighbour((x + followed(flow[0], nearer.there), y + followed(flow[1], nearer.there)))
    return known[step]


def _part(values: Map, place: Extent, size: tuple[int, int]) -> Map:
    """A part of a map of the grey copy at a matte's size."""
    if (values.shape[1], values.shape[0]) != size:
        values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return values[place]


def _followed(matte: Matte, there: tuple[Map, Map], place: Extent, how: int) -> Matte:
    """A part of another's matte as seen from here; ``there`` is in points of the grey copy."""
    height, width = matte.shape
    across, down = width / there[0].shape[1], height / there[0].shape[0]
    x, y = (
        _part(one * np.float32(by) + np.float32((by - 1) / 2), place, (width, height))
        for one, by in zip(there, (across, down), strict=True)
    )
    return np.asarray(cv2.remap(matte, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)
