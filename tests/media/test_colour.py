"""Colour: every number here is worked out by hand from the standards, not by the code."""

from __future__ import annotations

import av
import numpy as np
import pytest

from vidseg.frame import Plane
from vidseg.media import colour
from vidseg.media.colour import FULL_RANGE, HLG, LIMITED, PQ, SRGB, Colour
from vidseg.testing import picture

BT709 = Colour(LIMITED, 1, 1, 1)
BT709_FULL = Colour(FULL_RANGE, 1, 1, 1)
BT601 = Colour(LIMITED, 6, 6, 6)
BT601_FULL = Colour(FULL_RANGE, 5, 5, 6)
BT2020 = Colour(LIMITED, 9, 9, 14)
HDR_PQ = Colour(LIMITED, 9, 9, PQ)
HDR_HLG = Colour(LIMITED, 9, 9, HLG)

RED, GREEN, BLUE, WHITE, BLACK = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (0, 0, 0)


def flat(rgb: tuple[float, float, float], height: int = 4, width: int = 6) -> np.ndarray:
    return np.full((height, width, 3), rgb, np.float32)


def codes(rgb: tuple[float, float, float], format_name: str, meant: Colour) -> tuple[int, ...]:
    planes = colour.quantise(flat(rgb), format_name, meant)
    assert all((plane == plane[0, 0]).all() for plane in planes)
    return tuple(int(plane[0, 0]) for plane in planes)


# Y = 16 + 219 (Kr R + Kg G + Kb B), Cb = 128 + 224 (B - Y) / (2 (1 - Kb)), Cr = 128 + 224 (R - Y) / (2 (1 - Kr)), times
# 2^(depth - 8); full range: Y = top Y', C = 2^(depth - 1) + top C' (H.273, equations 20 to 31).
@pytest.mark.parametrize(
    ("rgb", "format_name", "meant", "expected"),
    [
        (RED, "yuv420p", BT709, (63, 102, 240)),  # 16+219*.2126=62.56, 128-224*.11457=102.34, 128+112
        (GREEN, "yuv420p", BT709, (173, 42, 26)),  # 172.63, 128-224*.38543=41.66, 128-224*.45415=26.27
        (BLUE, "yuv420p", BT709, (32, 240, 118)),  # 31.81, 240, 128-224*.04585=117.73
        (WHITE, "yuv420p", BT709, (235, 128, 128)),
        (BLACK, "yuv420p", BT709, (16, 128, 128)),
        (RED, "yuv420p", BT601, (81, 90, 240)),  # 16+219*.299=81.48, 128-224*.16874=90.20
        (GREEN, "yuv444p", BT601, (145, 54, 34)),  # 144.55, 128-224*.33126=53.80, 128-224*.41869=34.21
        (RED, "yuv420p", BT601_FULL, (76, 85, 255)),  # 76.25, 128-255*.16874=84.97, 255.5 is cut off
        (GREEN, "yuv422p", BT709_FULL, (182, 30, 12)),  # 182.38, 128-255*.38543=29.72, 128-255*.45415=12.19
        (WHITE, "yuv444p", BT709_FULL, (255, 128, 128)),
        (BLACK, "yuv444p", BT709_FULL, (0, 128, 128)),
        (RED, "yuv420p10le", BT709, (250, 409, 960)),  # 64+876*.2126=250.24, 512-896*.11457=409.34, 512+448
        (RED, "yuv420p10le", BT2020, (294, 387, 960)),  # 64+876*.2627=294.13, 512-896*.13963=386.89
        (WHITE, "yuv422p10le", BT2020, (940, 512, 512)),
        (WHITE, "yuv444p10le", BT709_FULL, (1023, 512, 512)),
        (GREEN, "yuv420p12le", BT2020, (2632, 756, 400)),  # 256+3504*.678=2631.71, 2048-3584*.36037, 2048-3584*.45979
        (BLUE, "yuv444p12le", BT709, (509, 3840, 1884)),  # 256+3504*.0722=508.99, 2048+1792, 2048-3584*.04585
        (WHITE, "yuv420p12le", BT2020, (3760, 2048, 2048)),
        (BLACK, "yuv420p12le", BT2020, (256, 2048, 2048)),
    ],
)
def test_a_flat_colour_has_the_codes_of_the_standard(
    rgb: tuple[float, float, float], format_name: str, meant: Colour, expected: tuple[int, int, int]
) -> None:
    assert codes(rgb, format_name, meant) == expected


@pytest.mark.parametrize(
    ("format_name", "shape", "dtype"),
    [
        ("yuv420p", (3, 4), np.uint8),
        ("yuv422p", (5, 4), np.uint8),
        ("yuv444p", (5, 7), np.uint8),
        ("yuv420p10le", (3, 4), np.uint16),
        ("yuv444p12le", (5, 7), np.uint16),
    ],
)
def test_planes_have_the_formats_sizes_and_numbers(format_name: str, shape: tuple[int, int], dtype: type) -> None:
    planes = colour.quantise(flat(RED, 5, 7), format_name, BT709)
    assert [plane.shape for plane in planes] == [(5, 7), shape, shape]
    assert all(plane.dtype == dtype for plane in planes)


