"""Extend: the person's colours come back from an edge that is mixed with a known place, and go on past it."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.extend import Extend
from vidseg.frame import FULL, Frame, Matte, planes_of

PERSON, PLACE = (180, 90, 160), (40, 140, 110)


def disc(width: int = 160, height: int = 120, softness: float = 6) -> Matte:
    rows, columns = np.ogrid[:height, :width]
    distance = np.hypot(rows - height / 2, columns - width / 2)
    return np.rint(np.clip((height / 4 - distance) / softness + 0.5, 0, 1) * FULL).astype(np.uint16)


def mixed(matte: Matte, depth: int = 8, person: tuple[int, ...] = PERSON, place: tuple[int, ...] = PLACE) -> Frame:
    """A person of one colour before a place of another, as a camera mixes them; 4:4:4."""
    height, width = matte.shape
    frame = testing.frame(0, width, height, "yuv444p" if depth == 8 else f"yuv444p{depth}le")
    share = matte / FULL
    for plane, ours, theirs in zip(planes_of(frame.picture), person, place, strict=True):
        plane[:] = np.rint((ours * share + theirs * (1 - share)) * (1 << (depth - 8)))
    return frame


@pytest.mark.parametrize("depth", [8, 10, 12])
def test_a_person_of_one_colour_has_it_at_the_edge_and_everywhere_beyond(depth: int) -> None:
    """Without this the edge would have up to all of the place's colour: 140 codes away.

    Both colours are estimated near an edge six pixels wide, and so each is off by a twentieth of what lies between the
    two, towards the other. What is seen is a mixture, so of errors f and b there comes out (1 - a g) f - g (1 - a) b (g
    is Chuang's gain for a share a, at most 1.62): most at a third of person, half of f and all of b. Blur fusion's gain
    would let less of b through (8 codes), and more of a place that varies. Rounding what is seen, both estimates and
    the result adds 0.81 + 0.75 + 0.5 codes at most.
    """
    matte = disc()
    made = Extend().past_edge(mixed(matte, depth), matte)
    unit = 1 << (depth - 8)
    for plane, code, behind in zip(made.planes, PERSON, PLACE, strict=True):
        off = np.abs(plane.astype(int) - code * unit)
        assert off.max() <= min(0.065 * abs(code - behind) * unit + 2.06, 10 * unit)


def test_what_is_composited_over_another_colour_is_as_if_filmed_before_it() -> None:
    matte, other = disc(), (20, 128, 240)
    made = Extend().past_edge(mixed(matte), matte)
    share = matte / FULL
    for plane, filmed, code in zip(made.planes, mixed(matte, place=other).planes, other, strict=True):
        composited = plane * share + code * (1 - share)
        assert np.abs(composited - filmed).max() <= 4


def test_where_the_matte_is_full_nothing_changes() -> None:
    matte, frame = disc(), testing.frame(0, 160, 120, "yuv444p")
    made = Extend().past_edge(frame, matte)
    for ours, plane in zip(frame.planes, made.planes, strict=True):
        assert np.array_equal(plane[matte == FULL], ours[matte == FULL])


def test_past_the_edge_each_side_goes_on_with_its_own_colour() -> None:
    matte = disc()
    frame = mixed(matte)
    luma = planes_of(frame.picture)[0]
    luma[:, 80:][matte[:, 80:] > 0] = 60
    luma[:, :80][matte[:, :80] > 0] = 200
    made = Extend().past_edge(frame, matte).planes[0]
    assert made[60, 30] > 155
    assert made[60, 130] < 105


@pytest.mark.parametrize(("range_", "black"), [(1, 16), (2, 0)])
def test_without_a_person_it_is_black(range_: int, black: int) -> None:
    frame = testing.frame()
    frame.picture.color_range = range_
    luma, blue, red = Extend().past_edge(frame, np.zeros((48, 64), np.uint16)).planes
    assert np.all(luma == black)
    assert np.all(blue == 128)
    assert np.all(red == 128)


def test_a_person_of_one_faint_pixel_is_no_trouble() -> None:
    matte = np.zeros((48, 64), np.uint16)
    matte[10, 10] = 1
    made = Extend().past_edge(testing.frame(), matte)
    assert all(plane.shape == ours.shape for plane, ours in zip(made.planes, testing.frame().planes, strict=True))
