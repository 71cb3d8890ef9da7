"""Enlarge: a working matte at the frame's size, whole numbers from 0 to FULL."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import FULL, Cutout, Matte


def enlarged(matte: Matte, width: int, height: int) -> Matte:
    (cutout,) = Enlarge()([Cutout(testing.frame(0, width, height), matte)])
    return cutout.matte


@pytest.mark.parametrize(("width", "height"), [(640, 360), (63, 47), (2, 2), (1, 1), (1, 300), (300, 1), (5, 500)])
def test_it_has_the_frame_s_size_whatever_that_is(width: int, height: int) -> None:
    matte = enlarged(np.full((24, 32), 0.5, np.float32), width, height)
    assert matte.shape == (height, width)
    assert matte.dtype == np.uint16


@pytest.mark.parametrize("value", [0.0, 1 / 3, 0.5, 1.0])
@pytest.mark.parametrize(("width", "height"), [(64, 48), (333, 111), (7, 5), (1, 1), (5, 500)])
def test_a_flat_matte_has_its_exact_value(value: float, width: int, height: int) -> None:
    matte = enlarged(np.full((24, 32), value, np.float32), width, height)
    assert np.all(matte == round(float(np.float32(value)) * FULL))


@pytest.mark.parametrize(("value", "expected"), [(-0.25, 0), (1.25, FULL)])
def test_what_lies_outside_0_to_1_is_brought_in(value: float, expected: int) -> None:
    assert np.all(enlarged(np.full((4, 4), value, np.float32), 16, 16) == expected)


def test_at_its_own_size_every_value_is_only_rounded() -> None:
    matte = np.random.default_rng(5).random((48, 64), np.float32)
    assert np.array_equal(enlarged(matte, 64, 48), np.rint(matte * np.float32(FULL)))


def test_far_from_an_edge_both_sides_are_exact() -> None:
    step = np.zeros((16, 16), np.float32)
    step[:, 8:] = 1
    matte = enlarged(step, 160, 160)
    assert np.all(matte[:, :60] == 0)
    assert np.all(matte[:, 100:] == FULL)


def test_an_edge_stays_where_it_is() -> None:
    """A step is brought to another size symmetrically about its place."""
    step = np.zeros((16, 16), np.float32)
    step[:, 8:] = 1
    row = enlarged(step, 160, 160)[80].astype(int)
    assert np.abs(row + row[::-1] - FULL).max() <= 1


def test_made_smaller_each_value_is_the_mean_of_what_it_covers() -> None:
    matte = np.random.default_rng(5).random((48, 64), np.float32)
    means = matte.reshape(12, 4, 16, 4).mean(axis=(1, 3))
    assert np.abs(enlarged(matte, 16, 12) - means * FULL).max() <= 1
