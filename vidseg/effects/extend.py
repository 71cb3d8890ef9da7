"""Extend: the person's colours freed of the old background at the edge, and carried on past it.

At the edge the colour is that of ``unmix``, with the person's and the background's estimated finer, and so that nothing
of what is hidden counts for the person's. The person's, which come from a ``pyramid``, also reach where nobody is.
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
"""Pixels to a point at which colours are weighed, as fine as the chroma of most files; then halved once more."""

_SHARES = np.arange(FULL + 1) / FULL
_PERSON = np.where(_SHARES > 0, np.maximum(np.rint(255 * _SHARES**24), 1), 0).astype(np.uint8)
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
        if not band.matte.any():
            for plane, code in zip(planes, black(frame.picture), strict=True):
                plane[:] = code
            return frame.with_picture(picture)
        if band.matte.min() == FULL:
            return frame.with_picture(picture)
        person, place = _estimates(planes, band)
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


def _estimates(planes: Sequence[Plane], band: Band) -> tuple[list[Map], list[Map]]:
    """The person's colours and the place's, everywhere: where there is no weight, from further away."""
    height, width = (-(-side // _FINE) for side in band.shape)
    level = band.at((height, width))
    fine = [plane if plane.shape == (height, width) else chroma_matte(plane, height, width) for plane in planes]
    floor = [halved(plane).astype(np.float32) * LEAST for plane in fine]
    full = (level.matte == FULL).view(np.uint8) * np.uint8(255)
    nothing = level.nothing * np.uint8(255)
    return (
        _estimate(fine, floor, _weights(_PERSON, full, level)),
        _estimate(fine, floor, _weights(_PLACE, nothing, level)),
    )


def _weights(table: Plane, sure: Plane, level: Level) -> Plane:
    """What a table says of the matte, which is known where it is ``sure``."""
    for some in level.samples:
        some.put(sure, table[some.of(level.matte)])
    return sure


def _estimate(planes: Sequence[Plane], floor: Sequence[Map], weight: Plane) -> list[Map]:
    sums = [_weighed(plane, weight) + least for plane, least in zip(planes, floor, strict=True)]
    exact = cv2.multiply(weight, 256, dtype=cv2.CV_16U)  # so that little isn't rounded to nothing
    return pulled_and_pushed(sums, halved(exact).astype(np.float32) * np.float32(1 / (256 * 255)) + LEAST)


def _weighed(plane: Plane, weight: Plane) -> Map:
    """A plane times its weight, at the size of the estimates."""
    fine = plane.dtype == np.uint16  # at most 12 bits, so that the product has 16
    product = cv2.multiply(plane, weight.astype(plane.dtype, copy=False), scale=1 / 16 if fine else 1, dtype=cv2.CV_16U)
    return np.asarray(halved(product).astype(np.float32) * np.float32((16 if fine else 1) / 255))
