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


ROUNDING = 2e-7
"""What interpolating may take from a value or add to it: both ends are exact in spite of it."""


def finer(matte: Matte, times: int) -> Matte:
    """A working matte as many times as wide and high, bicubic; what is nothing or all stays so."""
    if times == 1:
        return np.asarray(matte, np.float32)
    size = matte.shape[1] * times, matte.shape[0] * times
    fine = cv2.resize(matte, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(fine * np.float32(1 + 2 * ROUNDING) - np.float32(ROUNDING), 0, 1), np.float32)


def enlarged(matte: Matte, width: int, height: int) -> Matte:
    """A working matte (``float32``, 0 to 1) as ``uint16``, 0 to ``FULL``, of this size."""
    scaled = np.clip(matte, 0, 1)
    scaled *= FULL
    whole = np.rint(scaled, out=scaled).astype(np.uint16)
    shrinks = width < matte.shape[1] and height < matte.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(whole, (width, height), interpolation=how), np.uint16)
