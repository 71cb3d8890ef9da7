"""Whole or not at all, for what FFmpeg can't read again: an animated WebP is checked by its own chunks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from vidseg.errors import IncompleteError
from vidseg.media.whole import Written, check_webp


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
