"""Discs: round neighbourhoods."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def disc(radius: int) -> NDArray[np.uint8]:
    """The points within ``radius`` of a point, as a structuring element of OpenCV's."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)
