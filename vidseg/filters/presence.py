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
from vidseg.motion.discs import disc
from vidseg.stages import Filter

_SURE = 0.5
"""From here on a frame is believed without its neighbours."""

_DOUBTED = 0.3
"""If those near that see somebody are less sure than this in the mean, one that is sure isn't believed either."""

_TOGETHER, _SEEN = 0.2, 0.3
"""What hangs together above the first belongs together; above the second somebody is seen."""

_BESIDE = 4
"""Points of the grey copy around what goes that go with it."""

_ENOUGH = 0.0003
"""The part of the picture from which on somebody is seen in it at all."""

_AGAINST, _MOVING = 4.0, 2.0
"""What evidence weighs where the models aren't sure."""


@dataclass(frozen=True)
class Presence(Filter):
    """A frame whose person is unsure takes what surer frames within ``reach`` say, along the motion.

    Models claim a piece of the place now and then where nobody is, and miss who is half out of the picture. Neither
    lasts: where no frame near is sure, or only few of those that see somebody, nobody is there.
    """

    reach: int = 8

    def check(self) -> None:
        """Raise ``OptionError`` unless there is a neighbour."""
        if self.reach < 1:
            raise OptionError("presence", f"{self.reach} frames are none")

    @property
    def window(self) -> int:
        """Frames before and after one that decide its matte."""
        return self.reach + watch.WINDOW

    @property
    def clues_window(self) -> int:
        """Those of them that decide its clues."""
        return watch.WINDOW

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte at its own size; what has no ``sure`` is believed, and what nobody has looked at left as it is."""
        judged = ((cutout, _sureness(cutout)) for cutout in watch.watched(cutouts))
        for around_it, at in around(judged, self.reach, lambda one: watch.begins(one[0])):
            near, now, sureness = [cutout for cutout, _ in around_it], *around_it[at]
            if now.sure is None or not now.seen:
                yield now
                continue
            seen = [sure for _, sure in around_it if sure is not None]
            if not seen or max(seen) < _SURE or sum(seen) < _DOUBTED * len(seen):
                yield replace(now, matte=np.zeros_like(now.matte), sure=np.ones_like(now.sure))
            elif (sureness or 0) >= _SURE:
                yield _without_doubtful(near, at)
            else:
                yield replace(now, matte=_from_neighbours(near, at), sure=np.full_like(now.sure, _SURE))


def _sureness(cutout: Cutout) -> float | None:
    """How sure the surest point of a person is; ``None`` where there is none."""
    if not cutout.seen:
        return None
    if cutout.sure is None:
        return 1.0
    height, width = cutout.sure.shape
    there = cv2.resize(cutout.matte, (width, height), interpolation=cv2.INTER_AREA) > _SEEN
    return float((cutout.sure * there).max()) if there.mean() > _ENOUGH else None


def _without_doubtful(near: list[Cutout], at: int) -> Cutout:
    """A frame in which somebody is sure, rid of what stands apart from him and isn't in any frame near."""
    now = near[at]
    assert now.sure is not None  # noqa: S101 - the caller has looked
    height, width = now.sure.shape
    small = cv2.resize(now.matte, (width, height), interpolation=cv2.INTER_AREA)
    count, blobs = cv2.connectedComponents((small > _TOGETHER).view(np.uint8))
    unsure = [n for n in range(1, count) if np.average(now.sure[blobs == n], weights=small[blobs == n]) < _SURE]
    if count < 3 or not unsure:
        return now
    voted = averaged([_judgement(cutout) for cutout in near], at)
    goes = np.isin(blobs, [n for n in unsure if voted[blobs == n].mean() < _DOUBTED])
    if not goes.any():
        return now
    stays = (blobs > 0) & ~goes
    gone = cv2.dilate(goes.view(np.uint8), disc(_BESIDE))
    gone[cv2.dilate(stays.view(np.uint8), disc(_BESIDE // 2)) > 0] = 0
    size = (now.matte.shape[1], now.matte.shape[0])
    return replace(now, matte=np.where(cv2.resize(gone, size, interpolation=cv2.INTER_NEAREST) > 0, 0, now.matte))


def _judgement(cutout: Cutout) -> Cutout:
    """How sure it is of whom it sees, where it sees somebody, in place of a matte."""
    assert cutout.clues is not None  # noqa: S101 - made by watched()
    height, width = cutout.clues.grey.shape
    seen = cv2.resize(cutout.matte, (width, height), interpolation=cv2.INTER_AREA) > _SEEN
    sure = np.ones((height, width), np.float32) if cutout.sure is None else cutout.sure
    return replace(cutout, matte=sure, sure=np.asarray(seen, np.float32))


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
