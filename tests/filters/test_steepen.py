"""Steepen: sure below, sure above, a smoothstep between."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.errors import OptionError
from vidseg.filters.steepen import Steepen
from vidseg.frame import Cutout, Matte


def steepened(matte: Matte, stage: Steepen) -> Matte:
    (cutout,) = stage([Cutout(testing.frame(), matte)])
    return cutout.matte


def flat(value: float) -> Matte:
    return np.full((8, 12), value, np.float32)


@pytest.mark.parametrize(
    ("value", "expected"),
    [  # by hand: t = (value - 0.2) / 0.6, then 3 t^2 - 2 t^3
        (0.0, 0.0),
        (0.2, 0.0),
        (0.35, 0.15625),
        (0.5, 0.5),
        (0.65, 0.84375),
        (0.8, 1.0),
        (1.0, 1.0),
    ],
)
def test_values_follow_the_smoothstep(value: float, expected: float) -> None:
    assert steepened(flat(value), Steepen(0.2, 0.8)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("value", "expected"), [(0.0, 0.0), (0.2, 0.0), (0.8, 1.0), (1.0, 1.0)])
def test_both_ends_are_exact(value: float, expected: float) -> None:
    assert np.all(steepened(flat(value), Steepen(0.2, 0.8)) == expected)


def test_more_doubt_in_is_never_less_doubt_out() -> None:
    values = [float(steepened(flat(value), Steepen())[4, 6]) for value in np.linspace(0, 1, 201)]
    assert values == sorted(values)


@pytest.mark.parametrize("finer", [1, 2, 3])
def test_the_matte_is_as_many_times_finer_as_asked(finer: int) -> None:
    matte = steepened(flat(0.5), Steepen(finer=finer))
    assert matte.shape == (8 * finer, 12 * finer)
    assert matte.dtype == np.float32


def test_a_straight_edge_falls_between_the_model_s_pixels() -> None:
    """An edge that crosses 0.5 a quarter of a pixel after a pixel's middle: found there, to a ninth of a pixel."""
    ramp = np.clip(0.5 + (np.arange(24) - 12.25) / 8, 0, 1).astype(np.float32)
    (row, *_) = steepened(np.tile(ramp, (8, 1)), Steepen(finer=3))
    after = int(np.argmax(row > 0.5))
    before = row[after - 1]
    crossing = after - 1 + (0.5 - before) / (row[after] - before)
    assert (crossing + 0.5) / 3 - 0.5 == pytest.approx(12.25, abs=0.05)


def test_nothing_leaves_0_to_1_where_interpolation_overshoots() -> None:
    step = np.zeros((8, 12), np.float32)
    step[:, 6:] = 1
    matte = steepened(step, Steepen(0.0, 1.0))
    assert matte.min() == 0
    assert matte.max() == 1


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.8, 0.2), (-0.1, 0.5), (0.2, 1.1), (float("nan"), 0.8)])
def test_what_does_not_rise_is_refused(low: float, high: float) -> None:
    with pytest.raises(OptionError, match="steepen"):
        Steepen(low, high).check()


@pytest.mark.parametrize("finer", [0, -1])
def test_a_coarser_matte_is_refused(finer: int) -> None:
    with pytest.raises(OptionError, match="steepen"):
        Steepen(finer=finer).check()


@pytest.mark.parametrize("stage", [Steepen(), Steepen(0, 1, 1)])
def test_what_rises_is_taken(stage: Steepen) -> None:
    stage.check()
