"""Blend: a frame over a background by its matte, in the planes of the frame's own format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.band import Band, Level
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media.copying import Copies

_ROWS = 64
"""Rows that are blended at once, so that what is between stays in the processor's cache."""


class Blend:
    """Puts frames of one size and format over backgrounds; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._copies = Copies()

    def over(self, frame: Frame, background: Sequence[Plane], matte: Matte | Band, *, own: bool = False) -> Frame:
        """The frame where the matte is full, the background where it is 0, between them ``b + (f - b) * matte``.

        Exact at both ends: not a value there is changed. ``background`` has the frame's planes' shapes and dtype;
        ``matte`` is ``uint16`` of the frame's size. The chroma planes take the mean of the matte over the pixels that
        share a sample. A picture that is one's ``own`` is painted on, any other is copied.
        """
        band = Band.of(matte)
        if band.shape != (frame.height, frame.width) or band.matte.dtype != np.uint16:
            raise ValueError(f"a {band.matte.dtype} matte of {band.shape} doesn't fit {frame.width}x{frame.height}")
        picture = frame.picture if own else self._copies.of(frame.picture)
        for plane, behind in zip(planes_of(picture), background, strict=True):
            _paint(plane, behind, band.at(plane.shape))
        return frame.with_picture(picture)


def _paint(plane: Plane, behind: Plane, level: Level) -> None:
    """The background into one plane of the copied frame."""
    cv2.copyTo(behind, level.nothing, plane)
    if plane.dtype == np.uint16:  # at most 12 bits: the same numbers signed, which OpenCV multiplies
        plane, behind = plane.view(np.int16), behind.view(np.int16)
    if not level.dense:
        for some, matte in zip(level.samples, level.mattes, strict=True):
            some.put(plane, _mixed(some.of(plane), some.of(behind), matte))
        return
    rows, columns = level.box
    for top in range(rows.start, rows.stop, _ROWS):
        box = (slice(top, min(top + _ROWS, rows.stop)), columns)
        plane[box] = _mixed(plane[box], behind[box], level.matte[box])


def _mixed(ours: Plane, theirs: Plane, matte: Matte) -> NDArray[Any]:
    """``theirs + (ours - theirs) * matte``, rounded once; exact where the matte is 0 or full."""
    share = (matte >> 1).view(np.int16)  # 15 bits, so that it is a signed number too
    difference = np.subtract(ours, theirs, dtype=np.int16)
    cv2.multiply(difference, share, difference, 1 / (FULL >> 1))
    difference += theirs
    return difference
