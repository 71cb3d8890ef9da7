"""Unmix: the person's own colours where the matte is between nothing and full, the old place's taken out of them.

There a pixel is a mixture, I = a F + (1 - a) B. F and B are estimated from the person and the place near by, and what
the estimates leave unexplained is shared out between the two by how far each may be off (the Bayesian matting of Chuang
et al., CVPR 2001, with one variance for each). A person in focus varies more than the place behind him, so he gets the
larger share, and hair keeps its strands. The estimates come from a ``pyramid``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects import samples
from vidseg.effects.blend import chroma_matte, strips_of
from vidseg.effects.pyramid import STEP, pulled_and_pushed
from vidseg.effects.samples import Values
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media.copying import Copies

_LEAST = 1e-6
"""What every point weighs, so that there is a mean where nothing else has weight."""

_VARIES = 4.0
"""The person's variance, where the place's is 1."""

_NOISE = 0.01
"""The camera's, on the same scale: it keeps what is nearly all place from being multiplied."""

_FREE = 32.0
"""Codes of 8 bits by which a colour may lie beyond both the pixel's and the person's nearby: a matte may be wrong."""

_AROUND, _GRID = 64, 8
"""Pixels around what is mixed that are looked at, and those whose multiple begins a part of every plane."""


def gain(share: Values) -> Values:
    """How much of what the estimates leave unexplained at this share of person (0 to 1) is the person's."""
    place = 1 - share
    return np.asarray(_VARIES * share / (_VARIES * share * share + place * place + np.float32(_NOISE)), np.float32)


def own(seen: Values, person: Values, place: Values, share: Values, top: int) -> Values:
    """The person's own colours, of what is seen and what the person and the place may be like there; 0 to ``top``."""
    found = person + gain(share) * (seen - place - share * (person - place))
    free = np.float32(_FREE * (top + 1) / 256)
    low, high = np.minimum(seen, person) - free, np.maximum(seen, person) + free
    return np.asarray(np.clip(found, np.maximum(low, 0), np.minimum(high, top), out=found), np.float32)


class Unmix:
    """Works on frames of one size and format; keeps the memory that it works in."""

    def __init__(self) -> None:
        self._copies = Copies()

    def person(self, frame: Frame, matte: Matte) -> Frame:
        """The frame, but with the person's own colours where ``matte`` (``uint16``) is neither 0 nor ``FULL``."""
        box = _around_mixed(matte)
        if box is None:
            return frame
        picture = self._copies.of(frame.picture)
        planes = [_part(plane, box, matte.shape) for plane in planes_of(picture)]
        matte = matte[box]
        person, place = _estimates(planes, matte)
        top = (1 << frame.depth) - 1
        for shape in dict.fromkeys(plane.shape for plane in planes):
            of = [n for n, plane in enumerate(planes) if plane.shape == shape]
            guesses = np.dstack([person[:, :, of], place[:, :, of]])
            values = matte if shape == matte.shape else chroma_matte(matte, *shape)
            for some in samples.where((values != 0) & (values != FULL)):
                asked = some.asked(guesses)
                share = values[some.at].astype(np.float32) * np.float32(1 / FULL)
                for k, n in enumerate(of):
                    seen = planes[n][some.at].astype(np.float32)
                    planes[n][some.at] = np.rint(own(seen, asked[k], asked[len(of) + k], share, top))
        return frame.with_picture(picture)


def _around_mixed(matte: Matte) -> tuple[slice, slice] | None:
    """The part of the picture that holds all that is neither 0 nor ``FULL``, and something around it."""
    strips = [strip for strip in strips_of(matte) if strip.mixed]
    if not strips:
        return None
    top, bottom = strips[0].rows.start, strips[-1].rows.stop
    left = min(strip.mixed[0].start for strip in strips)
    right = max(strip.mixed[-1].stop for strip in strips)
    rows, columns = (
        slice(max(first - _AROUND, 0) // _GRID * _GRID, min(-(-(last + _AROUND) // _GRID) * _GRID, size))
        for first, last, size in ((top, bottom, matte.shape[0]), (left, right, matte.shape[1]))
    )
    return rows, columns


def _part(plane: Plane, box: tuple[slice, slice], size: tuple[int, ...]) -> Plane:
    """What a plane shows of a part of a picture of this size."""
    by = [1 if there == all_ else 2 for there, all_ in zip(plane.shape, size, strict=True)]
    rows, columns = (slice(part.start // n, -(-part.stop // n)) for part, n in zip(box, by, strict=True))
    return plane[rows, columns]


def _estimates(planes: Sequence[Plane], matte: Matte) -> tuple[Values, Values]:
    """The person's colours and the place's, everywhere: where there is none, from further away.

    One point for each ``STEP`` pixels, in the planes' codes.
    """
    height, width = matte.shape
    size = (-(-width // STEP), -(-height // STEP))
    small: list[Any] = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]
    share = cv2.resize(matte, size, interpolation=cv2.INTER_AREA).reshape(size[::-1]).astype(np.float32) / np.float32(
        FULL
    )
    return _estimate(small, share), _estimate(small, 1 - share)


def _estimate(planes: list[Any], weight: NDArray[np.float32]) -> Values:
    for _ in range(4):  # its sixteenth power: what is mixed says little beside what is sure
        weight = weight * weight
    weight = np.maximum(weight, np.float32(_LEAST))
    sums = [plane.reshape(weight.shape) * weight for plane in planes]
    return pulled_and_pushed(np.dstack(sums), weight)
