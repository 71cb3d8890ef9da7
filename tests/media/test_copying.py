from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from vidseg.frame import planes_of
from vidseg.media.copying import Copies
from vidseg.media.side_data import side_data
from vidseg.testing import Clip, picture


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p10le", "yuv444p12le", "yuvj420p"])
def test_a_copy_is_equal_and_its_own(name: str) -> None:
    copies = Copies()
    for n in range(3):
        one = picture(n, 65, 49, name)
        before = [plane.copy() for plane in planes_of(one)]
        made = copies.of(one)
        assert made.format.name == name.replace("yuvj", "yuv")
        for ours, plane in zip(planes_of(made), before, strict=True):
            np.testing.assert_array_equal(ours, plane)
            ours.fill(0)
        for plane, kept in zip(planes_of(one), before, strict=True):
            np.testing.assert_array_equal(plane, kept)


def test_copies_held_at_once_do_not_share_memory() -> None:
    copies = Copies()
    held = [copies.of(picture(n)) for n in range(40)]
    for n, made in enumerate(held):
        for ours, plane in zip(planes_of(made), planes_of(picture(n)), strict=True):
            np.testing.assert_array_equal(ours, plane)


def test_a_turned_picture_s_matrix_does_not_come_along(tmp_path: Path) -> None:
    """The copy is upright, and an encoder that was told otherwise would turn it again."""
    path = Clip(frames=1, rotation=-90).write(tmp_path / "a.mp4")
    with av.open(str(path)) as container:
        (stored,) = container.decode(video=0)
    assert stored.rotation == -90
    assert Copies().of(stored).rotation == 0


def test_what_stays_true_of_a_picture_comes_along() -> None:
    """x264 writes its settings into the stream, which come back as side data of the first picture."""
    data = io.BytesIO()
    with av.open(data, "w", format="h264") as out:
        stream = out.add_stream("libx264", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        out.mux(stream.encode(picture()))
        out.mux(stream.encode(None))
    data.seek(0)
    with av.open(data, "r") as container:
        first = next(container.decode(video=0))
    kept = side_data(Copies().of(first))
    assert kept == side_data(first)
    assert kept
