"""Unmix: the person's own colours where the matte is between nothing and full, the old place's taken out of them.

There a pixel is a mixture, I = a F + (1 - a) B. F and B are estimated from the person and the place near by, and what
the estimates leave unexplained is shared out between the two by how far each may be off (the Bayesian matting of Chuang
et al., CVPR 2001, with one variance for each). A person in focus varies more than the place behind him, so he gets the
larger share, and hair keeps its strands. The estimates come from a ``pyramid``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidseg.effects.band import Band, Level
from vidseg.effects.pyramid import LEAST, STEP, halved, pulled_and_pushed, smaller
from vidseg.effects.samples import Values
from vidseg.frame import FULL, Frame, Map, Matte, Plane, planes_of
from vidseg.media.copying import Copies

_VARIES = 4.0
"""The person's variance, where the place's is 1."""

_NOISE = 0.01
"""The camera's, on the same scale: it keeps what is nearly all place from being multiplied."""

_FREE = 32.0
"""Codes of 8 bits by which a colour may lie beyond both the pixel's and the person's nearby: a matte may be wrong."""

_AROUND, _GRID = 64, 16
"""Pixels around what is mixed that are looked at, and those whose multiple begins a part of every plane."""

_LINES = 1080
"""The shorter side of a picture with a point for each ``STEP`` pixels; with twice as many lines they are twice as far
apart."""

_SURE = 4
"""How often a point's weight is squared: what is mixed says little beside what is sure.

Once less is 2 % nearer to the truth on photographs, but of a place much darker than the person a wide edge would keep
more.
"""


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

    def person(self, frame: Frame, matte: Matte | Band) -> Frame:
        """The frame, but with the person's own colours where ``matte`` (``uint16``) is neither 0 nor ``FULL``.

        It is the frame itself where there is no such place, else a picture that is the caller's.
        """
        band = Band.of(matte)
        if not band.at(band.shape).samples:
            return frame
        half = band.at(tuple(-(-side // 2) for side in band.shape)).matte
        picture = self._copies.of(frame.picture)
        planes = planes_of(picture)
        rows, columns = _around(band.at(band.shape).box, band.shape)
        step = _step(band.shape)
        person, place = _estimates(
            [_part(plane, (rows, columns), band.shape) for plane in planes],
            _part(half, (rows, columns), band.shape),
            step,
        )
        top = (1 << frame.depth) - 1
        for shape in dict.fromkeys(plane.shape for plane in planes):
            of = [n for n, plane in enumerate(planes) if plane.shape == shape]
            down, across = by(shape, band.shape)
            unmixed(
                [planes[n] for n in of],
                band.at(shape),
                [person[n] for n in of],
                [place[n] for n in of],
                (step / across, step / down),
                (columns.start // across, rows.start // down),
                top,
            )
        return frame.with_picture(picture)


def unmixed(
    planes: Sequence[Plane],
    level: Level,
    person: Sequence[Map],
    place: Sequence[Map],
    step: tuple[float, float],
    origin: tuple[int, int],
    top: int,
) -> None:
    """The person's own colours into planes of one size, where a matte is neither 0 nor ``FULL``.

    ``person`` and ``place`` are what the two may be like, one small map for each plane; ``step`` and ``origin`` say
    where, as ``Samples.asked`` does.
    """
    for some, matte in zip(level.samples, level.mattes, strict=True):
        asked = some.asked([*person, *place], step, origin)
        share = matte.astype(np.float32) * np.float32(1 / FULL)
        for plane, ours, behind in zip(planes, asked, asked[len(planes) :], strict=False):
            seen = some.of(plane).astype(np.float32)
            some.put(plane, np.rint(own(seen, ours, behind, share, top)))


def by(shape: tuple[int, ...], whole: tuple[int, ...]) -> tuple[int, int]:
    """How many pixels share a sample of a plane of this shape, down and across; ``whole`` is the picture's."""
    down, across = (1 if ours == all_ else 2 for ours, all_ in zip(shape, whole, strict=True))
    return down, across


def _around(box: tuple[slice, slice], size: tuple[int, ...]) -> tuple[slice, slice]:
    """A part of the picture with something around it."""
    rows, columns = (
        slice(max(part.start - _AROUND, 0) // _GRID * _GRID, min(-(-(part.stop + _AROUND) // _GRID) * _GRID, whole))
        for part, whole in zip(box, size, strict=True)
    )
    return rows, columns


def _part(plane: Plane, box: tuple[slice, slice], size: tuple[int, ...]) -> Plane:
    """What a plane shows of a part of a picture of this size."""
    rows, columns = (
        slice(part.start // n, -(-part.stop // n)) for part, n in zip(box, by(plane.shape, size), strict=True)
    )
    return plane[rows, columns]


def _step(size: tuple[int, ...]) -> int:
    """Pixels to a point of the estimates: as many points at 4K as at 1080p, for people are as much larger there."""
    larger = max((min(size) // _LINES).bit_length() - 1, 0)
    return min(STEP << larger, _GRID)


def _estimates(planes: Sequence[Plane], half: Matte, step: int) -> tuple[list[Map], list[Map]]:
    """The person's colours and the place's, everywhere: where there is none, from further away.

    One point for each ``step`` pixels, in the planes' codes. What counts is told at points half as far apart, by the
    matte at ``half`` its size, which chroma mostly needs too.
    """
    height, width = (-(-side * 2 // step) for side in planes[0].shape)
    small = [smaller(plane, height, width).astype(np.float32) for plane in planes]
    share = smaller(half, height, width).astype(np.float32) * np.float32(1 / FULL)
    return _estimate(small, share), _estimate(small, 1 - share)


def _estimate(planes: list[Map], weight: Map) -> list[Map]:
    for _ in range(_SURE):
        weight = weight * weight
    weight = np.maximum(weight, LEAST)
    return pulled_and_pushed([halved(plane * weight) for plane in planes], halved(weight))
