"""Small pictures of a part of a frame, for what looks at it: RGB for a model, grey for what compares frames."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.frame import Frame, Plane
from vidseg.media.colour import Colour, to_rgb

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the frame; the last two are outside."""


def whole(frame: Frame) -> Box:
    """The box that is all of a frame."""
    return 0, 0, frame.width, frame.height


def rgb(frame: Frame, box: Box, width: int, height: int) -> NDArray[np.uint8]:
    """A box of a frame as R'G'B' in its own primaries and transfer, ``(height, width, 3)``, averaged over areas.

    Only the box is read, each plane is scaled before anything is converted: the frame never becomes RGB at full size.
    """
    parts = [_scaled(_part(plane, box, frame), width, height) for plane in frame.planes]
    matrix = to_rgb(Colour.of(frame.picture), frame.depth)
    made = cv2.transform(cv2.merge(parts), matrix)  # rounds, and saturates at its type's ends
    return np.asarray(made if made.dtype == np.uint8 else np.minimum(made, 255), np.uint8)


def grey(frame: Frame, width: int, height: int) -> NDArray[np.uint8]:
    """A frame's luma, averaged over areas, in codes of 8 bits."""
    small = _scaled(frame.planes[0], width, height)
    return small if small.dtype == np.uint8 else np.asarray(small >> (frame.depth - 8), np.uint8)


def _part(plane: Plane, box: Box, frame: Frame) -> Plane:
    """The part of a plane, which may be smaller than the frame, that shows a box."""
    height, width = plane.shape
    left, right = (round(x * width / frame.width) for x in (box[0], box[2]))
    top, bottom = (round(y * height / frame.height) for y in (box[1], box[3]))
    left, top = min(left, width - 1), min(top, height - 1)
    return plane[top : max(bottom, top + 1), left : max(right, left + 1)]


def _scaled(plane: Plane, width: int, height: int) -> Any:
    """Averaged over areas where it shrinks: by halves as far as they go, which cost a tenth of any other factor.

    What is left is less than a half, where two pixels each way are the area.
    """
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height and not (plane.shape[0] | plane.shape[1]) & 1:
        plane = cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)
    far = (plane.shape[1] >= 2 * width and plane.shape[0] >= height) or plane.shape[0] >= 2 * height
    shrinks = plane.shape[1] >= width and plane.shape[0] >= height
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA if far and shrinks else cv2.INTER_LINEAR)
