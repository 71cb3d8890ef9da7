"""Screen: a plate for a keyer, the person before a flat colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from vidseg.effects import samples
from vidseg.effects.band import Band
from vidseg.effects.blend import Blend
from vidseg.effects.unmix import Unmix
from vidseg.frame import Cutout, Frame, Plane, planes_of
from vidseg.media import backdrop
from vidseg.media.copying import Copies
from vidseg.stages import Effect

Despill = Literal["edge", "person", "none"]


@dataclass(frozen=True)
class Screen(Effect):
    """``color`` is a name or ``#rrggbb``, in the video's own matrix, range and depth.

    Where the matte is between nothing and full, the old place's colour is taken out of the person's, so that
    a keyer finds a mixture of the person and the screen and nothing else. ``despill`` says where the person may not
    have the screen's hue: at this ``edge``, all over the ``person``, or nowhere (``none``).
    """

    flat: ClassVar[bool] = True

    color: str = "green"
    despill: Despill = "edge"

    def check(self) -> None:
        """Raise ``ColourError`` if the colour is none."""
        backdrop.check_colour(self.color)

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Each frame over the screen."""
        screen: list[Plane] = []
        unmix, blend, copies = Unmix(), Blend(), Copies()
        for cutout in cutouts:
            frame, band = cutout.frame, Band(cutout.matte)
            if not screen:
                screen = backdrop.colour_planes(self.color, frame)
            person = unmix.person(frame, band)
            if person is frame:
                person = frame.with_picture(copies.of(frame.picture))
            if self.despill != "none":
                _despill(planes_of(person.picture)[1:], band, screen, frame.depth, everywhere=self.despill == "person")
            yield blend.over(person, screen, band, own=True)


def _despill(chroma: list[Plane], band: Band, screen: Sequence[Plane], depth: int, *, everywhere: bool) -> None:
    """Take the screen's hue out of these planes, at the matte's edge or all over the person.

    A colour is a direction in the plane of Cb and Cr. What lies within 45 degrees of the screen's is moved against it
    until it does so no longer; its luma stays.
    """
    grey = 1 << (depth - 1)
    key = np.array([float(plane[0, 0]) - grey for plane in screen[1:]], np.float32)
    length = float(np.hypot(*key))
    if length < 1:  # a grey screen has no hue
        return
    towards = key / length
    level = band.at(chroma[0].shape)
    for some in samples.where((level.matte != 0).view(np.uint8)) if everywhere else level.samples:
        cb, cr = (some.of(plane).astype(np.float32) - grey for plane in chroma)
        along = cb * towards[0] + cr * towards[1]
        excess = np.maximum(along - np.abs(cb * towards[1] - cr * towards[0]), 0)
        for plane, values, part in zip(chroma, (cb, cr), towards, strict=True):
            some.put(plane, np.rint(values - excess * part + grey))
