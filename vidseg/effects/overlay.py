"""Overlay: the matte painted over the picture, to judge it by eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vidseg.effects.blend import Blend
from vidseg.errors import OptionError
from vidseg.frame import FULL, Cutout, Frame, Matte, Plane
from vidseg.media import backdrop
from vidseg.stages import Effect

_REACH = 1 / 720
"""How far the outline reaches to either side, in heights of the frame: 2 pixels at 1080."""


@dataclass(frozen=True)
class Overlay(Effect):
    """Where the matte is full the picture is ``opacity`` (0 to 1) of ``color`` (a name or ``#rrggbb``).

    With ``outline`` a line of that colour is drawn where the matte is half, inside and outside alike.
    """

    color: str = "red"
    opacity: float = 0.5
    outline: bool = False

    def check(self) -> None:
        """Raise ``ColourError`` or ``OptionError`` if it can't be painted."""
        backdrop.check_colour(self.color)
        if not 0 <= self.opacity <= 1:
            raise OptionError("--opacity", f"{self.opacity:g} is outside 0 to 1")

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Each frame, painted over."""
        paint: list[Plane] = []
        blend = Blend()
        for cutout in cutouts:
            frame = cutout.frame
            if not paint:
                paint = backdrop.colour_planes(self.color, frame)
            painted = cv2.addWeighted(cutout.matte, self.opacity, cutout.matte, 0, 0)
            if self.outline:
                cv2.max(painted, _outline(cutout.matte), painted)
            yield blend.over(frame, paint, np.asarray(cv2.bitwise_not(painted)))


def _outline(matte: Matte) -> Matte:
    """``FULL`` near where the matte crosses a half, else 0."""
    reach = max(round(matte.shape[0] * _REACH), 1)
    side = 2 * reach + 1
    inside = (matte > FULL // 2).view(np.uint8)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, brush)).astype(np.uint16) * np.uint16(FULL)
