"""Presence: where nobody is, nothing; a person who comes or goes is followed to the picture's edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vidseg.errors import OptionError
from vidseg.frame import Clues, Cutout, Map, Matte
from vidseg.motion import evidence, watch
from vidseg.motion.along import averaged
from vidseg.motion.around import around
from vidseg.stages import Filter

_SURE = 0.5
"""From here on a frame is believed without its neighbours."""

_AGAINST, _MOVING = 4.0, 2.0
"""What evidence weighs where the models aren't sure."""


@dataclass(frozen=True)
class Presence(Filter):
    """A frame whose person is unsure takes what surer frames within ``reach`` say, along the motion.

    Models claim a piece of the place now and then where nobody is, and miss who is half out of the picture. Neither
    lasts: where no frame near is sure, nobody is there.
    """

    reach: int = 8

    def check(self) -> None:
        """Raise ``OptionError`` unless there is a neighbour."""
        if self.reach < 1:
            raise OptionError("presence", f"{self.reach} frames are none")

    @property
    def window(self) -> int:
        """Frames before and after one that decide its matte."""
        return self.reach + watch.AHEAD + 1

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte at its own size; what has no ``sure`` is believed."""
        for near, at in around(watch.watched(cutouts), self.reach, watch.begins):
            now = near[at]
            if now.sure is None or _sureness(now) >= _SURE:
                yield now
            elif max(_sureness(one) for one in near) < _SURE:
                yield replace(now, matte=np.zeros_like(now.matte), sure=np.ones_like(now.sure))
            else:
                yield replace(now, matte=_from_neighbours(near, at), sure=np.full_like(now.sure, _SURE))


def _sureness(cutout: Cutout) -> float:
    """How sure the surest point of a person is; 0 where there is none."""
    if cutout.sure is None:
        return 1.0
    height, width = cutout.sure.shape
    small = cv2.resize(cutout.matte, (width, height), interpolation=cv2.INTER_AREA)
    return float((cutout.sure * (small > 0.3)).max())


def _from_neighbours(near: list[Cutout], at: int) -> Matte:
    """What the surer ones say, held against what moves and what doesn't."""
    matte = averaged(near, at)
    clues = near[at].clues
    if clues is None or clues.still is None or clues.moving is None:
        return matte
    height, width = clues.grey.shape
    around_it = cv2.dilate((cv2.resize(matte, (width, height)) > 0.1).astype(np.uint8), np.ones((5, 5), np.uint8))
    moving: Map = clues.moving * cv2.GaussianBlur(around_it.astype(np.float32), (0, 0), 2)
    told = Clues(clues.grey, clues.soft, clues.begins, against=clues.still, moving=moving)
    held = evidence.weighed(matte, told, _AGAINST, _MOVING)
    return np.clip(cv2.morphologyEx(held, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), 0, 1)
