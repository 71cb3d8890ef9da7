"""Screen: the colour asked for, a clean edge, and a keyer that finds the matte again."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.blend import Blend
from vidseg.effects.screen import Despill, Screen
from vidseg.errors import ColourError
from vidseg.frame import FULL, Cutout, Frame, Matte, Plane, planes_of
from vidseg.media import chain
from vidseg.testing import Disc

HEIGHT, WIDTH = 480, 560
NOBODY = np.zeros((HEIGHT, WIDTH), np.uint16)
LUMA = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""K_R and K_B of H.273's matrices."""


def codes(rgb: tuple[int, int, int], depth: int, matrix: int, range_: int) -> list[float]:
    """Y, Cb, Cr by H.273's formulas, not rounded."""
    red, green, blue = (value / 255 for value in rgb)
    k_red, k_blue = LUMA[matrix]
    luma = k_red * red + (1 - k_red - k_blue) * green + k_blue * blue
    cb, cr = (blue - luma) / (2 * (1 - k_blue)), (red - luma) / (2 * (1 - k_red))
    if range_ == 1:
        unit = 1 << depth - 8
        return [unit * (16 + 219 * luma), unit * (128 + 224 * cb), unit * (128 + 224 * cr)]
    top, middle = (1 << depth) - 1, 1 << depth - 1
    return [top * luma, middle + top * cb, middle + top * cr]


@pytest.mark.parametrize("matrix", LUMA)
@pytest.mark.parametrize("range_", [1, 2])
@pytest.mark.parametrize(("pixel_format", "depth"), [("yuv420p", 8), ("yuv422p10le", 10)])
@pytest.mark.parametrize(
    ("color", "rgb"), [("green", (0, 177, 64)), ("blue", (0, 71, 187)), ("#1fe2a0", (31, 226, 160))]
)
def test_the_screen_has_the_colour_in_the_video_s_own_code(
    matrix: int, range_: int, pixel_format: str, depth: int, color: str, rgb: tuple[int, int, int]
) -> None:
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    frame.picture.colorspace, frame.picture.color_range = matrix, range_
    (made,) = Screen(color)([Cutout(frame, NOBODY)])
    for plane, code in zip(made.planes, codes(rgb, depth, matrix, range_), strict=True):
        assert plane.min() == plane.max()
        assert abs(float(plane[0, 0]) - code) <= 1


def ramp() -> Matte:
    """The person at the left, nobody at the right, between them 12 columns of both."""
    columns = np.clip((86 - np.arange(WIDTH)) / 12, 0, 1)
    return np.tile(np.rint(columns * FULL).astype(np.uint16), (HEIGHT, 1))


def mixed(person: list[int], place: list[int], pixel_format: str = "yuv444p") -> Frame:
    """A frame in which the ramp's person really stands before the place."""
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    share = ramp() / FULL
    for plane, ours, theirs in zip(planes_of(frame.picture), person, place, strict=True):
        plane[:] = np.rint(theirs + (ours - theirs) * share)
    return frame


def test_the_edge_is_a_mixture_of_the_person_and_the_screen_without_the_old_place() -> None:
    person, place, screen = [120, 115, 150], [220, 90, 240], codes((0, 177, 64), 8, 1, 1)
    frame, share = mixed(person, place), ramp() / FULL
    (made,) = Screen()([Cutout(frame, ramp())])
    plain = Blend().over(frame, [np.full_like(p, round(c)) for p, c in zip(frame.planes, screen, strict=True)], ramp())
    for ours, key, got, before in zip(person, screen, made.planes, plain.planes, strict=True):
        wanted = key + (ours - key) * share
        off, was = np.abs(got - wanted).max(), np.abs(before - wanted).max()
        assert off < 0.45 * was


GREENISH, REDDISH = [120, 100, 90], [120, 110, 150]


