"""Edges: a matte at the frame's own size, whose edge is the frame's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.errors import OptionError
from vidseg.extent import extent, scaled
from vidseg.filters.enlarge import enlarged
from vidseg.frame import FULL, Cutout, Frame, Map, Matte
from vidseg.media import crop
from vidseg.stages import Filter

_ROWS = 64
"""Rows that are worked on at once."""

_GAP = 16
"""Columns of the working matte that are worth passing over."""


@dataclass(frozen=True)
class Edges(Filter):
    """By the guided filter, its coefficients found at the working size and applied at the frame's, near the edge alone.

    Around each point the matte is taken for a straight function of the luma, which is then asked at every pixel: the
    edge comes to lie where the picture has it, hair included. ``radius`` is in points of the working matte;
    ``softness`` (codes of 8 bits) is the contrast below which the luma isn't believed to say anything, and the matte
    stays as it is, only larger; ``contrast`` makes up for what the means take from the edge. He, Sun and Tang, 2010
    and 2015 (the fast form).
    """

    radius: int = 2
    softness: float = 12.0
    contrast: float = 1.3

    def check(self) -> None:
        """Raise ``OptionError`` where one has no sense."""
        if self.radius < 1 or self.softness <= 0 or self.contrast < 1:
            raise OptionError("edges", "radius and softness are positive, contrast is 1 or more")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte as ``uint16``, 0 to ``FULL``, of its frame's size."""
        for cutout in cutouts:
            yield cutout.with_matte(self._at_full_size(cutout.frame, cutout.matte))

    def _at_full_size(self, frame: Frame, matte: Matte) -> Matte:
        side = 2 * self.radius + 1
        mixed = ((matte > 0) & (matte < 1)).view(np.uint8)
        band = np.asarray(cv2.dilate(mixed, np.ones((side, side), np.uint8)), np.uint8)
        place = extent(band, side)
        if place is None:
            return enlarged(matte, frame.width, frame.height)
        large = _solid(matte, frame.width, frame.height)
        guide = crop.grey(frame, matte.shape[1], matte.shape[0])
        lines = self._lines(guide[place].astype(np.float32), matte[place], frame.depth)
        luma = frame.planes[0]
        across, down = matte.shape[1] / frame.width, matte.shape[0] / frame.height
        origin = place[1].start / across, place[0].start / down
        for rows, columns in _where(band, frame.width, frame.height):
            slope, level = (scaled(one, (rows, columns), (across, down), origin) for one in lines)
            sloped = cv2.multiply(luma[rows, columns], slope, dtype=cv2.CV_32F)
            cv2.add(sloped, level, dst=large[rows, columns], dtype=cv2.CV_16U)  # rounds, and cuts off at 0 and FULL
        return large

    def _lines(self, guide: Map, matte: Matte, depth: int) -> tuple[Map, Map]:
        """Slope and level of the matte (0 to ``FULL``) as a function of the luma's codes around each point."""
        side = (2 * self.radius + 1, 2 * self.radius + 1)

        def mean(values: Map) -> Map:
            return np.asarray(cv2.blur(values, side, borderType=cv2.BORDER_REPLICATE), np.float32)

        guide_mean, matte_mean = mean(guide), mean(matte)
        variance = mean(guide * guide) - guide_mean * guide_mean
        slope = (mean(guide * matte) - guide_mean * matte_mean) / (variance + np.float32(self.softness**2))
        level = matte_mean - slope * guide_mean
        level = (mean(level) - np.float32(0.5)) * np.float32(self.contrast) + np.float32(0.5)
        return mean(slope) * np.float32(self.contrast * FULL / (1 << (depth - 8))), level * np.float32(FULL)


def _solid(matte: Matte, width: int, height: int) -> Matte:
    """All or nothing at the frame's size, which is what a matte is away from its edge."""
    inside = (matte > 0.5).astype(np.uint16) * np.uint16(FULL)
    return np.asarray(cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR), np.uint16)


def _where(band: NDArray[np.uint8], width: int, height: int) -> list[tuple[slice, slice]]:
    """Strips of the full size that hold the band, cut to the columns between its ends, and in two at wide gaps."""
    across, down = width / band.shape[1], height / band.shape[0]
    tops = range(0, height, _ROWS)
    ends = [(int(top / down), ceil(min(top + _ROWS, height) / down) + 1) for top in tops]
    strips = np.zeros((len(ends), band.shape[1] + 2), np.int8)  # with nothing at both sides
    for strip, (first, last) in zip(strips, ends, strict=True):
        strip[1:-1] = band[first:last].max(0) > 0
    change = np.diff(strips)
    (rows, starts), (_, stops) = np.nonzero(change > 0), np.nonzero(change < 0)
    if not rows.size:
        return []
    parts = (np.diff(rows) > 0) | (starts[1:] - stops[:-1] >= _GAP)
    lefts = (starts[np.r_[True, parts]] * across).astype(int)
    rights = np.minimum(np.ceil(stops[np.r_[parts, True]] * across).astype(int), width)
    return [
        (slice(row * _ROWS, min((row + 1) * _ROWS, height)), slice(left, max(right, left + 1)))
        for row, left, right in zip(rows[np.r_[True, parts]].tolist(), lefts.tolist(), rights.tolist(), strict=True)
    ]
