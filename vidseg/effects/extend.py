"""Extend: the person's colours freed of the old background at the edge, and carried on past it.

At the edge the colour is that of ``unmix``, but nothing of what is hidden counts for the person's. His colours, which
come from a ``pyramid``, also reach where nobody is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from vidseg.effects.band import Band, Level, chroma_matte
from vidseg.effects.pyramid import LEAST, STEP, halved, pulled_and_pushed
from vidseg.effects.unmix import by, unmixed
from vidseg.frame import FULL, Frame, Map, Matte, Plane, planes_of
from vidseg.media.colour import black
from vidseg.media.copying import Copies

_FINE = STEP // 2
"""Pixels to a point at which colours are weighed; then halved once more."""

_SHARES = np.arange(FULL + 1) / FULL
_PERSON = np.where(_SHARES > 0, np.maximum(np.rint(255 * _SHARES**16), 1), 0).astype(np.uint8)
_PLACE = _PERSON[::-1].copy()
"""How much a point of each value of the matte says of the person's colour, and of the background's: what is mixed says
little beside what is sure."""


class Extend:
    """Works on frames of one size and format; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._copies = Copies()

    def past_edge(self, frame: Frame, matte: Matte | Band) -> Frame:
        """The frame where the matte is full, the person's nearest colours where it is 0, between them the person's own.

        ``matte`` is ``uint16`` of the frame's size. Without a person it is black.
        """
        band = Band.of(matte)
        picture = self._copies.of(frame.picture)
        planes = planes_of(picture)
        height, width = (-(-side // _FINE) for side in band.shape)
        fine = band.at((height, width))
        if not fine.matte.any():
            for plane, code in zip(planes, black(frame.picture), strict=True):
                plane[:] = code
            return frame.with_picture(picture)
        if band.matte.min() == FULL:
            return frame.with_picture(picture)
        person, place = _estimates(planes, band, fine)
        top = (1 << frame.depth) - 1
        for n, plane in enumerate(planes):
            level = band.at(plane.shape)
            down, across = by(plane.shape, band.shape)
            unmixed([plane], level, [person[n]], [place[n]], (STEP / across, STEP / down), (0, 0), top)
            codes = np.clip(np.rint(person[n]), 0, top).astype(plane.dtype)
            cv2.copyTo(_enlarged(codes, STEP // across, STEP // down, plane.shape), level.nothing, plane)
        return frame.with_picture(picture)


def _enlarged(codes: Plane, across: int, down: int, shape: tuple[int, ...]) -> Any:
    height, width = codes.shape
    large = cv2.resize(codes, (width * across, height * down), interpolation=cv2.INTER_LINEAR)
    return large[: shape[0], : shape[1]]


def _estimates(planes: Sequence[Plane], band: Band, level: Level) -> tuple[list[Map], list[Map]]:
    """The person's colours and the place's, everywhere: where there is no weight, from further away.

    ``level`` is the matte at the size at which they are weighed.
    """
    shape = level.matte.shape
    full = (level.matte == FULL).view(np.uint8) * np.uint8(255)
    nothing = level.nothing * np.uint8(255)
    seen = [_seen(plane, band.at(plane.shape), shape) for plane in planes]
    part = _part(band.at(band.shape), shape)
    place = [_fine(plane, shape).astype(np.float32) for plane in planes]
    return (
        _estimate(seen, _weights(_PERSON, full, level).astype(np.float32) * part),
        _estimate(place, _weights(_PLACE, nothing, level).astype(np.float32)),
    )


def _fine(plane: Plane, shape: tuple[int, ...]) -> Plane:
    return plane if plane.shape == shape else chroma_matte(plane, *shape)


def _part(level: Level, shape: tuple[int, ...]) -> Map:
    """How much of each point is not hidden."""
    if level.matte.shape == shape:
        return np.float32(1) - level.nothing
    return _fine((level.nothing ^ 1) * np.uint8(252), shape).astype(np.float32) * np.float32(1 / 252)


def _seen(plane: Plane, level: Level, shape: tuple[int, ...]) -> Map:
    """The mean of those pixels of each point that aren't hidden: of those that are, nothing may be told."""
    if plane.shape == shape:
        return plane.astype(np.float32)
    kept = _fine(plane * (level.nothing ^ 1), shape).astype(np.float32)
    return kept / np.maximum(_part(level, shape), np.float32(1 / 8))


def _weights(table: Plane, sure: Plane, level: Level) -> Plane:
    """What a table says of the matte, which is known where it is ``sure``."""
    for some, matte in zip(level.samples, level.mattes, strict=True):
        some.put(sure, table[matte])
    return sure


def _estimate(values: Sequence[Map], weight: Map) -> list[Map]:
    total = halved(weight) * np.float32(1 / 255)
    sums = [halved(one * weight) * np.float32(1 / 255) for one in values]
    all_of_it = max(float(total.sum()), 1e-9)
    return pulled_and_pushed([one + LEAST * np.float32(one.sum() / all_of_it) for one in sums], total + LEAST)
