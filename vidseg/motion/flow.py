"""Flow between two grey copies, and what is done with it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from vidseg.frame import Map, Plane

_SMALLEST = 32
"""The shorter side below which there is nothing to follow."""


class Flow:
    """Dense inverse search (Kroeger et al., 2016; OpenCV's), at its fastest setting."""

    def __init__(self) -> None:
        self._dis: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def between(self, one: Plane, other: Plane) -> Map:
        """``float32``, ``(height, width, 2)``: a point of ``one`` at ``x`` is in ``other`` at ``x + flow(x)``."""
        if min(one.shape) < _SMALLEST:
            return np.zeros((*one.shape, 2), np.float32)
        return np.asarray(self._dis.calc(one, other, None), np.float32)


def followed(values: Map, flow: Map) -> Map:
    """What another frame has where the flow leads to; beyond its edge, the edge."""
    leads = flow + _points(flow.shape[0], flow.shape[1])
    return np.asarray(
        cv2.remap(values, leads, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def inside(flow: Map) -> Map:
    """Where the flow leads to a point of the picture: 1, else 0."""
    height, width = flow.shape[:2]
    leads = flow + _points(height, width)
    mask = cv2.inRange(leads, (0, 0), (width - 1, height - 1))
    return np.asarray(mask > 0, np.float32)


@lru_cache(maxsize=16)
def _points(height: int, width: int) -> Map:
    """Each point's own place, ``(x, y)``."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    points = np.stack([columns, rows], -1)
    points.flags.writeable = False
    return points
