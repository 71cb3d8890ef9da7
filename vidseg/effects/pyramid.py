"""Pyramid: weighted means that reach everywhere, from near where there is weight and from further away where not.

Pull-push (Gortler et al., The Lumigraph, SIGGRAPH 1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from vidseg.frame import Map

STEP = 8
"""Pixels of a frame to a point of such means, which are smooth."""

_TRUST = 0.1
"""The weight of the coarser mean beside a point of full weight: what is nearly all background doesn't count alone."""

LEAST = np.float32(1e-6)
"""What every point must weigh, so that there is a mean where nothing else has weight."""


def pulled_and_pushed(sums: Sequence[Map], weight: Map) -> list[Map]:
    """Means where there is weight, and the mean of a wider area beside or instead of them where there is little.

    ``sums`` are values times their weight, at most three parts of one size.
    """
    return _means(_pushed(cv2.merge([*sums, weight])))


def _pushed(sums: Any) -> Any:
    """Sums with something of a wider area's means; the weight is the last part, for OpenCV is quickest with four."""
    height, width = sums.shape[:2]
    if height == 1 and width == 1:
        return sums
    half = cv2.resize(sums, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    means = _means(_pushed(half.reshape(-1, (width + 1) // 2, sums.shape[2])))
    wider = cv2.merge([*means, np.ones_like(means[0])])
    return cv2.scaleAdd(cv2.resize(wider, (width, height), interpolation=cv2.INTER_LINEAR), _TRUST, sums)


def _means(sums: Any) -> list[Map]:
    *parts, weight = cv2.split(sums)
    return [np.asarray(cv2.divide(part, weight), np.float32) for part in parts]


def halved(values: Any) -> Any:
    """Half as wide and high, by means."""
    return smaller(values, *((side + 1) // 2 for side in values.shape[:2]))


def smaller(values: Any, height: int, width: int) -> Any:
    """By means, a half at a time: exactly two by two OpenCV is many times quicker than at other sizes."""
    while values.shape[:2] != (height, width):
        down, across = (2 if now > wanted else 1 for now, wanted in zip(values.shape, (height, width), strict=False))
        bottom, right = values.shape[0] % down, values.shape[1] % across
        if bottom or right:
            values = cv2.copyMakeBorder(values, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
        size = (values.shape[1] // across, values.shape[0] // down)
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return values
