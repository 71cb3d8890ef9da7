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
    assert now.clues is not None  # noqa: S101 - made by watched()
    size = (now.matte.shape[1], now.matte.shape[0])
    weights = np.ones(now.matte.shape, np.float32) if now.sure is None else _at(now.sure, size).copy()
    total = now.matte * weights
    for step in (1, -1):
        flow: Map | None = None
        for other in near[at + 1 :] if step == 1 else near[:at][::-1]:
            flow = _flow_to(near, at, other, flow, step)
            if flow is None:
                break
            assert other.clues is not None  # noqa: S101 - as above
            misfit = cv2.blur(cv2.absdiff(followed(other.clues.soft, flow), now.clues.soft), (5, 5))
            weight = np.exp(-np.square(misfit / _FIT)) * inside(flow)
            if other.sure is not None:
                weight *= followed(other.sure, flow)
            large = _enlarged(flow, size)
            weight = _at(weight, size)
            total += weight * followed(other.matte, large)
            weights += weight
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


def _at(values: Map, size: tuple[int, int]) -> Map:
    if (values.shape[1], values.shape[0]) == size:
        return values
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _enlarged(flow: Map, size: tuple[int, int]) -> Map:
    height, width = flow.shape[:2]
    if (width, height) == size:
        return flow
    parts = [
        part * np.float32(scale)
        for part, scale in zip(cv2.split(flow), (size[0] / width, size[1] / height), strict=True)
    ]
    return np.asarray(cv2.resize(cv2.merge(parts), size, interpolation=cv2.INTER_LINEAR), np.float32)
