"""Blur: the place stays, out of focus; or the person does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vidseg.effects.average import Average, Shape
from vidseg.effects.blend import Blend
from vidseg.errors import OptionError
from vidseg.frame import Cutout, Frame
from vidseg.stages import Effect

What = Literal["background", "person"]

_STRONGEST = 0.08
"""The radius at full strength, in heights of the frame."""


@dataclass(frozen=True)
class Blur(Effect):
    """``what`` is blurred; the other one stays as it is, and no colour of it gets into the blur.

    ``strength`` is 0 (none) to 1, at which the blur's radius is 0.08 of the frame's height. ``disc`` draws points of
    light as a lens does, ``gaussian`` melts them.
    """

    strength: float = 0.5
    shape: Shape = "gaussian"
    what: What = "background"

    def check(self) -> None:
        """Raise ``OptionError`` unless 0 <= strength <= 1."""
        if not 0 <= self.strength <= 1:
            raise OptionError("--strength", f"{self.strength:g} is outside 0 to 1")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Each frame over its own blurred self."""
        average: Average | None = None
        blend = Blend()
        for cutout in cutouts:
            frame, person = cutout.frame, cutout.matte
            if average is None:
                average = Average(self.shape, self.strength * _STRONGEST * frame.height)
            place = np.asarray(cv2.bitwise_not(person))
            sharp, blurred = (person, place) if self.what == "background" else (place, person)
            yield blend.over(frame, average.of(frame, blurred), sharp)
