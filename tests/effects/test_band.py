"""Band: what is mixed is found where it is, at the size of every plane, whichever way it is then worked on."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg.effects.band import Band, Level
from vidseg.frame import FULL, Matte


def strewn(share: float, height: int = 45, width: int = 71) -> Matte:
    """Nothing and full pixel by pixel, and a share of mixed ones between them, both of their extremes among these."""
    random = np.random.default_rng(5)
    matte = random.choice(np.array([0, FULL], np.uint16), (height, width))
    mixed = random.random((height, width)) < share
    matte[mixed] = random.choice(np.array([1, 30000, FULL - 1], np.uint16), int(mixed.sum()))
    return matte


def taken(level: Level) -> list[int]:
    return [int(value) for some in level.samples for value in some.of(level.matte)]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_the_samples_are_what_is_neither_nothing_nor_full(share: float) -> None:
    matte = strewn(share)
    level = Band(matte).at(matte.shape)
    assert taken(level) == matte[(matte > 0) & (matte < FULL)].tolist()
    assert np.array_equal(level.nothing != 0, matte == 0)
    assert level.dense == (share > 0.1)


def test_there_may_be_more_of_them_than_are_taken_at_once() -> None:
    matte = np.arange(1, 40_001, dtype=np.uint16).reshape(200, 200)
    level = Band(matte).at(matte.shape)
    assert len(level.samples) > 1
    assert taken(level) == matte.ravel().tolist()


def test_the_box_holds_them_and_nothing_more() -> None:
    matte = np.zeros((40, 60), np.uint16)
    matte[20:, 30:] = FULL
    matte[7, 11], matte[31, 50] = 1, FULL - 1
    assert Band(matte).at(matte.shape).box == (slice(7, 32), slice(11, 51))


def test_a_plane_of_half_the_size_has_the_mean_of_four() -> None:
    matte = strewn(0.1, 40, 60)
    mean = matte.reshape(20, 2, 30, 2).astype(float).mean((1, 3))
    level = Band(matte).at((20, 30))
    assert np.abs(level.matte - mean).max() <= 0.5
    assert taken(level) == level.matte[(level.matte > 0) & (level.matte < FULL)].tolist()


def test_a_band_of_a_band_is_itself() -> None:
    band = Band(strewn(0.1))
    assert Band.of(band) is band
    assert Band.of(band.matte).matte is band.matte
