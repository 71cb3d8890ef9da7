"""Blend: against exact arithmetic on whole numbers, at every code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vidseg import testing
from vidseg.effects.blend import Blend
from vidseg.frame import FULL, Frame, Plane, planes_of

Integers = NDArray[np.int64]

EVERY_MATTE = np.arange(FULL + 1, dtype=np.uint16).reshape(256, 256)


def with_planes(pixel_format: str, *planes: NDArray[Any]) -> Frame:
    """A frame of these planes; missing chroma is grey."""
    height, width = planes[0].shape
    frame = testing.frame(0, width, height, pixel_format)
    for n, plane in enumerate(planes_of(frame.picture)):
        plane[:] = planes[n] if n < len(planes) else 1 << frame.depth - 1
    return frame


def luma(pixel_format: str, ours: NDArray[Any], theirs: NDArray[Any], matte: NDArray[np.uint16]) -> Plane:
    """The blended luma of frames with these lumas."""
    front, back = with_planes(pixel_format, ours), with_planes(pixel_format, theirs)
    return Blend().over(front, back.planes, matte).planes[0]


def off_by(got: Plane, ours: NDArray[Any], theirs: NDArray[Any], matte: NDArray[Any]) -> int:
    """By how many codes a result differs, at most, from ``b + (f - b) * m / 65535`` rounded, computed in integers."""
    f, b, m = (np.broadcast_arrays(a)[0].astype(np.int64) for a in (ours, theirs, matte))
    numerator: Integers = b * FULL + (f - b) * m
    rounded = (2 * numerator + FULL) // (2 * FULL)
    return int(np.abs(got.astype(np.int64) - rounded).max())


def every_pair() -> tuple[NDArray[Any], NDArray[Any]]:
    codes = np.arange(256, dtype=np.uint8)
    return np.repeat(codes[:, None], 256, 1), np.repeat(codes[None, :], 256, 0)


@pytest.mark.parametrize(
    "value", [0, 1, 2, 127, 128, 255, 256, 257, 16384, 21845, 32767, 32768, 43690, 65000, 65533, 65534, 65535]
)
def test_every_pair_of_8_bit_codes_is_right_to_one_code(value: int) -> None:
    ours, theirs = every_pair()
    matte = np.full((256, 256), value, np.uint16)
    assert off_by(luma("yuv444p", ours, theirs, matte), ours, theirs, matte) <= 1


@pytest.mark.parametrize(
    ("pixel_format", "ours", "theirs"),
    [
        ("yuv420p", 255, 0),
        ("yuv420p", 0, 255),
        ("yuv420p", 235, 16),
        ("yuv420p", 128, 127),
        ("yuv420p", 77, 77),
        ("yuv420p10le", 1023, 0),
        ("yuv420p10le", 0, 1023),
        ("yuv422p10le", 513, 512),
        ("yuv420p12le", 4095, 0),
        ("yuv420p12le", 0, 4095),
        ("yuv444p12le", 2048, 4095),
    ],
)
def test_every_value_of_the_matte_is_right_to_one_code(pixel_format: str, ours: int, theirs: int) -> None:
    f, b = (np.full((256, 256), code, np.uint16) for code in (ours, theirs))
    assert off_by(luma(pixel_format, f, b, EVERY_MATTE), f, b, EVERY_MATTE) <= 1


@pytest.mark.parametrize(("pixel_format", "top"), [("yuv444p10le", 1023), ("yuv444p12le", 4095)])
def test_codes_above_8_bits_are_right_to_one_code(pixel_format: str, top: int) -> None:
    random = np.random.default_rng(1)
    ours, theirs = (random.integers(0, top + 1, (512, 512), np.uint16) for _ in range(2))
    matte = random.integers(0, FULL + 1, (512, 512), np.uint16)
    assert off_by(luma(pixel_format, ours, theirs, matte), ours, theirs, matte) <= 1


@pytest.mark.parametrize(("pixel_format", "top"), [("yuv444p", 255), ("yuv444p10le", 1023), ("yuv444p12le", 4095)])
@pytest.mark.parametrize("value", [0, FULL])
def test_both_ends_are_exact_for_every_code(pixel_format: str, top: int, value: int) -> None:
    codes = np.arange(4096, dtype=np.uint16).reshape(64, 64) % (top + 1)
    other = codes[::-1, ::-1]
    got = luma(pixel_format, codes, other, np.full((64, 64), value, np.uint16))
    assert np.array_equal(got, codes if value else other)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "yuv444p12le"])
def test_both_ends_are_exact_beside_each_other(pixel_format: str) -> None:
    """Full and nothing pixel by pixel, with half-way values strewn between: each is told apart from its neighbours."""
    random = np.random.default_rng(2)
    top = (1 << testing.frame(pixel_format=pixel_format).depth) - 1
    ours, theirs = (random.integers(0, top + 1, (96, 128), np.uint16) for _ in range(2))
    matte = random.choice(np.array([0, 0, 30000, FULL, FULL], np.uint16), (96, 128))
    got = luma(pixel_format, ours, theirs, matte)
    assert np.array_equal(got[matte == FULL], ours[matte == FULL])
    assert np.array_equal(got[matte == 0], theirs[matte == 0])


@pytest.mark.parametrize(
    ("pixel_format", "low", "high"), [("yuv420p", 3, 250), ("yuv420p10le", 3, 1001), ("yuv420p12le", 0, 4095)]
)
def test_more_matte_is_never_less_of_the_frame(pixel_format: str, low: int, high: int) -> None:
    f, b = (np.full((256, 256), code, np.uint16) for code in (high, low))
    rising = luma(pixel_format, f, b, EVERY_MATTE).ravel().astype(int)
    assert np.all(np.diff(rising) >= 0)
    falling = luma(pixel_format, b, f, EVERY_MATTE).ravel().astype(int)
    assert np.all(np.diff(falling) <= 0)


@pytest.mark.parametrize("value", [1, 20000, 32768, 65534])
def test_a_brighter_frame_or_background_is_never_darker_blended(value: int) -> None:
    ours, theirs = every_pair()
    got = luma("yuv444p", ours, theirs, np.full((256, 256), value, np.uint16)).astype(int)
    assert np.all(np.diff(got, axis=0) >= 0)
    assert np.all(np.diff(got, axis=1) >= 0)


@pytest.mark.parametrize("code", [0, 16, 235, 255])
def test_the_same_code_on_both_sides_stays(code: int) -> None:
    flat = np.full((256, 256), code, np.uint8)
    assert np.array_equal(luma("yuv420p", flat, flat, EVERY_MATTE), flat)


def share(matte: NDArray[Any], down: int, across: int) -> NDArray[np.float64]:
    """The mean of the matte over the pixels that share a chroma sample; at an odd edge there are fewer."""

    def sums(values: NDArray[Any]) -> NDArray[Any]:
        rows = np.add.reduceat(values, range(0, values.shape[0], down), axis=0)
        return np.asarray(np.add.reduceat(rows, range(0, values.shape[1], across), axis=1))

    return np.asarray(sums(matte.astype(np.int64)) / sums(np.ones(matte.shape, np.int64)))


SUBSAMPLINGS = [("yuv420p", 2, 2), ("yuv422p", 1, 2), ("yuv444p", 1, 1), ("yuv420p10le", 2, 2), ("yuv422p12le", 1, 2)]


@pytest.mark.parametrize(("pixel_format", "down", "across"), SUBSAMPLINGS)
def test_chroma_takes_the_mean_matte_of_the_pixels_that_share_a_sample(
    pixel_format: str, down: int, across: int
) -> None:
    matte = np.random.default_rng(3).integers(0, FULL + 1, (48, 64), np.uint16)
    front, back = testing.frame(0, 64, 48, pixel_format), testing.frame(9, 64, 48, pixel_format)
    made = Blend().over(front, back.planes, matte)
    shares = share(matte, down, across)
    for got, ours, theirs in zip(made.planes[1:], front.planes[1:], back.planes[1:], strict=True):
        exact = theirs + (ours.astype(float) - theirs) * shares / FULL
        assert np.abs(got - exact).max() <= 1


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv420p10le"])
@pytest.mark.parametrize(
    ("width", "height"),
    [
        (64, 48),
        (321, 181),
        (63, 47),
        (3, 3),
        (1, 1),
    ],
)
def test_chroma_is_exact_where_all_the_pixels_of_a_sample_are_full_or_nothing(
    pixel_format: str, width: int, height: int
) -> None:
    front, back = testing.frame(0, width, height, pixel_format), testing.frame(9, width, height, pixel_format)
    for right in range(1, min(width, 9) + 1):  # a corner of the picture, at every distance from its odd end
        matte = np.zeros((height, width), np.uint16)
        matte[-right:, -right:] = FULL
        for mattes in (matte, FULL - matte):
            made = Blend().over(front, back.planes, mattes)
            shares = share(mattes, 2 if "420" in pixel_format else 1, 2)
            for got, ours, theirs in zip(made.planes[1:], front.planes[1:], back.planes[1:], strict=True):
                assert np.array_equal(got[shares == FULL], ours[shares == FULL])
                assert np.array_equal(got[shares == 0], theirs[shares == 0])


def test_the_result_is_a_picture_of_its_own() -> None:
    front, back = testing.frame(0), testing.frame(9)
    made = Blend().over(front, back.planes, np.full((48, 64), FULL, np.uint16))
    assert made.picture is not front.picture
    before = [plane.copy() for plane in front.planes]
    for plane in planes_of(made.picture):
        plane[:] = 0
    assert all(np.array_equal(plane, then) for plane, then in zip(front.planes, before, strict=True))


def test_old_full_range_formats_are_blended_as_what_they_are() -> None:
    frame = testing.frame(0, pixel_format="yuvj420p")
    made = Blend().over(frame, testing.frame(9).planes, np.full((48, 64), FULL, np.uint16))
    assert made.picture.format.name == "yuv420p"
    assert made.picture.color_range == frame.picture.color_range


@pytest.mark.parametrize(
    "matte",
    [np.zeros((48, 63), np.uint16), np.zeros((64, 48), np.uint16), np.zeros((48, 64), np.float32)],
    ids=["narrower", "on its side", "not whole numbers"],
)
def test_a_matte_that_does_not_fit_is_a_mistake(matte: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="fit"):
        Blend().over(testing.frame(), testing.frame(9).planes, matte)
