"""Grow: a matte made larger or smaller all around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2

from vidseg.frame import Cutout
from vidseg.motion.discs import disc
from vidseg.stages import Filter


@dataclass(frozen=True)
class Grow(Filter):
    """By ``pixels`` of the matte as it comes, which at the end of the road are the frame's; smaller where negative.

    The soft edge moves as it is. What is smaller than twice as many pixels vanishes when it shrinks.
    """

    pixels: int

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte by itself, of the type and size that it has."""
        change = cv2.dilate if self.pixels > 0 else cv2.erode
        for cutout in cutouts:
            matte = change(cutout.matte, disc(abs(self.pixels))) if self.pixels else cutout.matte
            yield cutout.with_matte(matte)
