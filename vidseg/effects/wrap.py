"""Wrap: some of the new place's light on the person's rim, as a camera that stood there would have seen it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects import samples
from vidseg.effects.band import Band
from vidseg.frame import FULL, Frame, Map, Matte, Plane, planes_of
from vidseg.media.colour import codes

_STEP = 8
"""Pixels of the frame to a point of the light, which is soft."""

_REACH = 1 / 45
"""Standard deviation, in heights of the frame, by which the matte is softened to find the rim; the light twice that."""

_RIM = 0.25
"""The softened matte is a half at a straight edge: from there the light falls to nothing this much further inside."""


class Wrap:
    """Works on frames of one size and format; ``strength``, 0 to 1, is how much of the blurred place shines."""

    def __init__(self, strength: float) -> None:
        self._strength = np.float32(strength)
        self._behind: Sequence[Plane] | None = None
        self._light: list[Map] = []

    def onto(self, made: Frame, background: Sequence[Plane], matte: Matte | Band) -> None:
        """The light onto a frame whose picture is one's own: screened, 1 - (1 - ours) (1 - light).

        Luma exactly so; chroma moves towards the light's by the same share, which is a screen in R'G'B' but for what
        the three differ in brightness. Nothing changes where the matte is 0.
        """
        band = Band.of(matte)
        strength = self._strengths(band.matte)
        if not self._strength or not strength.any():
            return
        size = (strength.shape[1], strength.shape[0])
        (luma, black), (_, grey) = codes(made.depth, int(made.picture.color_range))
        if self._behind is not background:
            self._behind, self._light = background, _blurred(background, size, _REACH * 2 * band.shape[0] / _STEP)
        planes = planes_of(made.picture)
        top = (1 << made.depth) - 1
        lit = cv2.dilate((strength > 0).astype(np.uint8), np.ones((3, 3), np.uint8))  # what is between points, too
        for n, plane in reversed(list(enumerate(planes))):  # the luma last, which chroma goes by
            level = band.at(plane.shape)
            there = cv2.resize(lit, plane.shape[::-1], interpolation=cv2.INTER_NEAREST).reshape(plane.shape)
            bright = planes[0] if plane.shape == band.shape else _smaller(planes[0], plane.shape)
            light = self._light[n] - np.float32(grey if n else black)
            step = plane.shape[1] / size[0], plane.shape[0] / size[1]
            for some in samples.where((there > level.nothing).view(np.uint8)):
                shines, share = some.asked([light, strength], step)
                unlit = 1 - np.clip((some.of(bright).astype(np.float32) - np.float32(black)) / np.float32(luma), 0, 1)
                shines *= share * unlit * (some.of(level.matte) * np.float32(1 / FULL)) * self._strength
                some.put(plane, np.clip(np.rint(some.of(plane) + shines), 0, top))

    def _strengths(self, matte: Matte) -> NDArray[np.float32]:
        """How far each point is of the rim, 0 to 1, one for each ``_STEP`` pixels."""
        height, width = matte.shape
        size = (-(-width // _STEP), -(-height // _STEP))
        deviation = _REACH * height / _STEP
        small = _resized(matte, size) / np.float32(FULL)
        soft = np.asarray(
            cv2.GaussianBlur(small, (0, 0), max(deviation, 0.1), borderType=cv2.BORDER_REPLICATE), np.float32
        )
        inside = np.clip((soft.reshape(small.shape) - np.float32(0.5)) / np.float32(_RIM), 0, 1)
        strength = np.asarray(1 - inside * inside * (3 - 2 * inside), np.float32)
        return strength * (cv2.dilate(small, np.ones((3, 3), np.uint8)).reshape(small.shape) > 0)


def _smaller(plane: Plane, shape: tuple[int, ...]) -> Plane:
    return np.asarray(cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_AREA)).reshape(shape)


def _resized(plane: Any, size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32).reshape(size[::-1])


def _blurred(background: Sequence[Plane], size: tuple[int, int], deviation: float) -> list[Map]:
    """The place out of focus, all its components at one small size."""
    sigma = max(deviation, 0.1)
    small = (_resized(plane, size) for plane in background)
    return [
        np.asarray(cv2.GaussianBlur(one, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32).reshape(one.shape)
        for one in small
    ]
