"""Extent: the rectangle that holds all of a matte that isn't nothing, so that work is done there alone."""

from __future__ import annotations

import cv2
import numpy as np

from vidseg.frame import Matte

Extent = tuple[slice, slice]
"""Rows and columns of an array."""


def extent(matte: Matte, margin: int = 0) -> Extent | None:
    """Rows and columns that hold every point above 0, with a margin as far as there is room; ``None`` for nothing."""
    left, top, wide, high = cv2.boundingRect((matte > 0).view(np.uint8))
    if not wide:
        return None
    rows = slice(max(top - margin, 0), min(top + high + margin, matte.shape[0]))
    return rows, slice(max(left - margin, 0), min(left + wide + margin, matte.shape[1]))
