"""A sequence: all its pictures in a folder of its own, or no folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vidseg.errors import IncompleteError, WriteError
from vidseg.frame import FULL, planes_of
from vidseg.job import Encoding
from vidseg.media import whole
from vidseg.media.notes import Notes
from vidseg.media.sequence import SequenceSink
from vidseg.media.source import Source
from vidseg.testing import Clip, shown

STRAIGHT = Encoding(content="straight")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return Clip(frames=6, sound=Fraction(0)).write(folder / "a.mkv")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def write(
    source: Path, target: Path, *, overwrite: bool = False, stop: int | None = None, finish: bool = True
) -> Notes:
    """The source with a ramp of alpha; gives what was said."""
    notes = Notes()
    with (
        Source(source, None, notes) as opened,
        SequenceSink(target, STRAIGHT, opened, notes, overwrite=overwrite) as sink,
    ):
        for frame in opened.frames():
            if frame.index == stop:
                raise KeyboardInterrupt
            alpha = np.full((frame.height, frame.width), FULL * frame.index // 5, np.uint16)
            sink.write(frame.with_picture(frame.picture, alpha))
            assert not target.parent.exists() or overwrite or not any(target.parent.iterdir())
        if finish:
            sink.finish()
    return notes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_frame_is_a_picture_numbered_from_1(source: Path, out: Path) -> None:
    write(source, out / "frames" / "a-%03d.png")
    assert names(out) == ["frames"]
    assert names(out / "frames") == [f"a-{n:03}.png" for n in range(1, 7)]


def test_pictures_hold_the_frames_in_order_as_another_reader_sees_them(source: Path, out: Path) -> None:
    write(source, out / "frames" / "%d.png")
    for n, frame in enumerate(shown(source)):
        read = cv2.imread(str(out / "frames" / f"{n + 1}.png"), cv2.IMREAD_UNCHANGED)
        assert read is not None
        assert np.all(read[..., 3] == round(255 * n / 5))
        grey = cv2.cvtColor(read[..., :3].astype(np.float32), cv2.COLOR_BGR2RGB) @ (0.2126, 0.7152, 0.0722)
        inside = (read[..., :3].min(axis=2) > 0) & (read[..., :3].max(axis=2) < 255)
        assert np.abs(grey - (frame.planes[0].astype(float) - 16) * 255 / 219)[inside].max() < 2


def test_an_empty_folder_is_room_for_it(source: Path, out: Path) -> None:
    (out / "frames").mkdir()
    write(source, out / "frames" / "%d.png")
    assert len(names(out / "frames")) == 6


@pytest.mark.parametrize("stop", [0, 3])
def test_nothing_is_left_of_what_was_broken_off(source: Path, out: Path, stop: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(source, out / "frames" / "%d.png", stop=stop)
    write(source, out / "frames" / "%d.png", finish=False)
    assert names(out) == []


def test_finishing_without_a_frame_is_refused(source: Path, out: Path) -> None:
    notes = Notes()
    with (
        Source(source, None, notes) as opened,
        SequenceSink(out / "f" / "%d.png", STRAIGHT, opened, notes, overwrite=False) as sink,
        pytest.raises(IncompleteError, match="no frame was written"),
    ):
        sink.finish()
    assert names(out) == []


def test_what_came_meanwhile_is_left_as_it_is(source: Path, out: Path) -> None:
    notes = Notes()
    target = out / "frames" / "%d.png"
    with (
        Source(source, None, notes) as opened,
        SequenceSink(target, STRAIGHT, opened, notes, overwrite=False) as sink,
    ):
        for frame in opened.frames():
            sink.write(frame.with_picture(frame.picture, np.zeros((48, 64), np.uint16)))
        target.parent.mkdir()
        (target.parent / "7.png").write_bytes(b"mine")
        with pytest.raises(WriteError, match="is not empty any more, and was left as it is"):
            sink.finish()
    assert names(out) == ["frames"]
    assert names(out / "frames") == ["7.png"]


def test_overwriting_replaces_the_whole_sequence(source: Path, out: Path) -> None:
    (out / "frames").mkdir()
    (out / "frames" / "9.png").write_bytes(b"old")
    write(source, out / "frames" / "%d.png", overwrite=True)
    assert names(out / "frames") == [f"{n}.png" for n in range(1, 7)]
    assert names(out) == ["frames"]


def test_overwriting_takes_nothing_that_is_not_the_sequence_s(source: Path, out: Path) -> None:
    (out / "frames").mkdir()
    (out / "frames" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(WriteError, match="holds other files too, and was left as it is"):
        write(source, out / "frames" / "%d.png", overwrite=True)
    assert names(out) == ["frames"]
    assert names(out / "frames") == ["mine.txt"]


def test_a_full_disk_is_told_and_leaves_nothing(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriteError) as caught:
        write(source, out / "frames" / "%d.png")
    assert caught.value.reason == "the disk is full"
    assert names(out) == []


def test_a_folder_that_can_not_take_its_name_gives_the_old_one_back(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out / "frames").mkdir()
    (out / "frames" / "1.png").write_bytes(b"old")
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return rename(path, target)

    monkeypatch.setattr(whole, "exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(WriteError, match="can't be written"):
        write(source, out / "frames" / "%d.png", overwrite=True)
    assert (out / "frames" / "1.png").read_bytes() == b"old"
    assert names(out) == ["frames"]


DIES = """
import os, sys
from pathlib import Path
from vidseg.media import whole
target, at = Path(sys.argv[1]), sys.argv[2]
folder = whole.TemporaryFolder(target, lambda name: name.endswith(".png"))
(folder.path / "2.png").write_bytes(b"new")
rename = Path.rename
def dies(path, target):
    if path.suffix == ".part":
        os._exit(9)
    return rename(path, target)
