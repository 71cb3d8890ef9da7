"""Matte: how much of each pixel is person, in grey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av

from vidseg.frame import Cutout, Frame, planes_of
from vidseg.media.colour import FULL_RANGE
from vidseg.stages import Effect


@dataclass(frozen=True)
class Matte(Effect):
    """The matte itself: black where nobody is, white where a person is, full range and 16 bits."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Each matte as a frame of one grey plane (``gray16le``)."""
        for cutout in cutouts:
            picture = av.VideoFrame(cutout.frame.width, cutout.frame.height, "gray16le")
            (plane,) = planes_of(picture)
            plane[:] = cutout.matte
            made = cutout.frame.with_picture(picture)
            picture.color_range = FULL_RANGE
            yield made
