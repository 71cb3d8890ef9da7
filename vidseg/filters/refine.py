"""Refine: a matte whose edge lies where the picture's colours part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.errors import OptionError
from vidseg.extent import Extent, extent
from vidseg.filters.enlarge import finer
from vidseg.frame import Cutout, Matte
from vidseg.media import crop
from vidseg.stages import Filter

_HALF = 0.5
"""Every second point each way, where lines are found from fewer."""


@dataclass(frozen=True)
class Refine(Filter):
    """By the guided filter with colour for a guide, at the matte's own size.

    Around each point the matte is taken for a straight function of red, green and blue, so that what a model has put on
    the wrong side of an edge takes the side whose colour it has. ``radius`` is in points of the matte; ``softness``
    (codes of 8 bits) is the contrast below which colour says nothing; ``contrast`` makes up for what the means take
    from the edge; ``passes`` is how often. ``fast`` finds the functions from every second point, in a sixth of the
    time. The matte is first made ``finer`` times as fine. He, Sun and Tang, 2010 and 2015 (the fast form); OpenCV's.
    """

    radius: int = 8
    softness: float = 2.2
    contrast: float = 1.7
    passes: int = 1
    fast: bool = True
    finer: int = 1

    def check(self) -> None:
        """Raise ``OptionError`` where one has no sense."""
        if self.radius < 2 or self.softness <= 0 or min(self.contrast, self.passes, self.finer) < 1:
            raise OptionError("refine", "radius is 2 or more, softness positive, the rest 1 or more")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte ``finer`` times as wide and high, ``float32``."""
        for cutout in cutouts:
            matte = finer(cutout.matte, self.finer)
            mixed = ((matte > 0) & (matte < 1)).view(np.uint8)
            place = extent(mixed, 4 * self.radius)
            if place is not None:
                guide = crop.rgb(cutout.frame, crop.whole(cutout.frame), matte.shape[1], matte.shape[0])
                part = self._within(place, matte, guide)
                matte = matte.copy()
                matte[place] = part
            yield cutout.with_matte(matte)

    def _within(self, place: Extent, matte: Matte, guide: NDArray[np.uint8]) -> Matte:
        """The part of a matte that holds all that is neither nothing nor all, with room around it."""
        colours, part = np.ascontiguousarray(guide[place]), np.ascontiguousarray(matte[place])
        fast = self.fast and min(part.shape) >= 2 * self.radius
        settings: dict[str, Any] = {"eps": self.softness**2, "scale": _HALF if fast else 1.0}
        radius = self.radius // 2 if fast else self.radius
        for _ in range(self.passes):
            level = part.mean()  # which comes back exactly, where there is nothing else
            line = cv2.ximgproc.guidedFilter(colours, part - level, radius, **settings)
            part = np.clip((line + (level - np.float32(0.5))) * np.float32(self.contrast) + np.float32(0.5), 0, 1)
        return part
