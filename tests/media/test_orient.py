"""Orientation: a turned picture is shown upright, whichever of the eight ways its matrix says."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vidseg.frame import Plane
from vidseg.media import orient
from vidseg.media.source import Source
from vidseg.testing import Clip, shown

EIGHT = [(turn, mirrored) for turn in (0, 90, 180, 270) for mirrored in (False, True)]


def turned(plane: Plane, turn: int, mirrored: bool) -> Plane:
    """What a display matrix of so many degrees counter-clockwise, then mirrored left to right, shows of a plane."""
    upright = np.rot90(plane, turn // 90)
    return upright[:, ::-1] if mirrored else upright


@pytest.mark.parametrize(("turn", "mirrored"), EIGHT)
@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "ffv1"), ("a.mp4", "mpeg4"), ("a.mov", "libx264")])
def test_each_of_the_eight_matrices_is_shown_upright(
    tmp_path: Path, name: str, codec: str, turn: int, mirrored: bool
) -> None:
    path = Clip(frames=3, rotation=turn, mirrored=mirrored, codec=codec).write(tmp_path / name)
    with Source(path) as source:
        frames = list(source.frames())
    assert (frames[0].width, frames[0].height) == ((48, 64) if turn in (90, 270) else (64, 48))
    for frame, plain in zip(frames, shown(path), strict=True):
        assert frame.time == plain.time
        for mine, theirs in zip(frame.planes, plain.planes, strict=True):
            assert np.array_equal(mine, turned(theirs, turn, mirrored))


@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv420p10le", "yuv444p12le"])
def test_every_depth_and_chroma_that_can_be_turned_is_turned_exactly(tmp_path: Path, pixel_format: str) -> None:
    path = Clip(frames=2, rotation=90, pixel_format=pixel_format).write(tmp_path / "a.mkv")
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert frame.picture.format.name == pixel_format
            for mine, theirs in zip(frame.planes, plain.planes, strict=True):
                assert np.array_equal(mine, np.rot90(theirs))


@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (2, 1, 1, 1), (1, 6, 6, 6), (1, 9, 9, 16), (0, 2, 2, 2)], ids=str)
@pytest.mark.parametrize("pixel_format", ["yuv422p", "yuv422p10le"])
def test_half_chroma_turned_by_a_quarter_keeps_luma_exact_and_its_format(
    tmp_path: Path, pixel_format: str, tags: tuple[int, int, int, int]
) -> None:
    """Chroma that was halved across is halved down after the turn; the format can't say so, so it is made anew."""
    path = Clip(frames=2, rotation=270, pixel_format=pixel_format, tags=tags).write(tmp_path / "a.mkv")
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert frame.picture.format.name == pixel_format
            assert np.array_equal(frame.planes[0], np.rot90(plain.planes[0], -1))
            wanted = np.rot90(plain.planes[1], -1).astype(np.int64)  # 48 across, 32 down: to be 24 across, 64 down
            wanted = np.repeat((wanted[:, ::2] + wanted[:, 1::2]) / 2, 2, axis=0)
            top = 255 if pixel_format == "yuv422p" else 1023
            assert np.abs(frame.planes[1] - wanted)[2:-2, 2:-2].max() < 0.04 * top


@pytest.mark.parametrize("pixel_format", ["yuv422p", "yuv422p10le"])
def test_half_chroma_upside_down_is_exact(tmp_path: Path, pixel_format: str) -> None:
    path = Clip(frames=2, rotation=180, pixel_format=pixel_format).write(tmp_path / "a.mkv")
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            for mine, theirs in zip(frame.planes, plain.planes, strict=True):
                assert np.array_equal(mine, np.rot90(theirs, 2))


def test_full_range_half_chroma_under_its_old_name_is_turned_exactly(tmp_path: Path) -> None:
    path = Clip(frames=2, rotation=90, pixel_format="yuvj422p", codec="mjpeg", tags=(2, 1, 1, 1)).write(
        tmp_path / "a.mov"
    )
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert frame.picture.color_range == 2
            assert np.array_equal(frame.planes[0], np.rot90(plain.planes[0]))


def test_odd_sizes_are_turned(tmp_path: Path) -> None:
    path = Clip(frames=2, width=33, height=21, rotation=90).write(tmp_path / "a.mkv")
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert (frame.width, frame.height) == (21, 33)
            for mine, theirs in zip(frame.planes, plain.planes, strict=True):
                assert np.array_equal(mine, np.rot90(theirs))


@pytest.mark.parametrize(("turn", "expected"), [(0, Fraction(4, 3)), (90, Fraction(3, 4)), (180, Fraction(4, 3))])
def test_the_pixels_shape_is_turned_with_the_picture(tmp_path: Path, turn: int, expected: Fraction) -> None:
    path = Clip(frames=1, rotation=turn, aspect=Fraction(4, 3), codec="libx264").write(tmp_path / "a.mp4")
    with Source(path) as source:
        (frame,) = source.frames()
    assert frame.sample_aspect_ratio == expected


def with_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """An MP4 whose track header (ISO 14496-12, 8.3.2, version 0) has another matrix."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 16
    assert struct.unpack_from(">9i", data, at) == (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "matrix",
    [(0, 0, 0, 0), (65536, 65536, 0, 0), (46341, 46341, -46341, 46341), (65536, 0, 0, 0), (65536, 0, 32768, 65536)],
    ids=["zero", "flattened", "45 degrees", "no height", "slanted"],
)
def test_a_matrix_that_does_more_than_turn_is_left_and_said(tmp_path: Path, matrix: tuple[int, int, int, int]) -> None:
    path = with_matrix(Clip(frames=2).write(tmp_path / "a.mp4"), *matrix)
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert np.array_equal(frame.planes[0], plain.planes[0])
    assert source.notes.said == ["its rotation is no multiple of 90 degrees; it was left as it is stored"]


def test_a_matrix_that_enlarges_turns_all_the_same(tmp_path: Path) -> None:
    path = with_matrix(Clip(frames=2).write(tmp_path / "a.mp4"), 0, 131072, -131072, 0)  # clockwise, twice the size
    with Source(path) as source:
        for frame, plain in zip(source.frames(), shown(path), strict=True):
            assert np.array_equal(frame.planes[0], np.rot90(plain.planes[0], -1))
    assert source.notes.said == []


@pytest.mark.parametrize(("turn", "expected"), [(90, ("transpose=cclock",)), (-90, ("transpose=clock",)), (0, ())])
def test_where_side_data_cant_be_read_the_rotation_alone_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int, expected: tuple[str, ...]
) -> None:
    """PyAV 18 gives none of it beside EXIF."""
    monkeypatch.setattr(orient, "side_data", lambda _: None)
    path = Clip(frames=1, rotation=turn).write(tmp_path / "a.mkv")
    with Source(path) as source:
        list(source.frames())
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
    assert orient.turn_of(first) == (expected, True)
