"""Samples: taken from and put into planes however their rows lie in memory; small pictures asked where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vidseg.effects.samples import where
from vidseg.frame import Plane

MASK: NDArray[np.uint8] = (np.random.default_rng(6).random((37, 53)) < 0.1).astype(np.uint8)


def plane(kind: Any, gap: int) -> Plane:
    """Of the mask's size, with a gap after each row."""
    height, width = MASK.shape
    return np.random.default_rng(7).integers(0, 255, (height, width + gap)).astype(kind)[:, :width]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("gap", [0, 11])
def test_what_is_taken_and_put_is_what_the_mask_names(kind: Any, gap: int) -> None:
    (some,) = where(MASK)
    ours = plane(kind, gap)
    before, named = ours.copy(), MASK != 0
    assert np.array_equal(some.of(ours), before[named])
    some.put(ours, some.of(ours) + 1)
    assert np.array_equal(ours[named], before[named] + 1)
    assert np.array_equal(ours[~named], before[~named])


def test_the_same_is_taken_from_planes_of_other_rows() -> None:
    """Bottom up, as some decoders give them, and one row that stands for all."""
    (some,) = where(MASK)
    ours = plane(np.uint8, 0)
    assert np.array_equal(some.of(ours[::-1]), ours[::-1][MASK != 0])
    all_ = np.broadcast_to(ours[3], MASK.shape)
    assert np.array_equal(some.of(all_), all_[MASK != 0])


def test_nothing_is_named_by_an_empty_mask() -> None:
    assert not list(where(np.zeros((8, 8), np.uint8)))


def test_a_small_picture_that_rises_evenly_says_what_it_shows_there() -> None:
    """Each point stands for the middle of 4 by 2 samples; away from the border, straight lines are straight."""
    rows, columns = np.mgrid[:20, :16].astype(np.float32)
    small = 3 * (columns * 4 + 1.5) + 7 * (rows * 2 + 0.5)
    (some,) = where(MASK)
    at_rows, at_columns = np.nonzero(MASK)
    inside = (at_rows > 2) & (at_columns > 3)
    (got,) = some.asked([small], (4, 2))
    assert np.abs(got - (3 * at_columns + 7 * at_rows))[inside].max() <= 0.5
    (moved,) = some.asked([small], (4, 2), (-3, -1))
    assert np.abs(moved - (3 * (at_columns + 3) + 7 * (at_rows + 1)))[at_rows < 30].max() <= 0.5