if at == "between":
    whole.exchange = lambda *_: False
    Path.rename = dies
else:
    whole._swept = lambda _: os._exit(9)
if at == "after, in two steps":
    whole.exchange = lambda *_: False
folder.publish(overwrite=True)
"""


@pytest.mark.parametrize(
    ("at", "left"),
    [("between", b"old"), ("after", b"new"), ("after, in two steps", b"new")],
    ids=lambda value: str(value),
)
def test_killed_while_it_takes_the_place_of_another_one_of_the_two_is_there_whole(
    out: Path, at: str, left: bytes
) -> None:
    (out / "frames").mkdir()
    (out / "frames" / ("1.png" if left == b"old" else "2.png")).write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", DIES, out / "frames", at], check=False)
    assert killed.returncode == 9
    assert len(list(out.iterdir())) == 2
    whole.sweep(out)
    assert names(out) == ["frames"]
    assert [path.read_bytes() for path in (out / "frames").iterdir()] == [left]


def test_what_a_living_writer_has_is_not_swept(out: Path) -> None:
    folder = whole.TemporaryFolder(out / "frames", lambda _: True)
    (folder.path / "1.png").write_bytes(b"new")
    code = "import sys, pathlib; from vidseg.media.whole import sweep; sweep(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, out], check=True)
    assert names(folder.path) == ["1.png"]
    folder.remove()
    assert names(out) == []


def test_a_link_to_a_folder_is_replaced_and_what_it_leads_to_stays(source: Path, out: Path) -> None:
    (out / "real").mkdir()
    (out / "real" / "9.png").write_bytes(b"old")
    (out / "frames").symlink_to("real")
    write(source, out / "frames" / "%d.png", overwrite=True)
    assert names(out) == ["frames", "real"]
    assert (names(out / "real"), len(names(out / "frames"))) == (["9.png"], 6)


def test_a_frame_of_another_size_is_refused(source: Path, out: Path) -> None:
    notes = Notes()
    with (
        Source(source, None, notes) as opened,
        SequenceSink(out / "f" / "%d.png", STRAIGHT, opened, notes, overwrite=False) as sink,
    ):
        frame = next(opened.frames())
        sink.write(frame.with_picture(frame.picture, np.zeros((48, 64), np.uint16)))
        picture = frame.picture.reformat(width=32, height=24)
        planes_of(picture)
        with pytest.raises(WriteError, match="a frame has 32x24, not the first one's size"):
            sink.write(frame.with_picture(picture, np.zeros((24, 32), np.uint16)))


def test_sound_and_times_that_are_lost_are_said(source: Path, out: Path, tmp_path: Path) -> None:
    assert write(source, out / "a" / "%d.png").said == ["sound was left out: a sequence of pictures holds none"]
    uneven = Clip(times=[0, 1, 5, 6, 7, 9]).write(tmp_path / "b.mkv")
    assert write(uneven, out / "b" / "%d.png").said == [
        "frames last unequally long, which a sequence of pictures doesn't tell"
    ]
