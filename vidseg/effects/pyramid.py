"""Pyramid: weighted means that reach everywhere, from near where there is weight and from further away where not.

Pull-push (Gortler et al., The Lumigraph, SIGGRAPH 1996).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.samples import Values

STEP = 4
"""Pixels of a frame to a point of such means, which are smooth."""

_TRUST = 0.1
"""The weight of the coarser mean beside a point of full weight: what is nearly all background doesn't count alone."""


def pulled_and_pushed(sums: Values, weight: NDArray[np.float32]) -> Values:
    """Means where there is weight, and the mean of a wider area beside or instead of them where there is little.

    ``sums`` are values times their weight, ``(height, width, parts)``, at most three parts; ``weight`` has one.
    """
    return _pushed(np.dstack([sums, weight]))[:, :, :-1]


def _pushed(sums: Values) -> Values:
    """The weight is the last part, and is 1 in what is given: all in one array, which OpenCV is quickest with."""
    height, width = sums.shape[:2]
    means = sums
    if height > 1 or width > 1:
        half = ((width + 1) // 2, (height + 1) // 2)
        means = _resized(_pushed(_resized(sums, *half)), width, height)
        means *= np.float32(_TRUST)
        means += sums
    return np.asarray(means / np.maximum(means[:, :, -1:], np.float32(1e-9)), np.float32)


def _resized(values: Values, width: int, height: int) -> Values:
    """Smaller by means, larger by straight lines."""
    how = cv2.INTER_AREA if width < values.shape[1] or height < values.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.float32).reshape(height, width, -1)
