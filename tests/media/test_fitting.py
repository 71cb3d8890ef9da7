"""Fitting: codes by the standards' arithmetic, alpha where a format keeps it, never another size."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from vidseg import testing
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media import fitting
from vidseg.media.colour import FULL_RANGE, LIMITED, Colour, dequantise

RAMP = np.linspace(0, FULL, 64 * 48).round().astype(np.uint16).reshape(48, 64)


def with_alpha(pixel_format: str = "yuv420p", alpha: Matte = RAMP) -> Frame:
    height, width = alpha.shape
    frame = testing.frame(3, width, height, pixel_format)
    return frame.with_picture(frame.picture, alpha)


def grey(alpha: Matte = RAMP) -> Frame:
    picture = av.VideoFrame(alpha.shape[1], alpha.shape[0], "gray16le")
    planes_of(picture)[0][:] = alpha
    return Frame(picture, 0, 0, Fraction(1, 25))


@pytest.mark.parametrize(
    ("depth", "range_", "black", "white"),
    [
        (8, LIMITED, 16, 235),
        (10, LIMITED, 64, 940),
        (12, LIMITED, 256, 3760),
        (8, FULL_RANGE, 0, 255),
        (10, FULL_RANGE, 0, 1023),
        (16, FULL_RANGE, 0, FULL),
    ],
)
def test_levels_are_rounded_once_between_exact_ends(depth: int, range_: int, black: int, white: int) -> None:
    """By Rec. ITU-R BT.709, 3.5, and BT.2100, table 9."""
    got = fitting.levels(RAMP, depth, range_)
    exact = black + RAMP.astype(np.float64) / FULL * (white - black)
    assert (got.min(), got.max()) == (black, white)
    assert np.abs(got - exact).max() <= 0.5
    assert got.dtype == (np.uint8 if depth == 8 else np.uint16)


def test_a_picture_that_fits_is_handed_on_as_it_is() -> None:
    frame = testing.frame()
    assert fitting.Converted("yuv420p")(frame) is frame.picture


def test_more_bits_are_the_same_codes_and_more_chroma_is_enlarged() -> None:
    frame = testing.frame()
    made = fitting.Converted("yuv444p10le")(frame)
    assert np.array_equal(planes_of(made)[0], frame.planes[0].astype(np.uint16) * 4)
    assert Colour.of(made) == Colour.of(frame.picture)
    small = cv2.resize(planes_of(made)[1], (32, 24), interpolation=cv2.INTER_AREA) / 4
    assert np.abs(small - frame.planes[1]).mean() < 1


def test_full_range_becomes_limited_where_asked() -> None:
    frame = testing.frame()
    frame.picture.color_range = FULL_RANGE
    made = fitting.Converted("yuv420p", LIMITED)(frame)
    assert int(made.color_range) == LIMITED
    assert np.abs(planes_of(made)[0] - (16 + frame.planes[0] * (219 / 255))).max() <= 1


@pytest.mark.parametrize(
    ("source", "pixel_format", "bits"),
    [
        ("yuv420p", "yuva420p", 8),
        ("yuv422p10le", "yuva422p10le", 10),
        ("yuv420p12le", "yuva420p16le", 16),
        ("yuv420p", "yuva444p10le", 10),
    ],
)
def test_alpha_is_a_fourth_plane_of_full_range_and_the_colours_stay(source: str, pixel_format: str, bits: int) -> None:
    frame = with_alpha(source)
    made = fitting.InYuv(pixel_format)(frame)
    assert made.format.name == pixel_format
    *colours, alpha = planes_of(made)
    assert np.abs(alpha * (FULL / ((1 << bits) - 1)) - RAMP).max() <= FULL / ((1 << bits) - 1) / 2
    shift = 1 << (bits - frame.depth)
    assert np.array_equal(colours[0], frame.planes[0].astype(np.uint32) * shift)


def rgba_of(made: av.VideoFrame) -> Plane:
    """By PyAV's own reading; red, green, blue, alpha from 0 to 1."""
    wide = made.format.components[0].bits > 8
    values = made.to_ndarray(format="rgba64le" if wide else "rgba").astype(np.float64)
    return np.asarray(values / (FULL if wide else 255))


