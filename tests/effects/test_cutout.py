"""Cutout: the matte is the alpha, and the colours are straight or over black."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.cutout import Cutout
from vidseg.effects.extend import Extend
from vidseg.effects.unmix import Unmix
from vidseg.frame import FULL, planes_of
from vidseg.frame import Cutout as Seen

RAMP = np.linspace(0, FULL, 64 * 48).round().astype(np.uint16).reshape(48, 64)


@pytest.mark.parametrize("premultiplied", [False, True])
def test_the_matte_is_the_alpha(premultiplied: bool) -> None:
    (made,) = Cutout(premultiplied)([Seen(testing.frame(), RAMP)])
    assert made.alpha is not None
    assert np.array_equal(made.alpha, RAMP)


def test_straight_colours_are_the_extended_ones() -> None:
    (made,) = Cutout()([Seen(testing.frame(), RAMP)])
    expected = Extend().past_edge(testing.frame(), RAMP)
    assert all(np.array_equal(one, other) for one, other in zip(made.planes, expected.planes, strict=True))


@pytest.mark.parametrize(
    ("pixel_format", "range_", "black"),
    [("yuv444p", 1, (16, 128, 128)), ("yuv444p", 2, (0, 128, 128)), ("yuv444p10le", 1, (64, 512, 512))],
)
def test_premultiplied_is_each_colour_s_distance_from_black_times_alpha(
    pixel_format: str, range_: int, black: tuple[int, int, int]
) -> None:
    frame = testing.frame(pixel_format=pixel_format)
    frame.picture.color_range = range_
    (made,) = Cutout(premultiplied=True)([Seen(frame, RAMP)])
    person = Unmix().person(frame, RAMP)
    for plane, ours, code in zip(made.planes, person.planes, black, strict=True):
        assert np.abs(plane - (code + (ours.astype(float) - code) * (RAMP / FULL))).max() <= 1


def test_premultiplied_holds_nothing_of_the_old_place_at_the_edge() -> None:
    """A person of one colour, half mixed with a place of another: over black there are half of him, and no place."""
    frame, matte = testing.frame(pixel_format="yuv444p"), np.zeros((48, 64), np.uint16)
    matte[:, :28], matte[:, 28:36] = FULL, FULL // 2
    for plane, ours, theirs in zip(planes_of(frame.picture), (180, 90, 160), (60, 150, 110), strict=True):
        plane[:] = np.rint(theirs + (ours - theirs) * (matte / FULL))
    (made,) = Cutout(premultiplied=True)([Seen(frame, matte)])
    for plane, ours, code in zip(made.planes, (180, 90, 160), (16, 128, 128), strict=True):
        assert np.abs(plane[:, 28:36] - (code + (ours - code) / 2)).max() <= 4
