"""Wrap: by the formula of a screen at the rim, nothing inside, nothing outside."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.replace import Replace
from vidseg.effects.wrap import Wrap
from vidseg.errors import OptionError
from vidseg.frame import FULL, Cutout, Frame, Matte, Plane, planes_of

WIDTH, HEIGHT, EDGE = 720, 480, 360
PERSON = (90, 110, 150)
BRIGHT, BLACK, SKY = (200, 128, 128), (16, 128, 128), (180, 170, 100)

HALF: Matte = np.zeros((HEIGHT, WIDTH), np.uint16)
HALF[:, EDGE:] = FULL


def flat(codes: tuple[int, int, int], pixel_format: str = "yuv444p") -> Frame:
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    for plane, code in zip(planes_of(frame.picture), codes, strict=True):
        plane[:] = code << (frame.depth - 8)
    return frame


def lit(
    place: tuple[int, int, int], strength: float = 0.5, matte: Matte = HALF, pixel_format: str = "yuv444p"
) -> list[Plane]:
    made = flat(PERSON, pixel_format)
    Wrap(strength).onto(made, flat(place, pixel_format).planes, matte)
    return made.planes


@pytest.mark.parametrize(("pixel_format", "unit"), [("yuv444p", 1), ("yuv420p", 1), ("yuv420p10le", 4)])
@pytest.mark.parametrize("strength", [0.33, 1])
def test_at_the_rim_it_is_nearly_a_screen_and_inside_less_and_less(
    pixel_format: str, unit: int, strength: float
) -> None:
    luma = lit(BRIGHT, strength, pixel_format=pixel_format)[0][240].astype(float) / unit
    ours, light = (90 - 16) / 219, (200 - 16) / 219
    screened = 16 + 219 * (1 - (1 - ours) * (1 - strength * light))
    assert 0.6 * (screened - 90) <= luma[EDGE] - 90 <= screened - 90 + 1
    assert np.all(np.diff(luma[EDGE:]) <= 0)
    assert np.all(luma[EDGE + HEIGHT // 20 :] == 90)
    assert np.all(luma[:EDGE] == 90)


def test_the_place_s_hue_comes_with_its_light() -> None:
    _, blue, red = (plane[240].astype(int) for plane in lit(SKY))
    assert blue[EDGE] > 110 + 8
    assert red[EDGE] < 150 - 4
    assert blue[EDGE + HEIGHT // 20] == 110
    assert red[EDGE + HEIGHT // 20] == 150


def test_a_dark_place_gives_no_light() -> None:
    for plane, code in zip(lit(BLACK, 1), PERSON, strict=True):
        assert np.all(plane == code)


@pytest.mark.parametrize("value", [0, FULL])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le"])
def test_without_a_rim_nothing_changes(value: int, pixel_format: str) -> None:
    matte = np.full((HEIGHT, WIDTH), value, np.uint16)
    before = flat(PERSON, pixel_format).planes
    assert all(np.array_equal(a, b) for a, b in zip(lit(BRIGHT, 1, matte, pixel_format), before, strict=True))


def test_another_place_gives_another_light() -> None:
    wrap = Wrap(0.5)
    first, second = flat(PERSON), flat(PERSON)
    wrap.onto(first, flat(BRIGHT).planes, HALF)
    wrap.onto(second, flat(BLACK).planes, HALF)
    assert first.planes[0][240, EDGE] > 100
    assert second.planes[0][240, EDGE] == 90


def test_replace_does_it_when_asked() -> None:
    frame = flat(PERSON)
    (plain,), (wrapped,) = (Replace("#fff", light_wrap=w)([Cutout(frame, HALF)]) for w in (0, 0.33))
    assert plain.planes[0][240, EDGE] == 90
    assert wrapped.planes[0][240, EDGE] > 110
    assert np.array_equal(wrapped.planes[0][:, :EDGE], plain.planes[0][:, :EDGE])


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_0_to_1_is_refused(strength: float) -> None:
    with pytest.raises(OptionError, match="--light-wrap"):
        dataclasses.replace(Replace("green"), light_wrap=strength).check()
