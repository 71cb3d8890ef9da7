"""Extend: the person's colours freed of the old background at the edge, and carried on past it.

At the edge the colour is that of ``unmix``, with the person's and the background's estimated finer, and so that nothing
of what is hidden counts for the person's. These estimates come from a pyramid of weighted means (pull-push: Gortler et
al., The Lumigraph, SIGGRAPH 1996), in which the person's also reaches where nobody is.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.blend import Strip, chroma_matte, strips_of
from vidseg.effects.unmix import own
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media.colour import black
from vidseg.media.copying import Copies

_STEP = 4
"""Pixels of the frame to one of the estimates, which are smooth."""

_TRUST = 0.1
"""The weight of the coarser mean beside a pixel of full weight: what is nearly all background doesn't count alone."""

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
    size = (-(-width // _STEP), -(-height // _STEP))
    sums = []
    for plane in planes:
        fine = plane.dtype == np.uint16  # at most 12 bits, so that the product has 16
        weight = weights[plane.shape].astype(plane.dtype, copy=False)
        product = cv2.multiply(plane, weight, scale=1 / 16 if fine else 1, dtype=cv2.CV_16U)
        scale = (16 if fine else 1) / 255
        sums.append(cv2.resize(product, size, interpolation=cv2.INTER_AREA).astype(np.float32) * scale)
    totals = {}
    for shape, weight in weights.items():
        weight = cv2.multiply(weight, 256, dtype=cv2.CV_16U)  # so that little isn't rounded to nothing
        totals[shape] = cv2.resize(weight, size, interpolation=cv2.INTER_AREA).astype(np.float32) / (256 * 255)
    return _pulled_and_pushed(np.dstack(sums), np.dstack([totals[plane.shape] for plane in planes]))


def _pulled_and_pushed(sums: NDArray[np.float32], totals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means where there is weight, and the mean of a wider area beside or instead of them where there is little."""
    height, width = sums.shape[:2]
    if height == width == 1:
        return np.asarray(sums / np.maximum(totals, 1e-9), np.float32).reshape(1, 1, -1)
    half = ((width + 1) // 2, (height + 1) // 2)
    wider = _resized(_pulled_and_pushed(_resized(sums, *half), _resized(totals, *half)), width, height)
    return np.asarray((sums + _TRUST * wider) / (totals + _TRUST), np.float32)


def _resized(values: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Smaller by means, larger by straight lines."""
    how = cv2.INTER_AREA if width < values.shape[1] or height < values.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.float32).reshape(height, width, -1)


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
