"""Unmix: a known person over a known place, mixed by a known matte, is mixed anew with another place, and compared."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vidseg import testing
from vidseg.effects.blend import Blend
from vidseg.effects.unmix import Unmix
from vidseg.frame import FULL, Frame, Matte, planes_of

HEIGHT, WIDTH = 240, 320
FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv444p12le"]

Picture = list[NDArray[np.float64]]


def textured(seed: int, level: tuple[int, int, int], contrast: float) -> Picture:
    """Y, Cb and Cr (codes of 8 bits) of something with broad shades and a fine grain."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    shade = np.sin(rows / 31 + seed) + np.cos(columns / 23 - seed)
    grain = random.normal(0, 0.4, (HEIGHT, WIDTH))
    return [code + contrast * (shade + (grain if n == 0 else 0)) for n, code in enumerate(level)]


def hairy() -> NDArray[np.float64]:
    """A head with a soft edge, its hair in strands that point away from it."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(rows - HEIGHT / 2, columns - WIDTH / 2)
    angle = np.arctan2(rows - HEIGHT / 2, columns - WIDTH / 2)
    strands = 0.5 + 0.5 * np.cos(40 * angle)
    return np.asarray(np.clip((70 + 14 * strands - distance) / 9 + 0.5, 0, 1))


PERSON, OLD, NEW = textured(1, (90, 110, 150), 9), textured(2, (200, 140, 105), 5), textured(3, (45, 120, 125), 8)
SHARE = hairy()
MATTE = np.rint(SHARE * FULL).astype(np.uint16)


def filmed(pixel_format: str, place: Picture, person: Picture = PERSON) -> Frame:
    """What a camera gives of the person before a place: light is mixed, then brought to the format."""
    made = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
    unit = 1 << (made.format.components[0].bits - 8)
    for plane, ours, theirs in zip(planes_of(made), person, place, strict=True):
        light = ours * SHARE + theirs * (1 - SHARE)
        down, across = HEIGHT // plane.shape[0], WIDTH // plane.shape[1]
        light = light.reshape(plane.shape[0], down, plane.shape[1], across).mean((1, 3))
        plane[:] = np.rint(light * unit)
    made.color_range = made.colorspace = made.color_primaries = made.color_trc = 1
    return Frame(made, 0, 0, Fraction(1, 25), 1)


def place_of(pixel_format: str, place: Picture) -> Frame:
    return filmed(pixel_format, place, place)


def mixtures(frame: Frame, n: int) -> NDArray[np.bool_]:
    """Where a plane of the frame has samples that are neither all person nor all place."""
    plane = frame.planes[n]
    shape = (plane.shape[0], HEIGHT // plane.shape[0], plane.shape[1], WIDTH // plane.shape[1])
    least, most = MATTE.reshape(shape).min((1, 3)), MATTE.reshape(shape).max((1, 3))
    return np.asarray((most > 0) & (least < FULL))


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_before_another_place_it_is_nearly_as_if_filmed_there(pixel_format: str) -> None:
    frame, true, new = filmed(pixel_format, OLD), filmed(pixel_format, NEW), place_of(pixel_format, NEW)
    made = Blend().over(Unmix().person(frame, MATTE), new.planes, MATTE)
    plain = Blend().over(frame, new.planes, MATTE)
    for n, (got, before, exact) in enumerate(zip(made.planes, plain.planes, true.planes, strict=True)):
        there = mixtures(frame, n)
        off, was = (np.abs(p[there].astype(float) - exact[there]).mean() for p in (got, before))
        assert off < 0.35 * was


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_what_is_sure_is_not_touched(pixel_format: str) -> None:
    frame = filmed(pixel_format, OLD)
    made = Unmix().person(frame, MATTE)
    for n, (got, ours) in enumerate(zip(made.planes, frame.planes, strict=True)):
        assert np.array_equal(got[~mixtures(frame, n)], ours[~mixtures(frame, n)])
        assert not np.array_equal(got, ours)


@pytest.mark.parametrize("value", [0, FULL])
def test_where_all_is_sure_the_frame_itself_comes_back(value: int) -> None:
    frame = testing.frame()
    assert Unmix().person(frame, np.full((48, 64), value, np.uint16)) is frame


def test_no_colour_is_far_from_what_was_seen_and_from_the_person() -> None:
    """A matte that is wrong by much: half where it should be full. Undoing that mixture would give colours below 0."""
    frame = filmed("yuv444p", OLD)
    wrong: Matte = MATTE.copy()
    wrong[60:180, 140:180] = FULL // 2
    made = Unmix().person(frame, wrong)
    ours = PERSON[0][60:180, 140:180]
    assert made.planes[0][60:180, 140:180].min() >= ours.min() - 33
    assert made.planes[0][60:180, 140:180].max() <= ours.max() + 33


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2), (63, 47), (321, 181)])
@pytest.mark.parametrize("value", [1, FULL // 2, FULL - 1])
def test_a_matte_without_anything_sure_is_no_trouble(width: int, height: int, value: int) -> None:
    frame = testing.frame(0, width, height)
    made = Unmix().person(frame, np.full((height, width), value, np.uint16))
    for got, ours in zip(made.planes, frame.planes, strict=True):
        assert np.abs(got.astype(int) - ours).max() <= 32 + int(ours.max()) - int(ours.min())


def test_the_frame_is_left_as_it_was() -> None:
    frame = filmed("yuv420p", OLD)
    before = [plane.copy() for plane in frame.planes]
    Unmix().person(frame, MATTE)
    assert all(np.array_equal(plane, then) for plane, then in zip(frame.planes, before, strict=True))


def test_many_mixed_samples_are_worked_on_in_parts_that_fit_together() -> None:
    """The same picture twice beside itself, more than is taken at once: each half is what one alone is."""
    frame = testing.frame(0, 256, 128, "yuv444p")
    matte = np.full((128, 256), FULL // 3, np.uint16)
    for plane in planes_of(frame.picture):
        plane[:] = 100
    for plane in Unmix().person(frame, matte).planes:
        assert plane.min() == plane.max() == 100


@pytest.mark.parametrize("side", [1080, 2160, 4320])
def test_the_person_s_colours_come_back_in_their_places_at_every_size(side: int) -> None:
    """A person whose luma rises from left to right, so that an estimate that lies elsewhere would show."""
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    radius, soft = side * 0.2, side / 90
    share = np.clip((radius - np.hypot(rows - side * 0.62, columns - side * 0.57)) / soft + 0.5, 0, 1)
    person, place = 60 + 140 * columns / side, np.float32(30)
    made = av.VideoFrame(side, side, "yuv420p")
    luma, *chroma = planes_of(made)
    luma[:] = np.rint(share * person + (1 - share) * place)
    for plane in chroma:
        plane[:] = 128
    made.color_range = made.colorspace = made.color_primaries = made.color_trc = 1
    unmixed = Unmix().person(Frame(made, 0, 0, Fraction(1, 25), 1), np.rint(share * FULL).astype(np.uint16))
    edge = (share > 0.2) & (share < 0.98)
    off = unmixed.planes[0][edge] - person[edge]
    assert np.abs(off).mean() < 2.5
    assert abs(off.mean()) < 2.5
