"""Grow, feather, largest, invert: on mattes drawn by hand, as ``uint16`` and as ``float32``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vidseg import testing
from vidseg.errors import OptionError
from vidseg.filters.feather import Feather
from vidseg.filters.grow import Grow
from vidseg.filters.invert import Invert
from vidseg.filters.largest import Largest
from vidseg.frame import FULL, Cutout
from vidseg.stages import Filter

both = pytest.mark.parametrize(("dtype", "top"), [(np.uint16, FULL), (np.float32, 1)], ids=["uint16", "float32"])


def made(stage: Filter, matte: Any) -> Any:
    (cutout,) = stage([Cutout(testing.frame(), matte)])
    assert cutout.matte.dtype == matte.dtype
    assert cutout.matte.shape == matte.shape
    return cutout.matte


def square(dtype: Any, top: float) -> Any:
    matte = np.zeros((60, 80), dtype)
    matte[20:40, 30:50] = top
    return matte


@both
def test_it_grows_and_shrinks_by_as_many_pixels_as_were_asked(dtype: Any, top: float) -> None:
    row = made(Grow(5), square(dtype, top))[30]
    assert np.flatnonzero(row).tolist() == list(range(25, 55))
    row = made(Grow(-5), square(dtype, top))[30]
    assert np.flatnonzero(row).tolist() == list(range(35, 45))


@both
@pytest.mark.parametrize(("inward", "outward", "first", "full"), [(0, 8, 22, 30), (8, 0, 30, 38), (4, 4, 26, 34)])
def test_a_feathered_edge_falls_where_it_was_asked(
    dtype: Any, top: float, inward: int, outward: int, first: int, full: int
) -> None:
    wide = np.zeros((60, 80), dtype)
    wide[:, 30:] = top
    row = made(Feather(inward, outward), wide)[30].astype(np.float64) / top
    assert np.all(np.diff(row) >= 0)
    assert abs(int(np.flatnonzero(row > 0.02)[0]) - first) <= 2
    assert abs(int(np.flatnonzero(row > 0.98)[0]) - full) <= 2


@both
def test_the_largest_of_two_stays_with_its_soft_edge(dtype: Any, top: float) -> None:
    matte = square(dtype, top)
    matte[20:40, 50] = top // 4 if top > 1 else 0.25
    matte[5:10, 5:10] = top
    kept = made(Largest(), matte)
    assert kept[7, 7] == 0
    assert np.array_equal(kept[20:40, 30:51], matte[20:40, 30:51])


@both
def test_inverted_twice_it_is_what_it_was(dtype: Any, top: float) -> None:
    matte = square(dtype, top)
    once = made(Invert(), matte)
    assert once[30, 40] == 0
    assert once[0, 0] == top
    assert np.array_equal(made(Invert(), once), matte)


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="--feather"):
        Feather(-1, 0).check()
