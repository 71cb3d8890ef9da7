"""Blur: what stays is untouched, and leaves nothing of itself in the blur."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.blur import Blur, What
from vidseg.errors import OptionError
from vidseg.frame import FULL, Cutout, Frame, Matte, Plane, planes_of

SIZE = (120, 160)
every_format = pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv422p10le", "yuv444p12le"])
every_shape = pytest.mark.parametrize("shape", ["gaussian", "disc"])


def person() -> Matte:
    """A square, hard and on the chroma's grid."""
    matte = np.zeros(SIZE, np.uint16)
    matte[40:80, 60:100] = FULL
    return matte


def inside(plane: Plane) -> tuple[slice, slice]:
    """The square in a plane."""
    down, across = SIZE[0] // plane.shape[0], SIZE[1] // plane.shape[1]
    return slice(40 // down, 80 // down), slice(60 // across, 100 // across)


def blurred(stage: Blur, frame: Frame, matte: Matte) -> list[Plane]:
    (made,) = stage([Cutout(frame, matte)])
    return made.planes


def before(light: int, dark: int, pixel_format: str) -> Frame:
    """The square light, the rest dark; in codes for 8 bits."""
    frame = testing.frame(0, SIZE[1], SIZE[0], pixel_format)
    unit = 1 << frame.depth - 8
    for plane in planes_of(frame.picture):
        plane[:] = dark * unit
        plane[inside(plane)] = light * unit
    return frame


def noisy(pixel_format: str) -> Frame:
    frame = testing.frame(0, SIZE[1], SIZE[0], pixel_format)
    random = np.random.default_rng(0)
    for plane in planes_of(frame.picture):
        plane[:] = random.integers(0, 1 << frame.depth, plane.shape)
    return frame


@every_shape
@every_format
@pytest.mark.parametrize("what", ["background", "person"])
def test_there_is_no_halo(shape: str, pixel_format: str, what: What) -> None:
    """A light person before a dark place, and both stay flat."""
    frame = before(235, 16, pixel_format)
    for ours, got in zip(frame.planes, blurred(Blur(1, shape, what), frame, person()), strict=True):  # type: ignore[arg-type]
        assert np.array_equal(got, ours)


def test_without_weights_there_would_be_one() -> None:
    """So the test above can fail."""
    frame = before(235, 16, "yuv420p")
    luma = blurred(Blur(1), frame, np.zeros(SIZE, np.uint16))[0]
    assert luma[37, 80] > 40


@every_format
def test_the_place_is_blurred_and_the_person_stays_bit_for_bit(pixel_format: str) -> None:
    frame = noisy(pixel_format)
    for ours, got in zip(frame.planes, blurred(Blur(), frame, person()), strict=True):
        assert np.array_equal(got[inside(got)], ours[inside(ours)])
        corner = slice(0, ours.shape[0] // 3)
        assert got[corner].std() < ours[corner].std() / 2


@every_format
def test_the_person_is_blurred_and_the_place_stays_bit_for_bit(pixel_format: str) -> None:
    frame = noisy(pixel_format)
    for ours, got in zip(frame.planes, blurred(Blur(1, what="person"), frame, person()), strict=True):
        assert got[inside(got)].std() < ours[inside(ours)].std() / 2
        outside = np.ones(ours.shape, bool)
        outside[inside(ours)] = False
        assert np.array_equal(got[outside], ours[outside])


def width_of_an_edge(strength: float, height: int) -> int:
    """Over how many pixels black becomes white where all is blurred."""
    frame = testing.frame(0, 4 * height, height)
    luma = planes_of(frame.picture)[0]
    luma[:] = 16
    luma[:, 2 * height :] = 235
    row = blurred(Blur(strength), frame, np.zeros((height, 4 * height), np.uint16))[0][height // 2]
    return int(np.count_nonzero((row > 40) & (row < 211)))


def test_the_radius_goes_with_the_strength_and_the_frame_s_height() -> None:
    width = width_of_an_edge(0.5, 200)
    assert width_of_an_edge(1, 200) == pytest.approx(2 * width, abs=2)
    assert width_of_an_edge(0.5, 400) == pytest.approx(2 * width, abs=2)


def test_no_strength_is_no_blur() -> None:
    frame = testing.frame(0, SIZE[1], SIZE[0])
    assert all(map(np.array_equal, blurred(Blur(0), frame, person()), frame.planes))


def point(shape: str) -> Plane:
    """What becomes of a point of light in the middle of a dark frame."""
    frame = testing.frame(0, 400, 400)
    luma = planes_of(frame.picture)[0]
    luma[:] = 16
    luma[194:206, 194:206] = 235
    return blurred(Blur(1, shape), frame, np.zeros((400, 400), np.uint16))[0]  # type: ignore[arg-type]


def test_a_point_of_light_becomes_a_disc_that_is_flat_and_has_a_rim() -> None:
    """Its radius is 0.08 of 400 pixels."""
    disc = point("disc").astype(int) - 16
    assert disc[200, 200] > 0
    assert abs(disc[200, 220] - disc[200, 200]) <= 1
    assert disc[200, 246] == 0


def test_a_point_of_light_melts_in_a_gaussian() -> None:
    melted = point("gaussian").astype(int) - 16
    assert melted[200, 200] > 2 * melted[200, 224] > 0


@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan"), float("inf")])
def test_a_strength_outside_0_to_1_is_refused(strength: float) -> None:
    with pytest.raises(OptionError, match="--strength"):
        Blur(strength).check()
