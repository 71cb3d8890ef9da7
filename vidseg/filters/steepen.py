"""Steepen: a model's soft doubt becomes an edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vidseg.errors import OptionError
from vidseg.extent import extent
from vidseg.filters.enlarge import ROUNDING, finer
from vidseg.frame import Cutout, Matte
from vidseg.stages import Filter


@dataclass(frozen=True)
class Steepen(Filter):
    """Nothing up to ``low``, all person from ``high``, a smoothstep between: models are seldom quite sure.

    The matte is first made ``finer`` times as fine, so that the edge falls between the model's pixels and not on them.
    """

    low: float = 0.2
    high: float = 0.8
    finer: int = 2

    def check(self) -> None:
        """Raise ``OptionError`` unless 0 <= low < high <= 1 and finer >= 1."""
        if not 0 <= self.low < self.high <= 1:
            raise OptionError("steepen", f"{self.low:g} to {self.high:g} is no rising part of 0 to 1")
        if self.finer < 1:
            raise OptionError("steepen", f"{self.finer} times as fine is coarser")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte by itself, ``float32``, ``finer`` times as wide and high."""
        for cutout in cutouts:
            yield cutout.with_matte(self._steep(cutout.matte))

    def _steep(self, matte: Matte) -> Matte:
        fine = finer(matte, self.finer)
        steep = np.zeros_like(fine)
        place = extent(fine)
        if place is not None:
            steep[place] = self._curve(fine[place].copy())
        return steep

    def _curve(self, t: Matte) -> Matte:
        t -= np.float32(self.low + ROUNDING)
        t *= np.float32(1 / (self.high - self.low - 2 * ROUNDING))
        np.clip(t, 0, 1, out=t)
        slope = t * -2
        slope += 3
        t *= t
        t *= slope
        return t
