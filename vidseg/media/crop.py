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

_KEPT = 640
"""The longer side down to which a frame is halved for all who want it small: no working matte has a longer one."""


def whole(frame: Frame) -> Box:
    """The box that is all of a frame."""
    return 0, 0, frame.width, frame.height


def rgb(frame: Frame, box: Box, width: int, height: int) -> NDArray[np.uint8]:
    """A box of a frame as R'G'B' in its own primaries and transfer, ``(height, width, 3)``, averaged over areas.

    Only the box is read, each plane is scaled before anything is converted: the frame never becomes RGB at full size.
    """
    if box == whole(frame):
        parts = [_whole(frame, n, width, height) for n in range(len(frame.picture.planes))]
    else:
        parts = [_scaled(_part(plane, box, frame), width, height) for plane in frame.planes]
    matrix = to_rgb(Colour.of(frame.picture), frame.depth)
    made = cv2.transform(cv2.merge(parts), matrix)  # rounds, and saturates at its type's ends
    return np.asarray(made if made.dtype == np.uint8 else np.minimum(made, 255), np.uint8)


def grey(frame: Frame, width: int, height: int) -> NDArray[np.uint8]:
    """A frame's luma, averaged over areas, in codes of 8 bits."""
    small = _whole(frame, 0, width, height)
    return small if small.dtype == np.uint8 else np.asarray(small >> (frame.depth - 8), np.uint8)


def _whole(frame: Frame, n: int, width: int, height: int) -> Any:
    """One of a frame's planes scaled, from its halves where these are enough: they are made once for all who ask."""
    halves = frame.halves
    if not halves:
        for plane in frame.planes:
            high, wide = (-(-_KEPT * side // max(plane.shape)) for side in plane.shape)
            halves.append(_halved(plane, wide, high))
    fine = halves[n].shape[1] < width or halves[n].shape[0] < height
    return _scaled(frame.planes[n] if fine else halves[n], width, height)


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
    plane = _halved(plane, width, height)
    factors = plane.shape[1] / width, plane.shape[0] / height
    by_area = min(factors) >= 1 and max(factors) >= 2
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA if by_area else cv2.INTER_LINEAR)


def _halved(plane: Plane, width: int, height: int) -> Any:
    """Halved as often as it stays so large."""
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height and not (plane.shape[0] | plane.shape[1]) & 1:
        plane = cv2.resize(plane, (plane.shape[1] // 2, plane.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return plane
