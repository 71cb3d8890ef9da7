"""Whole or not at all: a finished file is read again, and an animated WebP, which FFmpeg can't, by its own chunks."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vidseg.errors import IncompleteError
from vidseg.media.whole import Written, check, check_pictures, check_webp, spread
from vidseg.testing import Clip

TICK = Fraction(1, 25)


def film(path: Path) -> Path:
    """Thirty frames, each tenth a key frame."""
    return Clip(frames=30, keys=10, codec="libx264").write(path)


def wrong(path: Path, written: Written) -> str:
    with pytest.raises(IncompleteError) as caught:
        check(path, Path("out.mp4"), written, TICK)
    assert caught.value.path == "out.mp4"
    return caught.value.reason


WHOLE = Written(30, Fraction(0), Fraction(29, 25), 0)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_a_whole_file_passes(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name)
    check(path, path, WHOLE, TICK)


@pytest.mark.parametrize(("name", "which"), [("a.mp4", 2), ("a.mov", 1), ("a.mkv", 1), ("a.mkv", 2)])
def test_a_key_frame_that_can_not_be_decoded_is_noticed(tmp_path: Path, name: str, which: int) -> None:
    """As by a disk that loses a block: by its index the file is whole."""
    path = film(tmp_path / name)
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(video=0) if packet.size and packet.is_keyframe]
        torn, keys = bytes(found[which]), tuple((packet.pts or 0) * packet.time_base for packet in found)
    assert len(keys) == 3
    went_in = replace(WHOLE, keys=keys)
    check(path, path, went_in, TICK)
    data = path.read_bytes()
    assert data.count(torn) == 1
    path.write_bytes(data.replace(torn, b"\xff" * len(torn)))
    assert wrong(path, went_in) == f"its frame at {float(keys[which]):.3f} s can't be decoded"


def test_a_length_that_is_too_short_is_noticed(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv")
    data = path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration, eight bytes
    assert struct.unpack(">d", data[at : at + 8]) == (1200.0,)
    path.write_bytes(data[:at] + struct.pack(">d", 600.0) + data[at + 8 :])
    assert wrong(path, WHOLE) == "it says that it lasts 0.600 s, not 1.160"


def test_places_are_spread_from_the_first_to_the_last() -> None:
    assert spread([7], 3) == [7]
    assert spread([7, 8], 3) == [7, 8]
    assert spread(list(range(11)), 3) == [0, 5, 10]


def test_a_picture_of_a_sequence_that_can_not_be_read_is_noticed(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(5)]
    for name in names:
        assert cv2.imwrite(str(tmp_path / name), np.zeros((4, 6), np.uint8))
    check_pictures(tmp_path, names, Path("f/%d.png"), (6, 4))
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 0\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), (4, 6))
    (tmp_path / "2.png").write_bytes((tmp_path / "2.png").read_bytes()[:40])
    (tmp_path / "4.png").write_bytes(b"")
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 2\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), (6, 4))
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 4\.png can't be read again"):
        check_pictures(tmp_path, names[3:], Path("f/%d.png"), (6, 4))


def animation(path: Path, durations: list[int]) -> Path:
    """Written by OpenCV, a picture of another grey for each duration."""
    made = cv2.Animation()
    made.frames = [np.full((8, 8, 4), 20 * n, np.uint8) for n in range(len(durations))]
    made.durations = durations
    assert cv2.imwriteanimation(str(path), made)
    return path


def written(frames: int, last: Fraction) -> Written:
    return Written(frames, Fraction(0), last, 0)


def test_a_whole_animation_passes(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    check_webp(path, path, written(4, Fraction(200, 1000)))


def test_equal_frames_in_a_row_may_be_one(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 160])
    check_webp(path, path, written(4, Fraction(120, 1000)))


@pytest.mark.parametrize(("frames", "last"), [(3, Fraction(80, 1000)), (9, Fraction(400, 1000))])
def test_more_frames_than_went_in_or_too_short_a_time_is_not_whole(tmp_path: Path, frames: int, last: Fraction) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    with pytest.raises(IncompleteError) as caught:
        check_webp(path, Path("out.webp"), written(frames, last))
    assert str(caught.value) == f"out.webp: {frames} frames went in, 4 came out, of 240 ms"


def test_a_torn_or_empty_file_is_not_whole(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    for length in (0, 10, 60, path.stat().st_size - 2):
        torn = tmp_path / f"{length}.webp"
        torn.write_bytes(path.read_bytes()[:length])
        with pytest.raises(IncompleteError):
            check_webp(torn, torn, written(4, Fraction(200, 1000)))


def test_one_frame_is_a_still_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    assert cv2.imwrite(str(path), np.zeros((8, 8, 4), np.uint8))
    check_webp(path, path, written(1, Fraction(0)))
