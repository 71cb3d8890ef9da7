"""Flow between two grey copies, and what is done with it.

A flow is a pair of ``float32`` maps, across and down: a point of one copy at ``x`` is in the other at ``x + flow(x)``.
Two maps and not one of pairs, for all that OpenCV does with it goes several times as fast.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.frame import Map, Plane

_SMALLEST = 32
"""The shorter side below which there is nothing to follow."""


class Flow:
    """Dense inverse search (Kroeger et al., 2016; OpenCV's), at its fastest setting."""

    def __init__(self) -> None:
        self._dis: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def between(self, one: Plane, other: Plane) -> tuple[Map, Map]:
        """Where the points of ``one`` are in ``other``."""
        if min(one.shape) < _SMALLEST:
            return np.zeros(one.shape, np.float32), np.zeros(one.shape, np.float32)
        across, down = cv2.split(self._dis.calc(one, other, None))
        return np.asarray(across, np.float32), np.asarray(down, np.float32)


def leads(flow: tuple[Map, Map]) -> tuple[Map, Map]:
    """Where the flow leads to, across and down, in points of the other copy."""
    x, y = points(*flow[0].shape)
    return flow[0] + x, flow[1] + y


def followed(values: Map, there: tuple[Map, Map]) -> Map:
    """What another frame has where the flow leads to (``leads``); beyond its edge, the edge."""
    return np.asarray(cv2.remap(values, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def inside(there: tuple[Map, Map]) -> NDArray[np.uint8]:
    """Where the flow leads to a point of the picture: 255, else 0."""
    height, width = there[0].shape
    across, down = (
        cv2.inRange(one, np.array(0.0), np.array(last - 1.0)) for one, last in zip(there, (width, height), strict=True)
    )
    return np.asarray(cv2.bitwise_and(across, down), np.uint8)


@lru_cache(maxsize=16)
def points(height: int, width: int) -> tuple[Map, Map]:
    """Each point's own place: across, and down."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    for one in (rows, columns):
        one.flags.writeable = False
    return columns, rows
