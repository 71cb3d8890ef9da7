"""Feather: an edge that falls softly over some pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vidseg.errors import OptionError
from vidseg.frame import Cutout, Matte
from vidseg.motion.discs import disc
from vidseg.stages import Filter


@dataclass(frozen=True)
class Feather(Filter):
    """``inward`` pixels of the person and ``outward`` pixels of the place become the edge.

    A mean over as many pixels as both together, of the edge moved so that its fall ends where it was asked.
    """

    inward: int = 0
    outward: int = 0

    def check(self) -> None:
        """Raise ``OptionError`` for less than nothing."""
        if self.inward < 0 or self.outward < 0:
            raise OptionError("--feather", "pixels are 0 or more")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte by itself, of the type and size that it has."""
        for cutout in cutouts:
            yield cutout.with_matte(self._soft(cutout.matte))

    def _soft(self, matte: Matte) -> Matte:
        width = self.inward + self.outward
        if not width:
            return matte
        moved = (self.outward - self.inward) // 2
        if moved:
            matte = (cv2.dilate if moved > 0 else cv2.erode)(matte, disc(abs(moved)))
        side = width | 1
        soft = cv2.GaussianBlur(matte, (side, side), width / 4, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(soft, matte.dtype)
