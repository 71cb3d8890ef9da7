"""Probing: what a file is, which of its streams is the picture, and where its clock is 0."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition

from vidseg.errors import SourceError
from vidseg.media import opening, probe
from vidseg.testing import Clip, picture


def add_sound(out: av.container.OutputContainer, start: int = 0, codec: str = "aac") -> None:
    sound = out.add_stream(codec, rate=48000)
    assert isinstance(sound, av.AudioStream)
    for n in range(4):
        piece = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        piece.sample_rate, piece.pts, piece.time_base = 48000, start + n * 1024, Fraction(1, 48000)
        out.mux(sound.encode(piece))
    out.mux(sound.encode(None))


def test_a_file_is_described_without_decoding_it(tmp_path: Path) -> None:
    path = Clip(frames=50, width=66, height=34, pixel_format="yuv422p10le", codec="libx264", sound=Fraction(0)).write(
        tmp_path / "a.mp4"
    )
    media = probe.probe(path)
    assert (media.path, media.stream) == (path, 0)
    assert (media.width, media.height) == (66, 34)
    assert (media.pixel_format, media.depth) == ("yuv422p10le", 10)
    assert [media.rate, media.frames, media.duration, media.origin] == [25, 50, 2, 0]
    assert media.time_base.numerator == 1


def test_where_frames_are_not_counted_they_come_of_the_length(tmp_path: Path) -> None:
    """Matroska has no count: 2 s (to the ms) of 25 frames a second."""
    assert probe.probe(Clip(frames=50).write(tmp_path / "a.mkv")).frames == 50


def test_a_bare_stream_has_no_length(tmp_path: Path) -> None:
    media = probe.probe(Clip(frames=5, codec="libx264").write(tmp_path / "a.h264"))
    assert media.frames is None
    assert media.duration is None


def add_cover(out: av.container.OutputContainer) -> av.Packet[Any]:
    """Gives the packet to mux when every stream is there."""
    cover = out.add_mux_stream("mjpeg", width=32, height=32)
    cover.disposition = Disposition.attached_pic
    packet = av.Packet(cv2.imencode(".jpg", np.zeros((32, 32, 3), np.uint8))[1].tobytes())
    packet.stream, packet.pts, packet.dts, packet.time_base = cover, 0, 0, Fraction(1, 25)
    return packet


def test_a_cover_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        cover = add_cover(out)
        for n in range(3):
            out.mux(video.encode(picture(n)))
        out.mux(cover)
        out.mux(video.encode(None))
    assert probe.probe(path).width == 64


def test_of_two_videos_the_default_one_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("ffv1", rate=25) for _ in range(2)]
        for n, stream in enumerate(streams):
            stream.width, stream.height, stream.pix_fmt = 32 * (n + 1), 48, "yuv420p"
            stream.disposition = Disposition.default if n else Disposition(0)
        for n, stream in enumerate(streams):
            out.mux(stream.encode(picture(0, 32 * (n + 1))))
    assert probe.probe(path).stream == 1


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        probe.probe(path)
    return caught.value.reason


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as out:
        add_sound(out)
    assert refused(path) == "holds no video, only sound"


def test_sound_with_a_cover_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="mp4") as out:
        cover = add_cover(out)
        add_sound(out)
        out.mux(cover)
    assert refused(path) == "holds no video, only sound"


def test_subtitles_alone_are_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        packet = av.Packet(b"words")
        packet.stream, packet.pts, packet.dts = out.add_mux_stream("subrip"), 0, 0
        packet.duration, packet.time_base = 500, Fraction(1, 1000)
        out.mux(packet)
    assert refused(path) == "holds no video, nothing that moves"


def test_a_picture_without_a_decoder_is_told_so(tmp_path: Path) -> None:
    path = Clip(frames=2).write(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes().replace(b"V_FFV1", b"V_NONE"))
    assert refused(path) == "holds a video stream that can't be decoded (no decoder, or no picture in it)"


def rates(average: object, guessed: object, base: object) -> Fraction:
    return probe.plausible_rate(SimpleNamespace(average_rate=average, guessed_rate=guessed, base_rate=base))  # type: ignore[arg-type]


def test_the_first_rate_of_a_camera_is_believed() -> None:
    assert rates(Fraction(30000, 1001), 25, 25) == Fraction(30000, 1001)
    assert rates(None, 24, 90000) == 24
    assert rates(1000, Fraction(50), 25) == 50  # FLV's and Matroska's milliseconds
    assert rates(Fraction(1, 60), None, Fraction(12)) == 12


def test_without_a_rate_it_is_25() -> None:
    assert rates(None, None, None) == 25
    assert rates(90000, 1000, 0) == 25


@pytest.mark.parametrize(
    ("name", "times", "origin"),
    [
        ("a.mkv", [0, 40], 0),
        ("a.mkv", [500, 540], 0),  # a late start is meant
        ("a.mkv", [-80, -40, 0], Fraction(-80, 1000)),  # outputs can't hold it: what plays first plays at 0
        ("a.mp4", [500, 540], 0),
    ],
)
def test_the_clock_of_a_file_that_starts_at_zero_is_kept(
    tmp_path: Path, name: str, times: list[int], origin: Fraction
) -> None:
    path = Clip(times=times, time_base=Fraction(1, 1000)).write(tmp_path / name)
    assert probe.probe(path).origin == origin


def test_the_clock_of_a_transport_stream_starts_with_its_first_stream(tmp_path: Path) -> None:
    path = Clip(times=range(100, 125), sound=Fraction(7, 2)).write(tmp_path / "a.ts")
    with av.open(str(path)) as container:
        starts = [Fraction(one.start_time or 0) * Fraction(one.time_base or 0) for one in container.streams]
    assert min(starts) > 3
    assert probe.probe(path).origin == min(starts)


def test_probing_raises_what_opening_raises(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.mp4") == "no such file"


def test_describing_a_stream_of_an_open_file(tmp_path: Path) -> None:
    path = Clip(frames=3).write(tmp_path / "a.mkv")
    with opening.opened(path) as container:
        stream = probe.main_video(container, path)
        assert probe.describe(container, stream, path) == probe.probe(path)