def hue(planes: list[Plane], column: int) -> float:
    """How much of a pixel's chroma is towards the green screen's: above 0 it is green."""
    _, cb, cr = codes((0, 177, 64), 8, 1, 1)
    key = np.array([cb - 128, cr - 128])
    ours = np.array([float(plane[40, column]) - 128 for plane in planes[1:]])
    key /= np.hypot(*key)
    return float(ours @ key - abs(ours[0] * key[1] - ours[1] * key[0]))


@pytest.mark.parametrize(
    ("despill", "inside_is_green", "edge_is_green"),
    [("edge", True, False), ("person", False, False), ("none", True, True)],
)
def test_the_screen_s_hue_is_taken_where_that_is_asked(
    despill: Despill, inside_is_green: bool, edge_is_green: bool
) -> None:
    """Before a screen of the same luma and chroma it would be keyed away; the plate itself is looked at just inside."""
    frame = mixed(GREENISH, GREENISH)
    (made,) = Screen(despill=despill)([Cutout(frame, ramp())])
    assert (hue(made.planes, 20) > 1) == inside_is_green
    almost = int(np.flatnonzero(ramp()[0] < FULL)[0])  # 1/12 of the screen is in it
    _, *key = codes((0, 177, 64), 8, 1, 1)
    share = ramp()[0, almost] / FULL
    person = [
        made.planes[0],
        *((plane - (1 - share) * code) / share for plane, code in zip(made.planes[1:], key, strict=True)),
    ]
    assert (hue(person, almost) > 2) == edge_is_green


def test_a_person_without_the_screen_s_hue_keeps_its_own() -> None:
    frame = mixed(REDDISH, REDDISH)
    results = [
        list(Screen(despill=despill)([Cutout(frame, ramp())]))[0]  # noqa: RUF015
        for despill in ("edge", "person", "none")
    ]
    for made in results:
        assert all(map(np.array_equal, made.planes, results[0].planes))


def test_the_person_keeps_its_exact_values_where_the_matte_is_full() -> None:
    frame = testing.frame(0, WIDTH, HEIGHT, "yuv444p")
    (made,) = Screen()([Cutout(frame, ramp())])
    for ours, got in zip(frame.planes, made.planes, strict=True):
        assert np.array_equal(got[ramp() == FULL], ours[ramp() == FULL])


@pytest.mark.parametrize("color", ["green", "blue"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p10le"])
def test_keyed_again_by_ffmpeg_the_plate_gives_back_the_matte(color: str, pixel_format: str) -> None:
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    for plane, code in zip(planes_of(frame.picture), REDDISH, strict=True):
        plane[:] = code << frame.depth - 8
    (found,) = Disc(size=HEIGHT)([frame])
    matte = np.zeros((HEIGHT, WIDTH), np.uint16)
    matte[:, :HEIGHT] = np.rint(found.matte * FULL)
    (made,) = Screen(color)([Cutout(frame, matte)])
    screen = "".join(f"{int(plane[0, -1]) >> frame.depth - 8:02x}" for plane in made.planes)
    alpha = np.zeros(0)
    keyed = chain.filtered([made.picture], ("format=yuva420p", f"chromakey=0x{screen}:0.1:0.1:yuv=1", "alphaextract"))
    for picture in keyed:
        alpha = planes_of(picture)[0].astype(float) / (255 if picture.format.name == "gray" else 1023)
    person, keyed_as_person = matte > FULL // 2, alpha > 0.5
    iou = (person & keyed_as_person).sum() / (person | keyed_as_person).sum()
    assert iou > 0.95


@pytest.mark.parametrize("color", ["#12345", "greem", "", "beach.jpg", "#00b14g"])
def test_a_colour_that_is_none_is_refused(color: str) -> None:
    with pytest.raises(ColourError) as caught:
        Screen(color).check()
    assert caught.value.text == color


def test_times_and_the_frame_are_kept() -> None:
    frame = testing.frame(7)
    (made,) = Screen()([Cutout(frame, np.zeros((48, 64), np.uint16))])
    assert (made.index, made.time) == (7, Fraction(7, 25))
    assert isinstance(made.picture, av.VideoFrame)
