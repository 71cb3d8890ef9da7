"""Place: how a part of the picture moves as one, for a camera that pans, turns or zooms."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.frame import Map
from vidseg.motion.median import median

Affine = NDArray[np.float64]
"""``(3, 3)``: where a point ``(x, y, 1)`` of one copy is in another."""

Points = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of some points of a copy."""

_OUTSIDE = -1e6
"""So far below any grey that no mixture with the edge is one, and that none is near one."""

_LEAST = 20
"""Points that a motion must rest on."""

_ROUNDS = 4

_ELSEWHERE = 1.5
"""Points by which a flow must differ from a motion to be none of it."""


def grid(part: NDArray[np.bool_], step: int) -> Points:
    """Those of a part's points that count: every ``step``-th each way."""
    rows, columns = np.nonzero(part[step // 2 :: step, step // 2 :: step])
    return rows * step + step // 2, columns * step + step // 2


def motion_of(flow: tuple[Map, Map], at: Points) -> Affine | None:
    """The affine motion that most of the flow at some points agrees with; ``None`` where they are too few.

    Iteratively reweighted least squares with the weights of Geman and McClure, begun at the median; its scale is that
    of the median error.
    """
    rows, columns = at
    if rows.size < _LEAST:
        return None
    size = float(max(flow[0].shape))
    places = np.stack([np.ones(rows.size), columns / size - 0.5, rows / size - 0.5])
    wanted = np.stack([one[rows, columns] for one in flow]).astype(np.float64)
    off = wanted - [[median(one)] for one in wanted]
    fit = np.zeros((3, 2))
    for _ in range(_ROUNDS):
        error = np.square(off, out=off).sum(0)
        scale = 1.5 * max(1.48 * np.sqrt(median(error)), 0.15)
        weighted = places / np.square(1 + error / scale**2)
        fit = np.linalg.solve(weighted @ places.T + 1e-6 * rows.size * np.eye(3), weighted @ wanted.T)
        off = wanted - fit.T @ places
    motion = np.eye(3)
    motion[:2, 2] += fit[0] - 0.5 * fit[1] - 0.5 * fit[2]
    motion[:2, 0] += fit[1] / size
    motion[:2, 1] += fit[2] / size
    return motion


def unexplained(flow: tuple[Map, Map], at: Points, motion: Affine) -> Points:
    """Those of some points from which the flow goes elsewhere than an affine motion does."""
    rows, columns = at
    goes = (one[rows, columns] + own for one, own in zip(flow, (columns, rows), strict=True))
    across, down = (to - (n[0] * columns + n[1] * rows + n[2]) for to, n in zip(goes, motion[:2], strict=True))
    elsewhere = np.square(across) + np.square(down) > _ELSEWHERE**2
    return rows[elsewhere], columns[elsewhere]


def carried(grey: Map, motion: Affine) -> Map:
    """A copy as one sees it that moves along: what it has at ``motion`` of each point, at most -256 beyond its edge."""
    height, width = grey.shape
    return np.asarray(
        cv2.warpAffine(
            grey,
            motion[:2],
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=_OUTSIDE,
        ),
        np.float32,
    )
