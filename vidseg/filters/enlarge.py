"""Enlarge: a matte of the working size at the frame's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vidseg.frame import FULL, Cutout, Matte
from vidseg.stages import Filter


@dataclass(frozen=True)
class Enlarge(Filter):
    """By bicubic interpolation, so that slanting edges show no stairs."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte as ``uint16``, 0 to ``FULL``, of its frame's size."""
        for cutout in cutouts:
            yield cutout.with_matte(enlarged(cutout.matte, cutout.frame.width, cutout.frame.height))


def enlarged(matte: Matte, width: int, height: int) -> Matte:
    """A working matte (``float32``, 0 to 1) as ``uint16``, 0 to ``FULL``, of this size."""
    scaled = np.clip(matte, 0, 1)
    scaled *= FULL
    whole = np.rint(scaled, out=scaled).astype(np.uint16)
    shrinks = width < matte.shape[1] and height < matte.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(whole, (width, height), interpolation=how), np.uint16)