@pytest.mark.parametrize("pixel_format", ["argb", "rgba", "bgra", "rgba64be"])
@pytest.mark.parametrize("tags", [(1, 1), (2, 1), (1, 6), (2, 6), (1, 9)], ids=str)
@pytest.mark.parametrize("source", ["yuv444p", "yuv444p10le"])
def test_rgb_is_converted_by_the_source_s_matrix_and_range(
    pixel_format: str, tags: tuple[int, int], source: str
) -> None:
    frame = with_alpha(source)
    frame.picture.color_range, frame.picture.colorspace = tags
    made = fitting.InRgb(pixel_format)(frame)
    rgb = dequantise(frame.planes, frame.depth, Colour.of(frame.picture))
    assert np.abs(rgba_of(made)[..., :3] - rgb).max() < 1.6 / 255
    assert np.abs(rgba_of(made)[..., 3] - RAMP / FULL).max() <= 0.51 / 255
    assert (int(made.color_range), int(made.colorspace)) == (FULL_RANGE, 0)


def test_a_still_picture_is_srgb_unless_its_light_is_another() -> None:
    def tags(primaries: int, transfer: int) -> tuple[int, int]:
        frame = with_alpha()
        frame.picture.color_primaries, frame.picture.color_trc = primaries, transfer
        made = fitting.InRgb("rgba", still=True)(frame)
        return int(made.color_primaries), int(made.color_trc)

    assert tags(1, 1) == (1, 13)
    assert tags(6, 6) == (1, 13)
    assert tags(9, 16) == (9, 16)
    assert tags(9, 14) == (9, 14)


def test_odd_sizes_stay_odd() -> None:
    odd = np.ascontiguousarray(RAMP[:47, :63])
    for fit in (fitting.InYuv("yuva420p"), fitting.InRgb("rgba"), fitting.InYuv("yuva444p10le")):
        made = fit(with_alpha(alpha=odd))
        assert (made.width, made.height) == (63, 47)


@pytest.mark.parametrize("range_", [LIMITED, FULL_RANGE])
def test_stacked_is_the_picture_and_its_alpha_below(range_: int) -> None:
    frame = with_alpha()
    frame.picture.color_range = range_
    made = fitting.Doubled("yuv420p", "below")(frame)
    luma, blue, red = planes_of(made)
    assert luma.shape == (96, 64)
    assert np.array_equal(luma[:48], frame.planes[0])
    assert np.array_equal(luma[48:], fitting.levels(RAMP, 8, range_))
    assert np.array_equal(blue[:24], frame.planes[1])
    assert np.all(blue[24:] == 128)
    assert np.all(red[24:] == 128)
    assert Colour.of(made) == Colour.of(frame.picture)


def test_side_by_side_is_the_picture_and_its_alpha_on_the_right() -> None:
    frame = with_alpha()
    luma, blue, _ = planes_of(fitting.Doubled("yuv420p", "beside")(frame))
    assert np.array_equal(luma[:, :64], frame.planes[0])
    assert np.array_equal(luma[:, 64:], fitting.levels(RAMP, 8, LIMITED))
    assert np.all(blue[:, 32:] == 128)


@pytest.mark.parametrize(("range_", "ends"), [(LIMITED, (64, 940)), (FULL_RANGE, (0, 1023))])
def test_grey_is_luma_without_colour_tagged_as_ordinary_video(range_: int, ends: tuple[int, int]) -> None:
    made = fitting.Grey("yuv422p10le", range_)(grey())
    luma, blue, red = planes_of(made)
    assert (luma[0, 0], luma[-1, -1]) == ends
    assert np.all(blue == 512)
    assert np.all(red == 512)
    assert Colour.of(made) == Colour(range_, 1, 1, 1)


@pytest.mark.parametrize(("depth", "unit"), [(8, 257), (16, 1)])
def test_a_grey_still_is_full_range_and_says_nothing_of_its_light(depth: int, unit: int) -> None:
    made = fitting.GreyStill(depth)(grey())
    read = made.to_ndarray(format="gray16le" if depth == 16 else "gray").astype(np.int64)
    assert np.abs(read * unit - RAMP).max() <= unit / 2
    assert (int(made.color_range), int(made.color_primaries), int(made.color_trc)) == (FULL_RANGE, 2, 2)


def test_a_frame_without_alpha_is_not_written_as_if_it_had_one() -> None:
    with pytest.raises(ValueError, match="without alpha"):
        fitting.InYuv("yuva420p")(testing.frame())
