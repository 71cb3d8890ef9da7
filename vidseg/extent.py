"""Extent: the rectangle that holds all of a matte that isn't nothing, so that work is done there alone."""

from __future__ import annotations

import cv2
import numpy as np

from vidseg.frame import Map, Matte

Extent = tuple[slice, slice]
"""Rows and columns of an array."""


def extent(matte: Matte, margin: int = 0) -> Extent | None:
    """Rows and columns that hold every point above 0, with a margin as far as there is room; ``None`` for nothing."""
    left, top, wide, high = cv2.boundingRect((matte > 0).view(np.uint8))
    if not wide:
        return None
    rows = slice(max(top - margin, 0), min(top + high + margin, matte.shape[0]))
    return rows, slice(max(left - margin, 0), min(left + wide + margin, matte.shape[1]))


def scaled(
    values: Map,
    place: Extent,
    scale: tuple[float, float],
    origin: tuple[float, float] = (0, 0),
    how: int = cv2.INTER_LINEAR,
) -> Map:
    """A part of a larger or smaller picture of the same, interpolated as OpenCV's ``how`` says; beyond the edge, it.

    ``place`` is of that picture, ``scale`` is how many points of ``values`` go to one of its, across and down, and
    ``origin`` is where ``values`` begin in it.
    """
    rows, columns = place
    (across, down), (left, top) = scale, origin
    there = np.array(
        [
            [across, 0, (columns.start + 0.5 - left) * across - 0.5],
            [0, down, (rows.start + 0.5 - top) * down - 0.5],
        ],
        np.float32,
    )
    size = (columns.stop - columns.start, rows.stop - rows.start)
    return np.asarray(
        cv2.warpAffine(values, there, size, flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