def test_chroma_is_the_mean_of_the_pixels_that_share_it() -> None:
    rgb = np.zeros((2, 4, 3), np.float32)
    rgb[0, 0] = rgb[1, 1] = RED  # half of the first four
    planes = colour.quantise(rgb, "yuv420p", BT709)
    assert planes[2].tolist() == [[184, 128]]  # 128 + 224 * 0.5 / 2 = 184


def test_numbers_outside_are_cut_to_the_code_range() -> None:
    planes = colour.quantise(flat((3, 3, 3)), "yuv444p", BT709)
    assert planes[0].max() == 255
    planes = colour.quantise(flat((-3, -3, -3)), "yuv444p10le", BT709)
    assert planes[0].max() == 0


@pytest.mark.parametrize("meant", [BT709, BT709_FULL, BT601, BT601_FULL, BT2020], ids=str)
@pytest.mark.parametrize("depth", [8, 10, 12])
def test_there_and_back_is_the_same_but_for_rounding(meant: Colour, depth: int) -> None:
    rgb = np.random.default_rng(1).random((16, 16, 3)).astype(np.float32)
    planes = colour.quantise(rgb, "yuv444p" + ("" if depth == 8 else f"{depth}le"), meant)
    back = colour.dequantise(planes, depth, meant)
    # half a code of luma (of 219) and of chroma (of 224), times at most 1 + 1.9 of the inverse matrix
    assert np.abs(back - rgb).max() <= 1.5 / (219 << (depth - 8)) + 1e-5


def test_codes_back_to_rgb_are_the_standards() -> None:
    """63, 102, 240 is BT.709's red to within a code."""
    planes: list[Plane] = [np.full((2, 2), code, np.uint8) for code in (63, 102, 240)]
    assert np.allclose(colour.dequantise(planes, 8, BT709), flat(RED, 2, 2), atol=0.01)


def test_codes_that_are_no_colour_are_cut_to_what_is() -> None:
    planes: list[Plane] = [np.full((2, 2), code, np.uint8) for code in (16, 255, 255)]
    rgb = colour.dequantise(planes, 8, BT709)
    assert rgb.min() >= 0
    assert rgb.max() <= 1


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (HDR_PQ, 0.58),  # BT.2408, table 1: HDR reference white, 203 cd/m2
        (HDR_HLG, 0.75),
    ],
    ids=["PQ", "HLG"],
)
def test_white_lands_at_hdr_reference_white(target: Colour, code: float) -> None:
    assert np.allclose(colour.convert_rgb(flat(WHITE), SRGB, target), code, atol=0.003)


def test_hdr_reference_white_has_the_ten_bit_codes_of_bt2408() -> None:
    white = colour.convert_rgb(flat(WHITE), SRGB, HDR_HLG)
    assert abs(int(colour.quantise(white, "yuv420p10le", HDR_HLG)[0][0, 0]) - 721) <= 2  # 64 + 876 * 0.75 = 721
    white = colour.convert_rgb(flat(WHITE), SRGB, HDR_PQ)
    assert abs(int(colour.quantise(white, "yuv420p10le", HDR_PQ)[0][0, 0]) - 573) <= 2  # 64 + 876 * 0.5807 = 572.7


@pytest.mark.parametrize("target", [HDR_PQ, HDR_HLG], ids=["PQ", "HLG"])
def test_black_stays_black(target: Colour) -> None:
    assert np.allclose(colour.convert_rgb(flat(BLACK), SRGB, target), 0, atol=1e-4)
    assert np.allclose(colour.convert_rgb(flat(BLACK), target, BT709), 0, atol=1e-3)


@pytest.mark.parametrize("hdr", [HDR_PQ, HDR_HLG], ids=["PQ", "HLG"])
def test_greys_below_the_shoulder_come_back_from_hdr(hdr: Colour) -> None:
    """0.75 of the light is code 0.887: what is darker is not touched by the roll-off."""
    greys = np.repeat(np.linspace(0.1, 0.88, 40, dtype=np.float32)[None, :, None], 3, axis=2)
    there = colour.convert_rgb(greys, BT709, hdr)
    assert np.allclose(colour.convert_rgb(there, hdr, BT709), greys, atol=0.004)


@pytest.mark.parametrize("hdr", [HDR_PQ, HDR_HLG], ids=["PQ", "HLG"])
def test_highlights_are_rolled_off_in_order_and_never_above_white(hdr: Colour) -> None:
    greys = np.repeat(np.linspace(0, 1, 200, dtype=np.float32)[None, :, None], 3, axis=2)
    came = colour.convert_rgb(greys, hdr, BT709)[0, :, 0]
    assert (np.diff(came) >= 0).all()
    assert 0.95 < came[-1] <= 1


