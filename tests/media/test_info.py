"""Info: what a file is, against what it was made as; what vidseg makes of it, against what it then makes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import pytest

from vidseg.errors import SourceError
from vidseg.job import Encoding
from vidseg.media.info import info
from vidseg.testing import Clip, pass_through

SAMPLES = Path(__file__).parents[2] / "sample_media"


def test_a_clip_is_what_it_was_made_as(tmp_path: Path) -> None:
    clip = Clip(
        frames=20, width=96, height=64, pixel_format="yuv422p10le", tags=(1, 9, 9, 16), aspect=Fraction(4, 3),
        sound=Fraction(0),
    )  # fmt: skip
    path = clip.write(tmp_path / "in.mp4")
    found = info(path)
    assert found.source == path
    assert found.bytes == path.stat().st_size
    picture = found.picture
    assert (picture.codec, picture.width, picture.height, picture.depth) == ("h264", 96, 64, 10)
    assert (picture.pixel_format, picture.aspect, picture.upright) == ("yuv422p10le", Fraction(4, 3), (96, 64))
    assert (picture.rotation, picture.mirrored, picture.interlaced) == (0, False, False)
    assert (found.times.frames, found.times.known, found.times.rate) == (20, "counted", Fraction(25))
    assert not found.times.variable
    colour = found.colour
    assert (colour.range, colour.matrix, colour.primaries, colour.transfer, colour.guessed) == (
        "limited", "BT2020NC", "BT2020", "SMPTE2084", False,
    )  # fmt: skip
    assert found.alpha.carrier is None
    assert [(stream.kind, stream.codec) for stream in found.streams] == [("video", "h264"), ("audio", "aac")]
    assert found.streams[1].detail == "48000 Hz, stereo"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turn_is_told_as_it_is_seen(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    """The clip's is counter-clockwise, and mirrors first; the size is checked against the pictures' own."""
    path = Clip(frames=1, rotation=rotation, mirrored=mirrored).write(tmp_path / "in.mp4")
    picture = info(path).picture
    assert picture.mirrored == mirrored
    assert picture.upright == ((48, 64) if rotation in (90, 270) else (64, 48))
    if not mirrored:
        assert picture.rotation == -rotation % 360


def test_variable_times_are_told_with_their_bounds(tmp_path: Path) -> None:
    path = Clip(times=[3, 4, 5, 15, 16], time_base=Fraction(1, 10)).write(tmp_path / "in.mp4")
    times = info(path).times
    assert times.variable
    assert (times.shortest, times.longest, times.starts) == (0.1, 1.0, 0.3)


def test_thirtieths_in_milliseconds_are_not_variable(tmp_path: Path) -> None:
    path = Clip(times=[33, 67, 100, 133, 167, 200], time_base=Fraction(1, 1000)).write(tmp_path / "in.mkv")
    assert not info(path).times.variable


def test_a_long_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = Clip(frames=1100, width=16, height=16).write(tmp_path / "in.mp4")
    times = info(path).times
    assert (times.frames, times.known, times.variable) == (1100, "declared", False)
    path = Clip(frames=1100, width=16, height=16).write(tmp_path / "in.mkv")
    times = info(path).times
    assert (times.frames, times.known, times.variable) == (1100, "estimated", False)


def test_missing_tags_are_told_as_guessed(tmp_path: Path) -> None:
    colour = info(Clip(frames=1, tags=(0, 2, 2, 2)).write(tmp_path / "in.mkv")).colour
    assert colour.guessed
    assert colour.matrix == "SMPTE170M"


@pytest.mark.parametrize(
    ("clip", "name"),
    [
        (Clip(frames=3), "in.mp4"),
        (Clip(frames=3), "in.avi"),
        (Clip(frames=3, pixel_format="yuv420p10le", codec="libx265"), "in.mov"),
        (Clip(frames=3, codec="libvpx-vp9"), "in.webm"),
        (Clip(frames=3, pixel_format="yuv444p12le"), "in.mkv"),
        (Clip(frames=3, width=63, height=47, pixel_format="yuv444p"), "in.mkv"),
        (Clip(frames=3, width=63, height=47), "in.mkv"),
    ],
    ids=["h264", "avi", "10 bits", "webm", "12 bits", "odd", "odd 4:2:0"],
)
def test_what_it_says_it_makes_is_what_is_made(tmp_path: Path, clip: Clip, name: str) -> None:
    path = clip.write(tmp_path / name)
    made = info(path).made
    target = tmp_path / f"out{made.suffix}"
    pass_through(path, target, Encoding())
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == made.codec
        assert stream.codec_context.pix_fmt == made.pixel_format
    assert made.refused is None


def test_what_would_be_converted_is_said(tmp_path: Path) -> None:
    path = Clip(frames=3, codec="libvpx-vp9", sound=Fraction(0)).write(tmp_path / "in.mkv")
    path = path.rename(tmp_path / "in.webm")
    assert info(path).made.notes == ("audio stream 1 was converted from aac to opus: webm takes no aac",)


def test_what_can_not_be_held_is_said(tmp_path: Path) -> None:
    path = Clip(frames=3, pixel_format="yuv422p10le").write(tmp_path / "in.mkv")
    refused = info(path.rename(tmp_path / "in.webm")).made.refused
    assert refused is not None
    assert "av1 can't hold yuv422p10le" in refused


def test_it_is_one_line_of_json() -> None:
    found = info(SAMPLES / "astronaut_portrait.mp4")
    said = json.loads(found.to_json())
    assert said["source"].endswith("astronaut_portrait.mp4")
    assert said["picture"]["upright"] == [360, 640]
    assert said["picture"]["rotation"] == 90
    assert said["times"]["rate"] == "30"
    assert said["alpha"]["used"] is False
    assert said["made"]["encoder"] == "libx264"
    assert "\n" not in found.to_json()


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.mp4"
    for content in (b"", b"no video"):
        path.write_bytes(content)
        with pytest.raises(SourceError):
            info(path)
    with pytest.raises(SourceError):
        info(tmp_path)
    with pytest.raises(SourceError):
        info(tmp_path / "nowhere.mp4")
