"""Replace: another place behind, at its own time, in the frame's own colours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from vidseg import testing
from vidseg.effects.replace import Replace
from vidseg.errors import BackgroundError, ColourError
from vidseg.frame import FULL, Cutout, Frame, Plane

SIZE = (48, 64)
NOTHING = np.zeros(SIZE, np.uint16)
LEFT_HALF = NOTHING.copy()
LEFT_HALF[:, :32] = FULL


def codes(rgb: tuple[int, int, int], depth: int = 8) -> list[int]:
    """Y, Cb and Cr of a colour in limited-range BT.709, by the Recommendation's own formulas."""
    red, green, blue = (Fraction(value, 255) for value in rgb)
    luma = Fraction(2126, 10000) * red + Fraction(7152, 10000) * green + Fraction(722, 10000) * blue
    scale = 1 << depth - 8
    return [
        round(scale * (16 + 219 * luma)),
        round(scale * (128 + 224 * (blue - luma) / Fraction(18556, 10000))),
        round(scale * (128 + 224 * (red - luma) / Fraction(15748, 10000))),
    ]


def behind(stage: Replace, frames: list[Frame]) -> list[list[Plane]]:
    """What is seen where nobody is."""
    return [frame.planes for frame in stage(Cutout(frame, NOTHING) for frame in frames)]


@pytest.mark.parametrize(
    ("background", "rgb"),
    [
        ("#00b140", (0, 177, 64)),
        ("#fff", (255, 255, 255)),
        ("#000000", (0, 0, 0)),
        ("red", (255, 0, 0)),
        ("GREEN", (0, 177, 64)),
        ("blue", (0, 71, 187)),
    ],
)
@pytest.mark.parametrize(("pixel_format", "depth"), [("yuv420p", 8), ("yuv422p10le", 10), ("yuv444p12le", 12)])
def test_a_colour_has_the_codes_of_the_standard(
    background: str, rgb: tuple[int, int, int], pixel_format: str, depth: int
) -> None:
    (planes,) = behind(Replace(background), [testing.frame(pixel_format=pixel_format)])
    for plane, code in zip(planes, codes(rgb, depth), strict=True):
        assert plane.min() == plane.max()
        assert abs(int(plane[0, 0]) - code) <= 1


def test_a_colour_is_converted_with_the_frame_s_matrix_and_range() -> None:
    frame = testing.frame()
    frame.picture.colorspace, frame.picture.color_range = 6, 2
    ((luma, _, _),) = behind(Replace("#ff0000"), [frame])
    assert luma[0, 0] == round(0.299 * 255)


def test_the_person_stands_before_it() -> None:
    frame = testing.frame(pixel_format="yuv444p")
    (made,) = Replace("#00b140")([Cutout(frame, LEFT_HALF)])
    for ours, got, code in zip(frame.planes, made.planes, codes((0, 177, 64)), strict=True):
        assert np.array_equal(got[:, :32], ours[:, :32])
        assert np.abs(got[:, 32:].astype(int) - code).max() <= 1


def test_a_frame_keeps_its_time_and_tags() -> None:
    frame = testing.frame(7)
    frame.picture.color_primaries = 9
    (made,) = Replace("green")([Cutout(frame, LEFT_HALF)])
    assert (made.index, made.pts, made.time_base, made.duration) == (7, 7, Fraction(1, 25), 1)
    assert made.picture.color_primaries == 9