@pytest.mark.parametrize(("one", "other"), [(HDR_PQ, HDR_HLG), (HDR_HLG, HDR_PQ)], ids=["PQ to HLG", "HLG to PQ"])
def test_reference_white_of_one_hdr_is_that_of_the_other(one: Colour, other: Colour) -> None:
    white = {PQ: 0.5807, HLG: 0.7500}
    came = colour.convert_rgb(flat((white[one.transfer],) * 3), one, other)
    assert np.allclose(came, white[other.transfer], atol=0.004)


def test_primaries_are_converted_in_linear_light() -> None:
    """BT.2087: pure BT.709 red is (0.6274, 0.0691, 0.0164) of BT.2020's light; by the power 1 / 2.4 in code."""
    came = colour.convert_rgb(flat(RED), SRGB, BT2020)[0, 0]
    assert np.allclose(came, np.power([0.6274, 0.0691, 0.0164], 1 / 2.4), atol=0.003)
    assert np.allclose(colour.convert_rgb(flat(tuple(came)), BT2020, BT709)[0, 0], RED, atol=0.02)


@pytest.mark.parametrize("target", [BT709, BT601, BT709_FULL], ids=str)
def test_between_sdr_of_the_same_family_nothing_is_done(target: Colour) -> None:
    rgb = np.random.default_rng(2).random((3, 3, 3)).astype(np.float32)
    assert colour.same_light(SRGB, target)
    assert np.array_equal(colour.convert_rgb(rgb, SRGB, target), rgb)


@pytest.mark.parametrize(
    ("one", "other"), [(SRGB, HDR_PQ), (HDR_HLG, SRGB), (HDR_PQ, HDR_HLG), (SRGB, BT2020)], ids=str
)
def test_between_transfers_and_families_something_is(one: Colour, other: Colour) -> None:
    assert not colour.same_light(one, other)


def untagged(width: int, height: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    made = picture(0, 16, 16) if pixel_format == "yuv420p" else av.VideoFrame(16, 16, pixel_format)
    made = av.VideoFrame(width, height, pixel_format)
    made.color_range, made.colorspace, made.color_primaries, made.color_trc = 0, 2, 2, 2
    return made


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, (1, 1, 1, 1)),
        (1280, 720, (1, 1, 1, 1)),
        (720, 1280, (1, 1, 1, 1)),  # the same, upright
        (960, 640, (1, 1, 1, 1)),  # more lines than standard definition has
        (720, 576, (1, 5, 5, 6)),  # BT.601 of 625 lines
        (352, 288, (1, 5, 5, 6)),
        (720, 480, (1, 6, 6, 6)),  # of 525 lines
        (320, 240, (1, 6, 6, 6)),
    ],
)
def test_missing_tags_are_guessed_by_size(width: int, height: int, expected: tuple[int, int, int, int]) -> None:
    assert colour.resolve(untagged(width, height)) == (Colour(*expected), True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((1, 2, 2, PQ), (1, 9, 9, PQ)),  # PQ means BT.2020 around it
        ((1, 2, 2, HLG), (1, 9, 9, HLG)),
        ((1, 9, 2, 2), (1, 9, 9, 14)),
        ((1, 2, 9, 2), (1, 9, 9, 14)),
        ((2, 1, 2, 2), (2, 1, 6, 6)),  # what is said stays
        ((1, 0, 1, 1), (1, 6, 1, 1)),  # matrix 0 is RGB, which planar YUV is not
        ((1, 8, 1, 1), (1, 6, 1, 1)),  # YCgCo is no matrix of luma coefficients
        ((0, 6, 6, 6), (1, 6, 6, 6)),
    ],
)
def test_what_tags_do_not_say_is_guessed_and_told(
    tags: tuple[int, int, int, int], expected: tuple[int, int, int, int]
) -> None:
    made = untagged(64, 48)
    made.color_range, made.colorspace, made.color_primaries, made.color_trc = tags
    assert colour.resolve(made) == (Colour(*expected), True)


@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (2, 5, 5, 6), (1, 9, 9, PQ), (1, 9, 9, HLG), (1, 4, 4, 4)])
def test_whole_tags_are_believed(tags: tuple[int, int, int, int]) -> None:
    made = untagged(1920, 1080)
    Colour(*tags).tag(made)
    assert colour.resolve(made) == (Colour(*tags), False)


def test_the_old_full_range_names_say_their_range() -> None:
    assert colour.resolve(untagged(64, 48, "yuvj420p"))[0].range == FULL_RANGE


def test_tags_are_read_as_they_were_written() -> None:
    made = untagged(64, 48)
    HDR_HLG.tag(made)
    assert Colour.of(made) == HDR_HLG
    assert HDR_HLG.is_hdr
    assert not BT2020.is_hdr
