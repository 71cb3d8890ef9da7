"""Crop: small pictures are the same whether the halves that all share are used or not."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg.media import crop
from vidseg.testing import frame


@pytest.mark.parametrize(
    ("width", "height"), [(2560, 1440), (1920, 1080), (1278, 718), (640, 361), (720, 1280), (1080, 1920)]
)
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p10le"])
@pytest.mark.parametrize("size", [(256, 144), (320, 180), (640, 360), (1280, 720)])
def test_a_small_copy_is_that_of_the_picture_itself(
    width: int, height: int, pixel_format: str, size: tuple[int, int]
) -> None:
    one = frame(3, width, height, pixel_format)
    luma = one.planes[0]
    expected = crop._scaled(luma, *size) >> (one.depth - 8)
    assert np.array_equal(crop.grey(one, *size), expected)
    assert np.array_equal(crop.grey(one, *size), expected)  # from what the first left
    assert max(half.size for half in one.halves) <= luma.size


def test_a_copy_of_a_third_is_the_mean_of_its_pixels() -> None:
    one = frame(1, 960, 540)
    luma = one.planes[0].astype(np.float64)
    by_hand = luma.reshape(180, 3, 320, 3).mean((1, 3))
    assert np.abs(crop.grey(one, 320, 180) - by_hand).max() < 12  # halved first, and what is left by two points


def test_what_stands_upright_is_halved_as_what_lies() -> None:
    upright, lying = frame(1, 1080, 1920), frame(1, 1920, 1080)
    for one in (upright, lying):
        crop.grey(one, 180, 180)
    assert [half.shape for half in upright.halves] == [half.shape[::-1] for half in lying.halves]
    assert max(upright.halves[0].shape) == 960


def test_another_picture_has_halves_of_its_own() -> None:
    one = frame(1, 1920, 1080)
    before = crop.grey(one, 320, 180)
    other = one.with_picture(frame(9, 1920, 1080).picture)
    assert not np.array_equal(crop.grey(other, 320, 180), before)
    assert np.array_equal(crop.grey(one, 320, 180), before)
