"""Samples: some of a plane's, here and there, worked on together: an edge is a small part of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from vidseg.frame import Map, Plane

_LINE, _AT_ONCE = 256, 16384
"""Samples in a row of what OpenCV is asked for, which takes no list of any length, and samples at once."""

Values = NDArray[np.float32]
"""One value for each sample."""

Points = NDArray[np.int32]
"""Column and row of each of some samples, ``(n, 2)``."""


class Samples:
    """Where they are in planes of one size."""

    def __init__(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        self._rows, self._columns = rows, columns
        self._at: dict[int, NDArray[np.intp]] = {}

    def of(self, plane: Plane) -> NDArray[Any]:
        """Their values."""
        if plane.strides[0] < plane.shape[1] * plane.itemsize:  # stored bottom up, or one row for all
            plane = np.ascontiguousarray(plane)
        return np.take(_flat(plane), self._in(plane), mode="clip")  # "clip": NumPy needn't look whether all are there

    def put(self, plane: Plane, values: NDArray[Any]) -> None:
        """Other values in their place."""
        _flat(plane)[self._in(plane)] = values

    def asked(self, small: Sequence[Map], step: tuple[float, float], origin: tuple[int, int] = (0, 0)) -> list[Values]:
        """What smaller pictures of the same say here, by bilinear interpolation.

        ``step`` is how many samples go to one of their points, across and down, ``origin`` the column and the row of
        the sample at which they begin.
        """
        count = self._rows.size
        maps = np.zeros((2, -(-count // _LINE) * _LINE), np.float32)
        for line, at, size, begin in zip(maps, (self._columns, self._rows), step, origin, strict=True):
            np.multiply(at - np.float32(begin - 0.5), np.float32(1 / size), out=line[:count], casting="same_kind")
            line[:count] -= np.float32(0.5)
        x, y = maps.reshape(2, -1, _LINE)
        return [
            np.asarray(
                cv2.remap(one, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
            ).ravel()[:count]
            for one in small
        ]  # fmt: skip

    def _in(self, plane: Plane) -> NDArray[np.intp]:
        """Their places in the plane's memory."""
        length = plane.strides[0] // plane.itemsize
        if length not in self._at:
            self._at[length] = self._rows.astype(np.intp) * length + self._columns
        return self._at[length]


def _flat(plane: Plane) -> Plane:
    """The same memory as one row, with what lies between the rows: one index a sample is three times as quick."""
    if plane.flags.c_contiguous:
        return plane.reshape(-1)
    height, width = plane.shape
    length = plane.strides[0] // plane.itemsize
    return as_strided(plane, ((height - 1) * length + width,), (plane.itemsize,))


def points(mask: NDArray[np.uint8]) -> Points:
    """Those that a mask of a plane's size names, row after row."""
    found: Any = cv2.findNonZero(mask)  # None where there is none
    return np.empty((0, 2), np.int32) if found is None else np.asarray(found, np.int32).reshape(-1, 2)


def together(some: Points) -> Iterator[Samples]:
    """So many of them at once as stay in the processor's cache."""
    for first in range(0, len(some), _AT_ONCE):
        columns, rows = some[first : first + _AT_ONCE].T.copy()
        yield Samples(rows, columns)


def where(mask: NDArray[np.uint8]) -> Iterator[Samples]:
    """Those that a mask of a plane's size names, so many at once as stay in the processor's cache."""
    return together(points(mask))
