"""Looking: what models see in a box of a frame, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.extent import Extent, scaled
from vidseg.frame import Frame, Map, Matte
from vidseg.media import crop
from vidseg.media.crop import Box
from vidseg.segmenters import boxes
from vidseg.segmenters.boxes import Rectangle
from vidseg.segmenters.network import Network

_NOTHING = 0.01
"""Less than this of a person is none."""


def seen(frame: Frame, box: Box, networks: Sequence[Network]) -> tuple[Matte, float]:
    """What models see in a box, and how far they agree (the shared part of what they find, softly); 1 for one alone."""
    picture = crop.rgb(frame, box, max(one.width for one in networks), max(one.height for one in networks))
    masks = []
    for network in networks:
        mask = network.matte(sized(picture, network.width, network.height))
        masks.append(sized(mask, picture.shape[1], picture.shape[0]))
    if len(masks) == 1:
        return _rid(masks[0]), 1.0
    least, most, product, total = masks[0], masks[0], masks[0], masks[0]
    for mask in masks[1:]:
        least, most = np.minimum(least, mask), np.maximum(most, mask)
        product, total = product * mask, total + mask
    geometric = np.sqrt(product) if len(masks) == 2 else np.power(product, np.float32(1 / len(masks)))
    return _rid((geometric + total / np.float32(len(masks))) / 2), float(least.sum() / max(float(most.sum()), 1.0))


def _rid(matte: Matte) -> Matte:
    """What a model gives, rid of what it all but rules out, so that there is less to look at."""
    return np.asarray(np.where(matte < _NOTHING, 0, matte), np.float32)


def sized(picture: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """A picture or map at a size, by area where it shrinks both ways."""
    if picture.shape[:2] == (height, width):
        return picture
    shrinks = picture.shape[1] >= width and picture.shape[0] >= height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how))


def part_of(part: Matte, box: Box, frame: Frame, size: tuple[int, int], how: int) -> tuple[Extent, Matte]:
    """The part of a map of the frame (``size``: width and height) that a box covers, and what was seen there."""
    x, y = size[0] / frame.width, size[1] / frame.height
    across, down = part.shape[1] / ((box[2] - box[0]) * x), part.shape[0] / ((box[3] - box[1]) * y)
    left, top, right, bottom = int(box[0] * x), int(box[1] * y), -int(-box[2] * x // 1), -int(-box[3] * y // 1)
    place = slice(top, bottom), slice(left, right)
    return place, np.clip(scaled(part, place, (across, down), (box[0] * x, box[1] * y), how), 0, 1)


def around(
    frame: Frame, rectangle: Rectangle, size: tuple[int, int], margin: float, networks: Sequence[Network]
) -> tuple[Map, float]:
    """What models see in a square around a rectangle of a map (``size``: width and height), and how far they agree.

    It comes as such a map, in which there is nothing elsewhere; ``margin`` is a part of the square's side.
    """
    (box,) = boxes.squares([rectangle], size, (frame.width, frame.height), margin)
    there, agreed = seen(frame, box, networks)
    return placed(there, box, frame, size), agreed


def placed(part: Matte, box: Box, frame: Frame, size: tuple[int, int]) -> Map:
    """A map of the whole frame in which there is nothing but what was seen in a box."""
    made = np.zeros((size[1], size[0]), np.float32)
    place, there = part_of(part, box, frame, size, cv2.INTER_LINEAR)
    made[place] = there
    return made