def painted(tmp_path: Path, width: int = 64, height: int = 48) -> Path:
    """A picture of which the upper half is white and the lower one black."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2] = 255
    path = tmp_path / "halves.png"
    assert cv2.imwrite(str(path), pixels)
    return path


def test_a_picture_of_the_frame_s_size_is_behind_pixel_by_pixel(tmp_path: Path) -> None:
    ((luma, _, _),) = behind(Replace(str(painted(tmp_path))), [testing.frame()])
    assert np.all(luma[:24] == 235)
    assert np.all(luma[24:] == 16)


@pytest.mark.parametrize(
    ("fit", "white_rows_at_the_left", "white_rows_in_the_middle"),
    [("cover", 24, 24), ("contain", 0, 24), ("stretch", 24, 24)],
)
def test_fit_says_how_a_picture_of_another_shape_fills_the_frame(
    tmp_path: Path, fit: str, white_rows_at_the_left: int, white_rows_in_the_middle: int
) -> None:
    """A picture half as wide as the frame: cut above and below, between black bars, or distorted."""
    stage = Replace(str(painted(tmp_path, 32, 48)), fit)  # type: ignore[arg-type]
    ((luma, _, _),) = behind(stage, [testing.frame()])
    assert abs(np.count_nonzero(luma[:, 2] > 200) - white_rows_at_the_left) <= 1
    assert abs(np.count_nonzero(luma[:, 32] > 200) - white_rows_in_the_middle) <= 1


def test_every_frame_stands_before_the_same_picture(tmp_path: Path) -> None:
    first, second = behind(Replace(str(painted(tmp_path))), [testing.frame(0), testing.frame(1)])
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_a_video_runs_behind_at_its_own_pace_and_begins_again(tmp_path: Path) -> None:
    """Four greys, a second apart, the last one for a single frame: what is behind is the last that is not later."""

    def greys(n: int, planes: list[Plane]) -> None:
        for plane, code in zip(planes, (40 + 40 * n, 128, 128), strict=True):
            plane[:] = code

    clip = testing.Clip(times=[0, 25, 50, 75], painter=greys).write(tmp_path / "behind.mkv")
    began = 3  # the first frame's time counts as the video's beginning
    expected = {0: 40, 24: 40, 25: 80, 74: 120, 75: 160, 76: 40, 100: 40, 101: 80, 151: 160, 152: 40}
    seen = behind(Replace(str(clip)), [testing.frame(began + n) for n in expected])
    assert {n: int(planes[0][0, 0]) for n, planes in zip(expected, seen, strict=True)} == expected


def test_a_file_comes_before_a_colour_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2.imwrite(str(tmp_path / "white.png"), np.full((48, 64, 3), 255, np.uint8))
    (tmp_path / "white.png").rename(tmp_path / "green")
    monkeypatch.chdir(tmp_path)
    Replace("green").check()
    ((luma, _, _),) = behind(Replace("green"), [testing.frame()])
    assert np.all(luma == 235)


def test_the_background_is_opened_with_the_first_frame_and_not_before() -> None:
    frames = Replace("nowhere.jpg")(Cutout(testing.frame(n), NOTHING) for n in range(3))
    with pytest.raises(ColourError):
        next(frames)


def test_nothing_in_gives_nothing_out() -> None:
    nothing: Iterator[Cutout] = iter(())
    assert list(Replace("nowhere.jpg")(nothing)) == []


def test_a_good_background_passes_the_check(tmp_path: Path) -> None:
    Replace("green").check()
    Replace("#0f0").check()
    Replace(str(painted(tmp_path))).check()
    Replace(str(testing.Clip(frames=2).write(tmp_path / "clip.mp4"))).check()


@pytest.mark.parametrize("text", ["#12345", "#", "#00b14g", "#00b1400", "#+1+2+3"])
def test_a_hash_with_no_colour_after_it_is_a_wrong_colour(text: str) -> None:
    with pytest.raises(ColourError) as caught:
        Replace(text).check()
    assert caught.value.text == text


LONG = pytest.param("a" * 300, id="too long for a file")


@pytest.mark.parametrize("name", ["nowhere.jpg", "greem", "", " ", LONG])
def test_what_is_neither_a_file_nor_a_colour_is_refused(name: str) -> None:
    with pytest.raises(BackgroundError):
        Replace(name).check()


def test_text_named_as_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no picture")
    with pytest.raises(BackgroundError) as caught:
        Replace(str(path)).check()
    assert caught.value.background == str(path)
    assert caught.value.reason == "is no picture or video that vidseg can read"


def test_a_folder_is_no_background(tmp_path: Path) -> None:
    with pytest.raises(BackgroundError, match="not a file"):
        Replace(str(tmp_path)).check()
