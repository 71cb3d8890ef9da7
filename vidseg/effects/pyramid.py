"""Pyramid: weighted means that reach everywhere, from near where there is weight and from further away where not.

Pull-push (Gortler et al., The Lumigraph, SIGGRAPH 1996).
"""

from __future__ import annotations

import cv2
import numpy as np

from vidseg.effects.samples import Values

STEP = 4
"""Pixels of a frame to a point of such means, which are smooth."""

_TRUST = 0.1
"""The weight of the coarser mean beside a point of full weight: what is nearly all background doesn't count alone."""


def pulled_and_pushed(sums: Values, totals: Values) -> Values:
    """Means where there is weight, and the mean of a wider area beside or instead of them where there is little.

    ``sums`` are values times their weights, ``(height, width, parts)``; ``totals`` the weights, for each part or, with
    one part, for all.
    """
    height, width = sums.shape[:2]
    if height == width == 1:
        return np.asarray(sums / np.maximum(totals, np.float32(1e-9)), np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    fewer = pulled_and_pushed(_resized(sums, *half), _resized(totals, *half))
    means = _resized(fewer, width, height)
    means *= np.float32(_TRUST)
    means += sums
    means /= totals + np.float32(_TRUST)
    return means


def _resized(values: Values, width: int, height: int) -> Values:
    """Smaller by means, larger by straight lines."""
    how = cv2.INTER_AREA if width < values.shape[1] or height < values.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.float32).reshape(height, width, -1)
