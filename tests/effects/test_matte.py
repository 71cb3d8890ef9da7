"""Matte: the matte itself, value for value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vidseg import testing
from vidseg.effects.matte import Matte
from vidseg.frame import FULL, Cutout

RAMP = np.linspace(0, FULL, 64 * 48).round().astype(np.uint16).reshape(48, 64)


def test_every_value_of_the_matte_is_in_the_frame() -> None:
    (made,) = Matte()([Cutout(testing.frame(), RAMP)])
    (grey,) = made.planes
    assert np.array_equal(grey, RAMP)
    assert made.picture.format.name == "gray16le"
    assert int(made.picture.color_range) == 2


def test_the_frame_s_moment_is_kept() -> None:
    frame = testing.frame(7)
    (made,) = Matte()([Cutout(frame, RAMP)])
    assert (made.index, made.pts, made.time_base, made.duration) == (7, 7, Fraction(1, 25), 1)
    assert made.alpha is None


def test_a_matte_that_is_used_again_does_not_change_what_was_given() -> None:
    matte = RAMP.copy()
    (made,) = Matte()([Cutout(testing.frame(), matte)])
    matte[:] = 0
    assert np.array_equal(made.planes[0], RAMP)
