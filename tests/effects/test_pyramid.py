"""Pyramid: means by halves are means, and what has no weight has the mean of what is near."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg.effects.pyramid import LEAST, pulled_and_pushed, smaller


def test_by_halves_a_point_is_the_mean_of_its_pixels() -> None:
    values = np.random.default_rng(8).integers(0, 255, (24, 40), np.uint8)
    exact = values.reshape(6, 4, 10, 4).astype(float).mean((1, 3))
    assert np.abs(smaller(values, 6, 10) - exact).max() <= 1
    wide = values.reshape(24, 10, 4).astype(float).mean(2)
    assert np.abs(smaller(values, 24, 10) - wide).max() <= 1


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (5, 9), (47, 63)])
def test_at_an_odd_edge_what_is_there_stands_for_what_is_not(height: int, width: int) -> None:
    flat = np.full((height, width), 90, np.uint8)
    small = smaller(flat, -(-height // 4), -(-width // 4))
    assert small.shape == (-(-height // 4), -(-width // 4))
    assert np.all(small == 90)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (30, 41)])
def test_one_colour_is_that_colour_everywhere_from_a_single_point(height: int, width: int) -> None:
    weight = np.full((height, width), LEAST)
    weight[0, 0] = 1
    means = pulled_and_pushed([weight * np.float32(code) for code in (10, 120, 200)], weight)
    for mean, code in zip(means, (10, 120, 200), strict=True):
        assert mean.shape == (height, width)
        assert np.abs(mean - code).max() < 0.01


def test_each_side_goes_by_what_is_near_it() -> None:
    weight = np.full((16, 32), LEAST)
    weight[:, :2] = weight[:, -2:] = 1
    values = np.zeros((16, 32), np.float32)
    values[:, -2:] = 100
    (mean,) = pulled_and_pushed([values * weight], weight)
    assert np.all(mean[:, :8] < 30)
    assert np.all(mean[:, -8:] > 70)
    assert np.all(np.diff(mean, axis=1) > -1e-3)
