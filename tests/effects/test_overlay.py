"""Overlay: paint where the matte is, as much as was asked."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.overlay import Overlay
from vidseg.errors import ColourError, OptionError
from vidseg.frame import FULL, Cutout, Matte

RED = (63, 102, 240)
"""#ff0000 in limited-range BT.709, by the standard's formulas."""


def half(height: int = 48, width: int = 64) -> Matte:
    """Full at the left."""
    matte = np.zeros((height, width), np.uint16)
    matte[:, : width // 2] = FULL
    return matte


@pytest.mark.parametrize("opacity", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv444p10le"])
def test_where_the_matte_is_full_the_picture_is_as_much_paint_as_asked(opacity: float, pixel_format: str) -> None:
    frame = testing.frame(pixel_format=pixel_format)
    (made,) = Overlay("#ff0000", opacity)([Cutout(frame, half())])
    unit = 1 << frame.depth - 8
    for plane, got, code in zip(frame.planes, made.planes, RED, strict=True):
        wanted = plane[:, :32] + (code * unit - plane[:, :32].astype(float)) * opacity
        assert np.abs(got[:, :32] - wanted).max() <= unit
        assert np.array_equal(got[:, 32:], plane[:, 32:])


def test_where_the_matte_is_half_so_is_the_paint() -> None:
    frame = testing.frame(pixel_format="yuv444p")
    (made,) = Overlay("#ff0000", 1)([Cutout(frame, np.full((48, 64), FULL // 2, np.uint16))])
    for plane, got, code in zip(frame.planes, made.planes, RED, strict=True):
        assert np.abs(got - (plane + float(code)) / 2).max() <= 1


@pytest.mark.parametrize(("height", "thick"), [(48, 2), (1080, 4), (1440, 4)])
def test_the_outline_is_where_the_matte_crosses_a_half_and_as_wide_as_the_frame_asks(height: int, thick: int) -> None:
    frame = testing.frame(0, 64, height, "yuv444p")
    (made,) = Overlay("#ff0000", 0, outline=True)([Cutout(frame, half(height))])
    painted = np.flatnonzero((made.planes[2] == RED[2]).all(axis=0))
    assert list(painted) == list(range(32 - thick // 2, 32 + thick // 2))
    untouched = np.ones(64, bool)
    untouched[painted] = False
    assert np.array_equal(made.planes[0][:, untouched], frame.planes[0][:, untouched])


def test_a_matte_of_nothing_has_no_outline() -> None:
    frame = testing.frame()
    (made,) = Overlay(outline=True)([Cutout(frame, np.zeros((48, 64), np.uint16))])
    assert all(map(np.array_equal, made.planes, frame.planes))


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_an_opacity_outside_0_to_1_is_refused(opacity: float) -> None:
    with pytest.raises(OptionError, match="--opacity"):
        Overlay(opacity=opacity).check()


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(ColourError, match="reed"):
        Overlay("reed").check()
