"""Along: what neighbouring frames say of each point, brought here by the flow."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vidseg.frame import Cutout, Map, Matte
from vidseg.motion.flow import followed, inside

_FIT = 6.0
"""How many codes a neighbour's point may differ and still be the same point: its weight falls by exp(-(d / _FIT)^2)."""


def averaged(near: Sequence[Cutout], at: int) -> Matte:
    """The matte of one of several cutouts of a shot as the mean with the others', each point where it was there.

    Neighbours count as far as the picture there is the same, and as they are sure (``Cutout.sure``). All need clues.
    """
    now = near[at]
    size = (now.matte.shape[1], now.matte.shape[0])
    total, weights = now.matte.astype(np.float32), np.float32(1)
    if now.sure is not None:
        weights = _at(now.sure, size)
        total = total * weights
    soft = _soft(now)
    for step in (1, -1):
        flow: Map | None = None
        for other in near[at + 1 :] if step == 1 else near[:at][::-1]:
            flow = _flow_to(near, at, other, flow, step)
            if flow is None:
                break
            misfit = cv2.blur(np.abs(followed(_soft(other), flow) - soft), (5, 5))
            weight = np.exp(-np.square(misfit / _FIT)) * inside(flow)
            if other.sure is not None:
                weight *= followed(other.sure, flow)
            large = _enlarged(flow, size)
            weight = _at(weight, size)
            total += weight * followed(other.matte, large)
            weights = weights + weight
    return np.asarray(total / np.maximum(weights, 1e-6), np.float32)


def _flow_to(near: Sequence[Cutout], at: int, other: Cutout, flow: Map | None, step: int) -> Map | None:
    """The flow from the middle one to another, one step beyond the flow so far."""
    before = near[_place_of(near, other) - step].clues
    assert before is not None  # noqa: S101 - made by watched()
    more = before.onward if step == 1 else before.back
    if more is None or flow is None:
        return more
    return flow + followed(more, flow)


def _place_of(near: Sequence[Cutout], cutout: Cutout) -> int:
    return next(n for n, one in enumerate(near) if one is cutout)


def _soft(cutout: Cutout) -> Map:
    assert cutout.clues is not None  # noqa: S101 - made by watched()
    return np.asarray(cv2.GaussianBlur(cutout.clues.grey, (0, 0), 1), np.float32)


def _at(values: Map, size: tuple[int, int]) -> Map:
    if (values.shape[1], values.shape[0]) == size:
        return values
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _enlarged(flow: Map, size: tuple[int, int]) -> Map:
    height, width = flow.shape[:2]
    if (width, height) == size:
        return flow
    scale = np.array([size[0] / width, size[1] / height], np.float32)
    return np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32) * scale
