"""Blend: a frame over a background by its matte, in the planes of the frame's own format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media.copying import Copies

_ROWS = 64
"""Rows that are blended at once, so that what is between stays in the processor's cache."""

_GAP = 32
"""Columns that are worth being left out."""


class Blend:
    """Puts frames of one size and format over backgrounds; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._copies = Copies()
        self._scratch = np.empty((2, 0, 0), np.int16)

    def over(self, frame: Frame, background: Sequence[Plane], matte: Matte) -> Frame:
        """The frame where the matte is full, the background where it is 0, between them ``b + (f - b) * matte``.

        Exact at both ends: not a value there is changed. ``background`` has the frame's planes' shapes and dtype;
        ``matte`` is ``uint16`` of the frame's size. The chroma planes take the mean of the matte over the pixels that
        share a sample.
        """
        if matte.shape != (frame.height, frame.width) or matte.dtype != np.uint16:
            raise ValueError(f"a {matte.dtype} matte of {matte.shape} doesn't fit {frame.width}x{frame.height}")
        picture = self._copies.of(frame.picture)
        mattes = {matte.shape: (matte, strips_of(matte))}
        for plane, behind in zip(planes_of(picture), background, strict=True):
            if plane.shape not in mattes:
                small = chroma_matte(matte, *plane.shape)
                mattes[plane.shape] = (small, strips_of(small))
            self._paint(plane, behind, *mattes[plane.shape])
        return frame.with_picture(picture)

    def _paint(self, plane: Plane, behind: Plane, matte: Matte, strips: list[Strip]) -> None:
        """The background into one plane of the copied frame."""
        if self._scratch.shape[2] < plane.shape[1]:
            self._scratch = np.empty((2, _ROWS, plane.shape[1]), np.int16)
        if plane.dtype == np.uint16:  # at most 12 bits: the same numbers signed, which OpenCV multiplies
            plane, behind = plane.view(np.int16), behind.view(np.int16)
        for strip in strips:
            rows = strip.rows
            plane[rows, : strip.left] = behind[rows, : strip.left]
            plane[rows, strip.right :] = behind[rows, strip.right :]
            for columns in strip.mixed:
                box = (rows, columns)
                scratch = self._scratch[:, : rows.stop - rows.start, : columns.stop - columns.start]
                _mix(plane[box], behind[box], matte[box], scratch)


@dataclass(frozen=True, slots=True)
class Strip:
    """Some rows: left of ``left`` and from ``right`` on the matte is 0, outside of ``mixed`` it is 0 or full."""

    rows: slice
    left: int
    right: int
    mixed: tuple[slice, ...]


def strips_of(matte: Matte) -> list[Strip]:
    """Where there is something to do, strip by strip: a person is mostly inside, and there the frame stays."""
    height, width = matte.shape
    strips = []
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        covered = np.flatnonzero(cv2.reduce(matte[rows], 0, cv2.REDUCE_MAX))
        if not covered.size:
            strips.append(Strip(rows, width, width, ()))
            continue
        left, right = int(covered[0]), int(covered[-1]) + 1
        partly = left + np.flatnonzero(cv2.reduce(matte[rows, left:right], 0, cv2.REDUCE_MIN) != FULL)
        strips.append(Strip(rows, left, right, _runs(partly)))
    return strips


def _runs(columns: NDArray[np.intp]) -> tuple[slice, ...]:
    """Ascending columns as one slice, or two where the widest gap between them is worth it."""
    if not columns.size:
        return ()
    first, last = int(columns[0]), int(columns[-1]) + 1
    gaps = np.diff(columns)
    widest = int(gaps.argmax()) if gaps.size else 0
    if not gaps.size or gaps[widest] < _GAP:
        return (slice(first, last),)
    return slice(first, int(columns[widest]) + 1), slice(int(columns[widest + 1]), last)


def _mix(ours: Plane, theirs: Plane, matte: Matte, scratch: Plane) -> None:
    """``ours`` becomes ``theirs + (ours - theirs) * matte``, rounded once."""
    difference, share = scratch
    np.right_shift(matte, 1, out=share.view(np.uint16))  # 15 bits, so that it is a signed number too
    np.subtract(ours, theirs, out=difference, dtype=np.int16)
    cv2.multiply(difference, share, difference, 1 / (FULL >> 1))
    np.add(theirs, difference, out=ours, dtype=np.int16, casting="unsafe")


def chroma_matte(matte: Matte, height: int, width: int) -> Matte:
    """The mean over the pixels that share a chroma sample; at an odd edge a sample has one pixel less."""
    bottom = matte.shape[0] % 2 if height < matte.shape[0] else 0
    right = matte.shape[1] % 2 if width < matte.shape[1] else 0
    if bottom or right:
        matte = cv2.copyMakeBorder(matte, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA)
