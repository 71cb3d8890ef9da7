"""Extend: the person's colours freed of the old background at the edge, and carried on past it.

At the edge the colour is that of ``unmix``, with the person's and the background's estimated finer, and so that nothing
of what is hidden counts for the person's. The person's, which come from a ``pyramid``, also reach where nobody is.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.blend import Strip, chroma_matte, strips_of
from vidseg.effects.pyramid import STEP, pulled_and_pushed
from vidseg.effects.unmix import own
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media.colour import black
from vidseg.media.copying import Copies

_SHARES = np.arange(FULL + 1) / FULL
_PERSON = np.where(_SHARES > 0, np.maximum(np.rint(255 * _SHARES**16), 1), 0).astype(np.uint8)
_PLACE = _PERSON[::-1].copy()
"""How much a pixel of each value of the matte says of the person's colour, and of the background's: what is mixed says
little beside what is sure."""


class Extend:
    """Works on frames of one size and format; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._copies = Copies()

    def past_edge(self, frame: Frame, matte: Matte) -> Frame:
        """The frame where the matte is full, the person's nearest colours where it is 0, between them the person's own.

        ``matte`` is ``uint16`` of the frame's size. Without a person it is black.
        """
        picture = self._copies.of(frame.picture)
        planes = planes_of(picture)
        mattes = {matte.shape: matte}
        for plane in planes:
            if plane.shape not in mattes:
                mattes[plane.shape] = chroma_matte(matte, *plane.shape)
        if not matte.any():
            for plane, code in zip(planes, black(frame.picture), strict=True):
                plane[:] = code
            return frame.with_picture(picture)
        if matte.min() == FULL:
            return frame.with_picture(picture)
        person = _estimate(planes, _weights(_PERSON, mattes))
        place = _estimate(planes, _weights(_PLACE, mattes))
        strips = {shape: strips_of(matte) for shape, matte in mattes.items()}
        top = (1 << frame.depth) - 1
        for n, plane in enumerate(planes):
            ours, behind = (_enlarged(part[:, :, n], plane, top) for part in (person, place))
            _paint(plane, mattes[plane.shape], strips[plane.shape], ours, behind, top)
        return frame.with_picture(picture)


def _weights(table: Plane, mattes: dict[tuple[int, ...], Matte]) -> dict[tuple[int, ...], Plane]:
    """What a table says of each matte; it has a value for all, so NumPy needn't look whether it has ("clip")."""
    return {
        shape: np.take(table, matte, out=np.empty(shape, table.dtype), mode="clip") for shape, matte in mattes.items()
    }


def _estimate(planes: list[Plane], weights: dict[tuple[int, ...], Plane]) -> NDArray[np.float32]:
    """Weighted means of all planes, at one small size, everywhere: where there is no weight, from further away."""
    height, width = planes[0].shape
    size = (-(-width // STEP), -(-height // STEP))
    means = []
    for shape, weight in weights.items():
        sums = [_weighed(plane, weight, size) for plane in planes if plane.shape == shape]
        exact = cv2.multiply(weight, 256, dtype=cv2.CV_16U)  # so that little isn't rounded to nothing
        total = cv2.resize(exact, size, interpolation=cv2.INTER_AREA).reshape(size[::-1]).astype(np.float32)
        means.append(pulled_and_pushed(np.dstack(sums), total / np.float32(256 * 255)))
    return np.dstack(means)


def _weighed(plane: Plane, weight: Plane, size: tuple[int, int]) -> NDArray[np.float32]:
    """A plane times its weight, at a small size."""
    fine = plane.dtype == np.uint16  # at most 12 bits, so that the product has 16
    product = cv2.multiply(plane, weight.astype(plane.dtype, copy=False), scale=1 / 16 if fine else 1, dtype=cv2.CV_16U)
    small = cv2.resize(product, size, interpolation=cv2.INTER_AREA).reshape(size[::-1])
    return small.astype(np.float32) * np.float32((16 if fine else 1) / 255)


def _enlarged(estimate: NDArray[np.float32], plane: Plane, top: int) -> Plane:
    """One component at a plane's own size, in its codes."""
    codes = np.clip(np.rint(estimate), 0, top).astype(plane.dtype)
    return cv2.resize(codes, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _paint(plane: Plane, matte: Matte, strips: list[Strip], person: Plane, place: Plane, top: int) -> None:
    """The person's colours into one plane of the copied frame, wherever the matte isn't full."""
    for strip in strips:
        rows = strip.rows
        plane[rows, : strip.left] = person[rows, : strip.left]
        plane[rows, strip.right :] = person[rows, strip.right :]
        for columns in strip.mixed:
            box = (rows, columns)
            share = matte[box].astype(np.float32) * np.float32(1 / FULL)
            ours, behind = person[box].astype(np.float32), place[box].astype(np.float32)
            found = np.rint(own(plane[box].astype(np.float32), ours, behind, share, top))
            # a full pixel is the person's as it is, which arithmetic in float32 would miss by a code in 10 bits
            np.copyto(plane[box], found, casting="unsafe", where=matte[box] != FULL)
