"""Samples: some of a plane's, here and there, worked on together: an edge is a small part of a picture."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

_LINE, _AT_ONCE = 256, 8192
"""Samples in a row of what OpenCV is asked for, which takes no list of any length, and samples at once."""

Values = NDArray[np.float32]
"""One value for each sample; or a small picture of them, ``(height, width, parts)``."""


class Samples:
    """Where they are; ``at`` indexes a plane."""

    def __init__(self, rows: NDArray[np.intp], columns: NDArray[np.intp], size: tuple[int, ...]) -> None:
        self.at, self._size = (rows, columns), size

    def asked(self, small: Values) -> Values:
        """What a smaller picture of the same says here, by bilinear interpolation: ``(parts, samples)``."""
        rows, columns = self.at
        maps = np.zeros((2, -(-rows.size // _LINE) * _LINE), np.float32)
        for line, at, size, to in ((maps[0], columns, 1, small.shape[1]), (maps[1], rows, 0, small.shape[0])):
            line[: at.size] = (at + np.float32(0.5)) * np.float32(to / self._size[size]) - np.float32(0.5)
        x, y = maps.reshape(2, -1, _LINE)
        found = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        values = np.asarray(found, np.float32).reshape(-1, small.shape[2])[: rows.size]
        return np.ascontiguousarray(values.T)


def where(mask: NDArray[np.bool_]) -> Iterator[Samples]:
    """Those that a mask of a plane's size names, so many at once as stay in the processor's cache."""
    named = np.flatnonzero(mask)
    for first in range(0, named.size, _AT_ONCE):
        rows, columns = np.divmod(named[first : first + _AT_ONCE], mask.shape[1])
        yield Samples(rows, columns, mask.shape)
