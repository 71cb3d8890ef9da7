"""Room: the system holds the bound, and the want of memory is known in whatever words a library tells it."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from vidseg.errors import WriteError
from vidseg.room import LEAST, bounded, lacking, needed

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a bound that Linux has")

TRIED = """
import resource, sys
import cv2, numpy as np
from vidseg.room import Room, bounded, lacking
before = resource.getrlimit(resource.RLIMIT_DATA)
with bounded(Room(600_000_000)):
    np.empty(400_000_000, np.uint8)
    for take in (lambda: np.empty(1_000_000_000, np.uint8),
                 lambda: cv2.resize(np.zeros((9, 9, 3), np.uint8), (30000, 30000))):
        try:
            take()
        except Exception as error:
            print(type(error).__module__.partition(".")[0], lacking(error))
assert resource.getrlimit(resource.RLIMIT_DATA) == before
np.empty(1_000_000_000, np.uint8)  # what is asked for counts, not what is written to
"""


@LINUX
def test_the_bound_holds_and_is_taken_back() -> None:
    done = subprocess.run([sys.executable, "-c", TRIED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["numpy True", "cv2 True"]


def test_no_room_is_no_bound() -> None:
    with bounded(None):
        assert np.ones(10).sum() == 10


def caused(by: BaseException) -> WriteError:
    try:
        raise WriteError("a.mp4", "writing failed") from by
    except WriteError as error:
        return error


@pytest.mark.parametrize(
    ("error", "whether"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (OSError(28, "No space left on device"), False),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("something else"), False),
        (caused(MemoryError()), True),
        (caused(ValueError("no")), False),
    ],
    ids=repr,
)
def test_errors_that_say_so(error: BaseException, whether: bool) -> None:
    assert lacking(error) is whether


def test_an_error_of_opencv_that_is_another() -> None:
    with pytest.raises(cv2.error) as caught:
        cv2.resize(np.zeros((0, 0, 3), np.uint8), (9, 9))
    assert not lacking(caught.value)


@pytest.mark.parametrize(
    ("pixel_format", "depth", "per_pixel"),
    [("yuv420p", 8, 1.5), ("yuv422p10le", 10, 4), ("yuv444p", 8, 3), ("gbrp12le", 12, 6), ("rgb24", 8, 3)],
)
def test_what_is_needed_grows_with_the_bytes_of_a_picture(pixel_format: str, depth: int, per_pixel: float) -> None:
    assert needed(1920, 1080, pixel_format, depth) == LEAST + 125 * 1920 * 1080 * per_pixel
