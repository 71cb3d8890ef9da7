"""Frames: a picture with its exact time, in planes that can be trusted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from av.filter import Graph

from vidseg import testing
from vidseg.frame import Frame, planes_of

FORMATS = [f"yuv{chroma}p{depth}" for chroma in ("420", "422", "444") for depth in ("", "10le", "12le")]


def chroma_shape(pixel_format: str, width: int, height: int) -> tuple[int, int]:
    return (
        (height + 1) // 2 if "420" in pixel_format else height,
        width if "444" in pixel_format else (width + 1) // 2,
    )


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize(("width", "height"), [(64, 48), (63, 47), (2, 2), (1, 1)])
def test_planes_are_as_large_as_the_format_says(pixel_format: str, width: int, height: int) -> None:
    luma, *chroma = testing.frame(0, width, height, pixel_format).planes
    assert luma.shape == (height, width)
    assert [plane.shape for plane in chroma] == [chroma_shape(pixel_format, width, height)] * 2
    assert luma.dtype == (np.uint8 if pixel_format.endswith("p") else np.uint16)


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize(("width", "height"), [(66, 50), (63, 47)])
def test_planes_hold_what_ffmpeg_writes_as_raw_video(pixel_format: str, width: int, height: int) -> None:
    picture = testing.picture(3, width, height, pixel_format)
    encoder = av.CodecContext.create("rawvideo", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixel_format
    encoder.time_base = Fraction(1, 25)
    (packet,) = encoder.encode(picture)
    assert b"".join(plane.tobytes() for plane in planes_of(picture)) == bytes(packet)


def test_planes_of_a_picture_stored_bottom_up_are_the_right_way_up() -> None:
    picture = testing.picture(3, 66, 50)
    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(width=66, height=50, format=picture.format, time_base=Fraction(1, 25)),
        graph.add("vflip"),
        graph.add("buffersink"),
    ).configure()
    graph.vpush(picture)
    flipped = graph.vpull()
    assert flipped.planes[0].line_size < 0, "FFmpeg flips without turning the stride: this test tests nothing"
    for ours, straight in zip(planes_of(flipped), planes_of(picture), strict=True):
        assert np.array_equal(ours, straight[::-1])


def test_a_frame_s_planes_can_not_be_written_to() -> None:
    for plane in testing.frame().planes:
        with pytest.raises(ValueError, match="read-only"):
            plane[0, 0] = 0


def test_writing_to_a_picture_s_planes_writes_to_the_picture() -> None:
    picture = testing.picture()
    planes_of(picture)[1][5, 7] = 211
    assert picture.to_ndarray()[48 + 5 // 2, 5 % 2 * 32 + 7] == 211


def test_time_is_exact() -> None:
    frame = Frame(testing.picture(), 0, 100_000_001, Fraction(1, 90_000))
    assert frame.time == Fraction(100_000_001, 90_000)


@pytest.mark.parametrize(("pixel_format", "depth"), [("yuv420p", 8), ("yuv422p10le", 10), ("yuv444p12le", 12)])
def test_depth_is_the_format_s(pixel_format: str, depth: int) -> None:
    assert testing.frame(pixel_format=pixel_format).depth == depth


@pytest.mark.parametrize("pixel_format", ["rgb24", "gbrp", "ya8", "nv12", "yuva420p", "yuyv422", "pal8"])
def test_what_is_neither_planar_yuv_nor_grey_is_no_frame(pixel_format: str) -> None:
    with pytest.raises(ValueError, match=pixel_format):
        Frame(av.VideoFrame(16, 16, pixel_format), 0, 0, Fraction(1, 25))


def test_a_grey_picture_is_a_frame_of_one_plane() -> None:
    picture = av.VideoFrame(16, 9, "gray16le")
    (plane,) = Frame(picture, 0, 0, Fraction(1, 25)).planes
    assert plane.shape == (9, 16)
    assert plane.dtype == np.uint16


@pytest.mark.parametrize("alpha", [np.zeros((48, 63), np.uint16), np.zeros((48, 64), np.uint8)])
def test_an_alpha_that_does_not_fit_is_refused(alpha: np.ndarray[tuple[int, int], np.dtype[Any]]) -> None:
    with pytest.raises(ValueError, match="64x48"):
        Frame(testing.picture(), 0, 0, Fraction(1, 25), alpha=alpha)


def test_another_picture_brings_its_own_alpha_or_none() -> None:
    alpha = np.zeros((48, 64), np.uint16)
    frame = testing.frame().with_picture(testing.picture(1), alpha)
    assert frame.alpha is alpha
    assert frame.with_picture(testing.picture(2)).alpha is None


def test_another_picture_at_the_same_moment_keeps_everything_but_the_picture() -> None:
    first = testing.picture()
    first.color_range, first.colorspace, first.color_primaries, first.color_trc = 2, 9, 9, 16
    before = Frame(first, 4, 77, Fraction(1, 1000), 40, Fraction(4, 3))
    bare = av.VideoFrame(64, 48, "yuv420p")
    after = before.with_picture(bare)
    assert after.picture is bare
    assert (after.index, after.pts, after.time_base, after.duration) == (4, 77, Fraction(1, 1000), 40)
    assert after.sample_aspect_ratio == Fraction(4, 3)
    assert (bare.color_range, bare.colorspace, bare.color_primaries, bare.color_trc) == (2, 9, 9, 16)
    assert (bare.pts, bare.time_base) == (77, Fraction(1, 1000))
