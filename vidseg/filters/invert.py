"""Invert: the place where the person was, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vidseg.frame import FULL, Cutout
from vidseg.stages import Filter


@dataclass(frozen=True)
class Invert(Filter):
    """Full becomes nothing and nothing full."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte by itself, of the type and size that it has."""
        for cutout in cutouts:
            top = FULL if cutout.matte.dtype == np.uint16 else np.float32(1)
            yield cutout.with_matte(np.asarray(top - cutout.matte, cutout.matte.dtype))
