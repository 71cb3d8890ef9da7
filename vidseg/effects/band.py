"""Band: where a matte is neither 0 nor full, at the size of each plane.

That is one pixel in fifty or a hundred, and all that an effect must calculate: the rest is copied.
"""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.samples import Points, Samples, points, together
from vidseg.frame import FULL, Matte

Mask = NDArray[np.uint8]
"""Of a plane's size, 0 where not."""

_ROWS = 64
"""Rows that are looked through at once."""

_DENSE = 1 / 8
"""The share of mixed samples above which taking them one by one is slower than whole rows."""


class Level:
    """A matte at one size. What is asked for is found out once, and not to be changed."""

    def __init__(self, matte: Matte) -> None:
        self.matte = matte

    @cached_property
    def _found(self) -> tuple[Mask, Points]:
        """Where the matte is 0, and the mixed ones, row after row; found in parts that the processor's cache holds."""
        nothing = np.empty(self.matte.shape, np.uint8)
        found = [np.empty((0, 2), np.int32)]
        for top in range(0, self.matte.shape[0], _ROWS):
            part, none = self.matte[top : top + _ROWS], nothing[top : top + _ROWS]
            np.equal(part, 0, out=none.view(np.bool_))
            mixed = points(np.asarray(cv2.compare(none, (part == FULL).view(np.uint8), cv2.CMP_EQ), np.uint8))
            mixed[:, 1] += top
            found.append(mixed)
        return nothing, np.concatenate(found)

    @property
    def nothing(self) -> Mask:
        """Where the matte is 0."""
        return self._found[0]

    @property
    def _points(self) -> Points:
        return self._found[1]

    @cached_property
    def samples(self) -> list[Samples]:
        """The mixed ones."""
        return list(together(self._points))

    @cached_property
    def mattes(self) -> list[NDArray[np.uint16]]:
        """The matte at each of ``samples``."""
        return [some.of(self.matte) for some in self.samples]

    @cached_property
    def dense(self) -> bool:
        """Whether they are so many that whole rows are quicker."""
        return len(self._points) > _DENSE * self.matte.size

    @cached_property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns that hold all the mixed ones; empty where there are none."""
        if not len(self._points):
            return slice(0, 0), slice(0, 0)
        columns, rows = self._points[:, 0], self._points[:, 1]
        return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns.min()), int(columns.max()) + 1)


class Band:
    """A matte of the frame's size, ``uint16``, and what the planes need of it."""

    def __init__(self, matte: Matte) -> None:
        self._levels = {matte.shape: Level(matte)}
        self.shape = matte.shape

    @classmethod
    def of(cls, matte: Matte | Band) -> Band:
        """A matte's, or itself."""
        return matte if isinstance(matte, Band) else cls(matte)

    @property
    def matte(self) -> Matte:
        """The matte."""
        return self.at(self.shape).matte

    def at(self, shape: tuple[int, ...]) -> Level:
        """What a plane of this shape needs."""
        if shape not in self._levels:
            self._levels[shape] = Level(chroma_matte(self.matte, *shape))
        return self._levels[shape]


def chroma_matte(matte: Matte, height: int, width: int) -> Matte:
    """The mean over the pixels that share a chroma sample; at an odd edge a sample has one pixel less."""
    bottom = matte.shape[0] % 2 if height < matte.shape[0] else 0
    right = matte.shape[1] % 2 if width < matte.shape[1] else 0
    if bottom or right:
        matte = cv2.copyMakeBorder(matte, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA)).reshape(height, width)
