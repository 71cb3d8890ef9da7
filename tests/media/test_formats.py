"""Working formats: the planar YUV nearest to what a file holds, with never less in it."""

from __future__ import annotations

import av
import pytest

from vidseg.media import formats


@pytest.mark.parametrize(
    ("name", "working"),
    [
        ("yuv420p", "yuv420p"),
        ("yuv422p", "yuv422p"),
        ("yuv444p", "yuv444p"),
        ("yuv420p10le", "yuv420p10le"),
        ("yuv422p12le", "yuv422p12le"),
        ("yuvj420p", "yuv420p"),
        ("yuvj422p", "yuv422p"),
        ("yuvj444p", "yuv444p"),
        ("nv12", "yuv420p"),
        ("nv16", "yuv422p"),
        ("nv24", "yuv444p"),
        ("p010le", "yuv420p10le"),
        ("p210le", "yuv422p10le"),
        ("p016le", "yuv420p12le"),  # 16 bits: 12 are the most that the encoders take
        ("yuyv422", "yuv422p"),
        ("uyvy422", "yuv422p"),
        ("y210le", "yuv422p10le"),
        ("yuv411p", "yuv422p"),  # a quarter across and whole down: 4:2:0 would lose half of it down
        ("uyyvyy411", "yuv422p"),
        ("yuv410p", "yuv420p"),
        ("yuv440p", "yuv444p"),  # whole across and half down: neither 4:2:2 nor 4:2:0 holds it
        ("yuv440p10le", "yuv444p10le"),
        ("yuv420p9le", "yuv420p10le"),
        ("yuv420p14le", "yuv420p12le"),
        ("yuv444p16le", "yuv444p12le"),
        ("yuv420p10be", "yuv420p10le"),
        ("yuva420p", "yuv420p"),
        ("yuva444p10le", "yuv444p10le"),
        ("gray", "yuv420p"),
        ("gray10le", "yuv420p10le"),
        ("gray16le", "yuv420p12le"),
        ("ya8", "yuv420p"),
        ("monob", "yuv420p"),
        ("pal8", "yuv420p"),
        ("rgb24", "yuv420p"),
        ("bgra", "yuv420p"),
        ("rgb565le", "yuv420p"),
        ("gbrp", "yuv420p"),
        ("gbrp10le", "yuv420p10le"),
        ("rgb48le", "yuv420p12le"),
    ],
)
def test_the_working_format_is_the_nearest_planar_yuv(name: str, working: str) -> None:
    assert formats.working_format(name) == working


EVERY = [formats.name_of(subsampling, depth) for subsampling in ("420", "422", "444") for depth in (8, 10, 12)]


@pytest.mark.parametrize(
    ("name", "grey"),
    [("gray", True), ("gray10le", True), ("gray16be", True), ("ya8", True), ("ya16le", True), ("yuv420p", False),
     ("pal8", False), ("monob", False), ("yuyv422", False)],
)  # fmt: skip
def test_grey_is_told_from_colour(name: str, grey: bool) -> None:
    assert formats.is_grey(av.VideoFormat(name, 16, 16).name) == grey


@pytest.mark.parametrize("name", EVERY)
def test_a_working_format_is_its_own_working_format(name: str) -> None:
    assert formats.working_format(name) == name


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(("width", "height"), [(64, 48), (63, 47), (1, 1), (2, 3)])
def test_chroma_sizes_are_those_of_ffmpeg(name: str, width: int, height: int) -> None:
    theirs = av.VideoFormat(name, width, height)
    assert formats.chroma_size(name, width, height) == (theirs.chroma_width(), theirs.chroma_height())


@pytest.mark.parametrize(
    ("name", "subsampling", "shifts"),
    [("yuv420p", "420", (1, 1)), ("yuv422p10le", "422", (1, 0)), ("yuv444p12le", "444", (0, 0))],
)
def test_a_name_tells_its_subsampling(name: str, subsampling: str, shifts: tuple[int, int]) -> None:
    assert formats.subsampling_of(name) == subsampling
    assert formats.shifts(name) == shifts


@pytest.mark.parametrize(
    ("name", "plain"),
    [("yuvj420p", "yuv420p"), ("yuvj444p", "yuv444p"), ("yuv422p10le", "yuv422p10le"), ("nv12", "nv12")],
)
def test_only_the_old_full_range_names_have_the_planes_of_another(name: str, plain: str) -> None:
    assert formats.same_planes(name) == plain
