"""Largest: of several people, or pieces, the largest alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vidseg.frame import FULL, Cutout, Matte
from vidseg.stages import Filter


@dataclass(frozen=True)
class Largest(Filter):
    """What hangs together (at more than half) with the largest area stays, with the soft edge around it."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte by itself, of the type and size that it has."""
        for cutout in cutouts:
            yield cutout.with_matte(_largest(cutout.matte))


def _largest(matte: Matte) -> Matte:
    half = FULL // 2 if matte.dtype == np.uint16 else 0.5
    count, labels, figures, _ = cv2.connectedComponentsWithStats((matte > half).astype(np.uint8))
    if count <= 2:
        return matte
    largest = 1 + int(figures[1:, cv2.CC_STAT_AREA].argmax())
    others = ((labels > 0) & (labels != largest)).astype(np.uint8)
    # a soft point belongs to the piece that it is nearest to
    near = cv2.distanceTransform(1 - (labels == largest).astype(np.uint8), cv2.DIST_L2, 3)
    far = cv2.distanceTransform(1 - others, cv2.DIST_L2, 3)
    return np.where(near <= far, matte, np.zeros_like(matte))
