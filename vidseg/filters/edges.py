"""Edges: a matte at the frame's own size, whose edge is the frame's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.errors import OptionError
from vidseg.filters.enlarge import enlarged
from vidseg.frame import FULL, Cutout, Frame, Map, Matte
from vidseg.media import crop
from vidseg.stages import Filter

_ROWS = 64
"""Rows that are worked on at once."""


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
    softness: float = 8.0
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
        large = enlarged(matte, frame.width, frame.height)
        side = 2 * self.radius + 1
        mixed = ((matte > 0) & (matte < 1)).astype(np.uint8)
        band = np.asarray(cv2.dilate(mixed, np.ones((side, side), np.uint8)), np.uint8)
        if not band.any():
            return large
        slope, level = self._lines(crop.grey(frame, matte.shape[1], matte.shape[0]).astype(np.float32), matte)
        unit = np.float32(1 / (1 << (frame.depth - 8)))
        luma = frame.planes[0]
        across, down = matte.shape[1] / frame.width, matte.shape[0] / frame.height
        for rows, columns in _where(band, frame.width, frame.height):
            shape = (rows.stop - rows.start, columns.stop - columns.start)
            shift = (columns.start * across + across / 2 - 0.5, rows.start * down + down / 2 - 0.5)
            here: Map = _part(slope, shape, shift, (across, down)) * (luma[rows, columns] * unit)
            here += _part(level, shape, shift, (across, down))
            inside = _part(band.astype(np.float32), shape, shift, (across, down))
            before = large[rows, columns].astype(np.float32)
            here = np.clip((here - 0.5) * np.float32(self.contrast) + 0.5, 0, 1) * FULL
            large[rows, columns] = np.rint(before + (here - before) * inside).astype(np.uint16)
        return large

    def _lines(self, guide: Map, matte: Matte) -> tuple[Map, Map]:
        """Slope and level of the matte as a function of the guide around each point."""
        side = (2 * self.radius + 1, 2 * self.radius + 1)

        def mean(values: Map) -> Map:
            return np.asarray(cv2.blur(values, side, borderType=cv2.BORDER_REPLICATE), np.float32)

        guide_mean, matte_mean = mean(guide), mean(matte)
        variance = mean(guide * guide) - guide_mean * guide_mean
        slope = (mean(guide * matte) - guide_mean * matte_mean) / (variance + np.float32(self.softness**2))
        level = matte_mean - slope * guide_mean
        return mean(slope), mean(level)


def _where(band: NDArray[np.uint8], width: int, height: int) -> Iterator[tuple[slice, slice]]:
    """Strips of the full size that hold the band, cut to the columns between its ends."""
    across, down = width / band.shape[1], height / band.shape[0]
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        part = band[int(top / down) : int(np.ceil(bottom / down)) + 1]
        columns = np.flatnonzero(part.max(0)) if part.size else np.empty(0, np.intp)
        if not columns.size:
            continue
        gaps = np.flatnonzero(np.diff(columns) > 16)
        for first, last in zip([columns[0], *columns[gaps + 1]], [*columns[gaps], columns[-1]], strict=True):
            left, right = int(first * across), min(int(np.ceil((last + 1) * across)), width)
            yield slice(top, bottom), slice(left, max(right, left + 1))


def _part(values: Map, shape: tuple[int, int], shift: tuple[float, float], scale: tuple[float, float]) -> Map:
    """A part of a small map at the full size, by bilinear interpolation."""
    there = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(values, there, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
