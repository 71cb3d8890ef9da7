"""The sink: an output is whole or it isn't there; what was written is what another reader finds in it."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg.errors import DiskError, IncompleteError, OptionError, TargetError, WriteError
from vidseg.frame import Frame
from vidseg.job import Encoding, Span
from vidseg.media.hdr import StaticMetadata, static_metadata
from vidseg.media.notes import Notes
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.media.written import Beside, Tally
from vidseg.testing import Clip, grey, pass_through, shown
from vidseg.testing import frame as a_frame

MS = Fraction(1, 1000)
FAST = Encoding(preset="ultrafast")


def encoding_for(target: Path) -> Encoding:
    return Encoding(preset="8" if target.suffix == ".webm" else "ultrafast")


@contextmanager
def sinking(source: Path, target: Path, *, overwrite: bool = False) -> Iterator[tuple[Source, Sink]]:
    notes = Notes()
    with Source(source, None, notes) as opened, Sink(target, FAST, opened, notes, overwrite=overwrite) as sink:
        yield opened, sink


def write_all(source: Path, target: Path, encoding: Encoding = FAST, *, overwrite: bool = False) -> None:
    pass_through(source, target, encoding, overwrite=overwrite)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return Clip(frames=6, sound=Fraction(0)).write(folder / "a.mkv")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder for outputs."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- whole, or not there ---


def test_a_finished_output_is_there_alone(source: Path, out: Path) -> None:
    write_all(source, out / "b.mp4")
    assert names(out) == ["b.mp4"]
    assert len(shown(out / "b.mp4")) == 6


def test_until_it_is_finished_it_does_not_have_its_name(source: Path, out: Path) -> None:
    with sinking(source, out / "b.mp4") as (opened, sink):
        for frame in opened.frames():
            sink.write(frame)
            assert not (out / "b.mp4").exists()
        sink.finish()
        assert (out / "b.mp4").exists()


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("after", [0, 3, 6])
def test_nothing_is_left_after_an_error_on_the_way(
    source: Path, out: Path, error: type[BaseException], after: int
) -> None:
    def fails() -> None:
        with sinking(source, out / "b.mp4") as (opened, sink):
            for n, frame in enumerate(opened.frames()):
                if n == after:
                    raise error
                sink.write(frame)
            raise error

    with pytest.raises(error):
        fails()
    assert names(out) == []
    held = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    assert not [name for name in held if str(out.parent) in name]


def test_leaving_without_finishing_leaves_nothing(source: Path, out: Path) -> None:
    with sinking(source, out / "b.mp4") as (opened, sink):
        for frame in opened.frames():
            sink.write(frame)
    assert names(out) == []


def test_finishing_without_a_frame_is_refused(source: Path, out: Path) -> None:
    with (
        sinking(source, out / "b.mp4") as (_, sink),
        pytest.raises(IncompleteError, match="no frame was written"),
    ):
        sink.finish()
    assert names(out) == []


def test_an_encoder_that_refuses_the_size_is_told_and_leaves_nothing(tmp_path: Path, out: Path) -> None:
    tiny = Clip(frames=2, width=2, height=2).write(tmp_path / "a.mkv")
    with pytest.raises(WriteError) as caught:
        write_all(tiny, out / "b.mp4", Encoding("hevc"))
    assert caught.value.path == str(out / "b.mp4")
    assert caught.value.reason == "libx265 refuses 2x2 yuv420p (Invalid argument)"
    assert names(out) == []


def test_a_folder_that_isnt_there_is_told(source: Path, out: Path) -> None:
    with pytest.raises(WriteError) as caught:
        write_all(source, out / "nowhere" / "b.mp4")
    assert caught.value.reason == "writing failed: No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_mustnt_be_written_is_told(source: Path, out: Path) -> None:
    out.chmod(0o555)
    with pytest.raises(WriteError, match="can't be written: Permission denied"):
        write_all(source, out / "b.mp4")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full for this user (a quota)"),
        (errno.EACCES, "can't be written: Permission denied"),
        (errno.EROFS, "the disk can't be written to any more (it is read-only)"),
        (errno.EIO, "writing failed: Input/output error"),
    ],
)
def test_the_systems_refusals_are_told_in_words(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    def refuses(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number), "/a/name")

    monkeypatch.setattr(os, "fsync", refuses)
    with pytest.raises(WriteError) as caught:
        write_all(source, out / "b.mp4")
    assert caught.value.reason == reason
    assert names(out) == []


@contextmanager
def tiny_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of so many bytes mounted on a folder."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root mounts")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting isn't permitted here")
    try:
        yield
    finally:
        # lazily: PyAV leaves the file open whose header could not be written
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


NOISE = np.random.default_rng(5)


def noise(_: int, planes: list[Any]) -> None:
    """What no encoder makes small."""
    for plane in planes:
        plane[:] = NOISE.integers(16, 235, plane.shape)


SMALL = Clip(frames=3, width=64, height=64, painter=noise)
"""Smaller than FFmpeg's buffer (32 KiB): it reaches the disk with the trailer, when the file is closed."""


@pytest.mark.parametrize(
    ("name", "clip", "disk"),
    [
        ("b.mp4", Clip(frames=20, width=320, height=240, painter=noise), "200k"),
        ("b.mkv", Clip(frames=20, width=320, height=240, painter=noise), "200k"),
        ("b.mp4", SMALL, "4k"),
        ("b.mov", SMALL, "4k"),
        ("b.mkv", SMALL, "4k"),
    ],
)
def test_a_full_disk_is_told_and_left_empty(tmp_path: Path, out: Path, name: str, clip: Clip, disk: str) -> None:
    source = clip.write(tmp_path / "a.mkv")
    with tiny_disk(out, disk):
        with pytest.raises(WriteError) as caught:
            write_all(source, out / name)
        left = names(out)
    assert caught.value.reason == "the disk is full"
    assert left == []


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv"])
def test_no_room_for_the_header_is_the_disk_and_not_the_encoder(source: Path, out: Path, name: str) -> None:
    with tiny_disk(out, "4k"):
        (out / "other").write_bytes(bytes(4096))
        with pytest.raises(DiskError, match="the disk is full"):
            write_all(source, out / name)
        left = names(out)
    assert left == ["other"]


def test_a_file_that_may_not_grow_is_told_and_removed(tmp_path: Path, out: Path) -> None:
    """The same without being root: the process may write no more than 50 kB to a file."""
    pytest.importorskip("resource")
    big = Clip(frames=20, width=320, height=240, painter=noise).write(tmp_path / "a.mkv")
    program = (
        "import resource, sys; from pathlib import Path; from vidseg.testing import pass_through\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "pass_through(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(big), str(out / "b.mp4")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.strip().endswith(f"vidseg.errors.WriteError: {out / 'b.mp4'}: writing failed: File too large")
    assert names(out) == []


# --- the name ---


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_an_outputs_mode_follows_the_umask(source: Path, out: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_all(source, out / "b.mp4")
    finally:
        os.umask(before)
    assert stat.S_IMODE((out / "b.mp4").stat().st_mode) == 0o666 & ~mask


def test_what_appears_meanwhile_is_left_as_it_is(source: Path, out: Path) -> None:
    target = out / "b.mp4"
    with sinking(source, target) as (opened, sink):
        for frame in opened.frames():
            sink.write(frame)
        target.write_text("mine")
        with pytest.raises(WriteError, match="appeared meanwhile, and was left as it is"):
            sink.finish()
    assert target.read_text() == "mine"
    assert names(out) == ["b.mp4"]


def test_an_output_is_replaced_when_told(source: Path, out: Path) -> None:
    (out / "b.mp4").write_text("old")
    write_all(source, out / "b.mp4", overwrite=True)
    assert names(out) == ["b.mp4"]
    assert len(shown(out / "b.mp4")) == 6


def test_an_output_that_is_to_be_replaced_stays_if_it_fails(source: Path, out: Path) -> None:
    (out / "b.mp4").write_text("old")

    def fails() -> None:
        with sinking(source, out / "b.mp4", overwrite=True) as (opened, sink):
            sink.write(next(opened.frames()))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert (out / "b.mp4").read_text() == "old"
    assert names(out) == ["b.mp4"]


def test_where_there_are_no_links_it_is_renamed(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuses)
    write_all(source, out / "b.mp4")
    assert names(out) == ["b.mp4"]


@pytest.mark.parametrize("name", ["b:c.mp4", "pipe:1.mp4", "100%03d.mp4", "-y.mp4", "a b é 😀.mp4", "x" * 240 + ".mp4"])
def test_a_targets_name_is_a_name_and_nothing_else(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(out)
    write_all(source, Path(name))
    assert names(out) == [name]


def test_a_suffix_that_isnt_written_is_refused_before_anything_is_there(source: Path, out: Path) -> None:
    with pytest.raises(TargetError):
        write_all(source, out / "b.avi")
    assert names(out) == []


# --- the check ---


def dropping(monkeypatch: pytest.MonkeyPatch, drop: Callable[[av.Packet[Any]], bool]) -> None:
    """Some of the picture's packets never reach the file."""
    plain = Sink._mux_picture

    def leaky(self: Sink, packets: list[av.Packet[Any]]) -> None:
        plain(self, [packet for packet in packets if not drop(packet)])

    monkeypatch.setattr(Sink, "_mux_picture", leaky)


def test_a_frame_lost_on_the_way_is_noticed(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropping(monkeypatch, lambda packet: packet.pts is not None and packet.pts * packet.time_base == Fraction(3, 25))
    with pytest.raises(IncompleteError) as caught:
        write_all(source, out / "b.mp4")
    assert caught.value.reason == "6 frames went in, 5 came out"
    assert names(out) == []


def test_a_time_changed_on_the_way_is_noticed(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Sink._mux_picture

    def late(self: Sink, packets: list[av.Packet[Any]]) -> None:
        for packet in packets:
            assert packet.pts is not None
            assert packet.dts is not None
            packet.pts += round(1 / packet.time_base)
            packet.dts += round(1 / packet.time_base)
        plain(self, packets)

    monkeypatch.setattr(Sink, "_mux_picture", late)
    with pytest.raises(IncompleteError) as caught:
        write_all(source, out / "b.mkv")
    assert caught.value.reason == "a frame of 0.000 s came out at 1.000 s"
    assert names(out) == []


@pytest.mark.parametrize("name", ["b.mp4", "b.mkv"])
def test_a_file_without_a_picture_that_can_be_decoded_is_noticed(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plain = Sink._mux_picture

    def torn(self: Sink, packets: list[av.Packet[Any]]) -> None:
        for packet in packets:
            if packet.is_keyframe:
                packet.update(bytes(packet.size))
        plain(self, packets)

    monkeypatch.setattr(Sink, "_mux_picture", torn)
    with pytest.raises(IncompleteError) as caught:
        write_all(source, out / name)
    assert caught.value.reason.startswith("it can't be read again: it holds a video stream that can't be decoded")
    assert names(out) == []


def test_a_stream_lost_on_the_way_is_noticed(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Beside("audio", Fraction(0), Fraction(1))
    monkeypatch.setattr(Tally, "streams", lambda *_: (sound, sound))
    with pytest.raises(IncompleteError, match="2 streams of audio went in, 1 came out"):
        write_all(source, out / "b.mp4")
    assert names(out) == []


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv"])
def test_sound_without_a_packet_is_said_and_fails_nothing(tmp_path: Path, out: Path, name: str) -> None:
    """As of a file whose end is lost: some muxers leave such a stream out."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as made:
        stream = made.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        made.add_stream("pcm_s16le", rate=8000)
        made.mux(stream.encode(a_frame().picture))
        made.mux(stream.encode(None))
    notes = pass_through(path, out / name)
    assert "nothing of a stream of sound was there to be copied" in notes.said
    assert names(out) == [name]


# --- refusals ---


def test_a_frame_of_another_size_is_refused(source: Path, out: Path) -> None:
    with sinking(source, out / "b.mp4") as (opened, sink):
        sink.write(next(opened.frames()))
        with pytest.raises(WriteError, match="a frame has 32x32, not the first one's size"):
            sink.write(a_frame(1, 32, 32))
    assert names(out) == []


def test_a_codec_that_would_lose_bits_is_refused(tmp_path: Path, out: Path) -> None:
    deep = Clip(frames=1, pixel_format="yuv420p10le").write(tmp_path / "a.mkv")
    with pytest.raises(WriteError) as caught:
        write_all(deep, out / "b.webm", Encoding("vp9"))
    assert caught.value.reason == "vp9 can't hold yuv420p10le without loss here: use --codec av1"


@pytest.mark.parametrize("encoding", [Encoding("divx"), Encoding(crf=99), Encoding(preset="quick")])
def test_an_encoding_that_isnt_known_is_refused(source: Path, out: Path, encoding: Encoding) -> None:
    with pytest.raises(OptionError):
        write_all(source, out / "b.mp4", encoding)
    assert names(out) == []


# --- what another reader finds ---


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv", "b.webm"])
@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (2, 1, 1, 1), (1, 6, 6, 6), (1, 5, 5, 6)], ids=str)
def test_colour_tags_are_written(tmp_path: Path, name: str, tags: tuple[int, int, int, int]) -> None:
    source = Clip(frames=2, tags=tags).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / name, encoding_for(tmp_path / name))
    with av.open(str(tmp_path / name)) as written:
        context = written.streams.video[0].codec_context
        assert (
            int(context.color_range), int(context.colorspace), int(context.color_primaries), int(context.color_trc)
        ) == tags  # fmt: skip


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("b.mp4", FAST),
        ("b.mov", FAST),
        ("b.mkv", FAST),
        ("b.mkv", Encoding("hevc", preset="ultrafast")),
        ("b.mp4", Encoding("av1", preset="13")),
        ("b.mp4", Encoding("vp9", preset="8")),
    ],
    ids=str,
)
def test_the_pixels_shape_is_written(tmp_path: Path, name: str, encoding: Encoding) -> None:
    source = Clip(frames=2, width=66, aspect=Fraction(16, 11)).write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / name, encoding)
    with av.open(str(tmp_path / name)) as written:
        found = written.streams.video[0].sample_aspect_ratio
    assert found == Fraction(16, 11)


@pytest.mark.parametrize(
    ("name", "encoding"), [("b.webm", Encoding("vp9", preset="8")), ("b.mkv", Encoding("av1", preset="13"))], ids=str
)
def test_a_shape_that_can_not_be_written_is_said(tmp_path: Path, name: str, encoding: Encoding) -> None:
    source = Clip(frames=2, width=66, aspect=Fraction(16, 11)).write(tmp_path / "a.mp4")
    notes = pass_through(source, tmp_path / name, encoding)
    assert any("pixels are not square" in said for said in notes.said)


def test_mp4_keeps_the_clock(tmp_path: Path) -> None:
    source = Clip(frames=3, time_base=Fraction(1, 90000), times=[0, 3003, 6006]).write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as written:
        assert written.streams.video[0].time_base == Fraction(1, 90000)


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv", "b.webm"])
@pytest.mark.parametrize(
    ("times", "time_base"),
    [
        ([0, 17, 40, 41, 300, 301, 1000, 5000], MS),
        ([0, 1001, 2002, 9009, 10010], Fraction(1, 30000)),
        ([700, 740, 1000], MS),
        ([0, 3600_000], MS),  # an hour's gap is a gap
    ],
    ids=["variable", "ntsc", "late", "gap"],
)
def test_every_frame_comes_at_its_time(tmp_path: Path, name: str, times: list[int], time_base: Fraction) -> None:
    source = Clip(times=times, time_base=time_base, codec="libx264").write(tmp_path / "a.mp4")
    assert [one.time for one in shown(source)] == [pts * time_base for pts in times]
    pass_through(source, tmp_path / name, encoding_for(tmp_path / name))
    came = [one.time for one in shown(tmp_path / name)]
    tolerance = Fraction(0) if name in ("b.mp4", "b.mov") else MS / 2
    assert len(came) == len(times)
    assert all(abs(mine - pts * time_base) <= tolerance for mine, pts in zip(came, times, strict=True))


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_the_shortest_films_have_decoding_times_too(tmp_path: Path, codec: str, count: int) -> None:
    """libx265 gives what lay in its memory where there are fewer frames than it looks ahead; some muxers refuse it."""
    source = Clip(frames=count).write(tmp_path / "a.mkv")
    preset = {"av1": "13", "vp9": "8"}.get(codec, "ultrafast")
    for n in range(4):  # what lies there differs
        target = tmp_path / f"{n}.mp4"
        pass_through(source, target, Encoding(codec, preset=preset))
        with av.open(str(target)) as written:
            stamps = [(packet.pts, packet.dts) for packet in written.demux(video=0) if packet.size]
        assert [one.time for one in shown(target)] == [Fraction(n, 25) for n in range(count)]
        assert all(abs((pts or 0) - (dts or 0)) < 10**6 for pts, dts in stamps)


@pytest.mark.parametrize("name", ["b.mp4", "b.mov"])
def test_reordered_frames_come_at_their_times(tmp_path: Path, name: str) -> None:
    """With B-frames decoding starts before 0, which MP4's edit list takes back."""
    source = Clip(frames=25).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / name, Encoding(preset="medium"))
    with av.open(str(tmp_path / name)) as written:
        stamps = [(packet.pts, packet.dts) for packet in written.demux(video=0) if packet.size]
    assert any(pts != dts for pts, dts in stamps)
    assert [one.time for one in shown(tmp_path / name)] == [Fraction(n, 25) for n in range(25)]


def test_the_last_frame_keeps_its_length(tmp_path: Path) -> None:
    """Four frames a tenth apart, the last one shown for a second: MP4 tells it by the track's length."""
    source = Clip(frames=4, times=[0, 100, 200, 300], time_base=MS, codec="libx264").write(tmp_path / "a.mp4")
    target = tmp_path / "b.mp4"
    with sinking(source, target) as (opened, sink):
        for frame in opened.frames():
            ticks = round(1 / frame.time_base) if frame.index == 3 else frame.duration
            sink.write(Frame(frame.picture, frame.index, frame.pts, frame.time_base, ticks, frame.sample_aspect_ratio))
        sink.finish()
    with av.open(str(target)) as written:
        stream = written.streams.video[0]
        assert Fraction(stream.duration or 0) * Fraction(stream.time_base or 0) == Fraction(13, 10)
        last = max((packet for packet in written.demux(stream) if packet.size), key=lambda packet: packet.pts or 0)
        assert Fraction(last.duration or 0) * Fraction(last.time_base or 0) == 1


@pytest.mark.parametrize(
    ("name", "codec", "tag"),
    [("b.mp4", "hevc", "hvc1"), ("b.mov", "hevc", "hvc1"), ("b.mp4", "h264", "avc1"), ("b.mp4", "av1", "av01")],
)
def test_a_codec_has_the_tag_that_players_ask_for(source: Path, out: Path, name: str, codec: str, tag: str) -> None:
    write_all(source, out / name, Encoding(codec, preset="13" if codec == "av1" else "ultrafast"))
    with av.open(str(out / name)) as written:
        assert written.streams.video[0].codec_context.codec_tag == tag


@pytest.mark.parametrize(
    ("codec", "size", "pixel_format"),
    [
        ("h264", (63, 47), "yuv444p"),
        ("hevc", (65, 33), "yuv444p"),
        ("h264", (64, 48), "yuv420p"),
        ("av1", (65, 67), "yuv420p"),
        ("vp9", (63, 47), "yuv420p"),
    ],
)
def test_odd_sizes_are_kept(tmp_path: Path, codec: str, size: tuple[int, int], pixel_format: str) -> None:
    source = Clip(frames=2, width=size[0], height=size[1]).write(tmp_path / "a.mkv")
    preset = {"av1": "13", "vp9": "8"}.get(codec, "ultrafast")
    notes = pass_through(source, tmp_path / "b.mkv", Encoding(codec, crf=5, preset=preset))
    with av.open(str(tmp_path / "b.mkv")) as written:
        first = next(written.decode(video=0))
    assert (first.width, first.height) == size
    assert first.format.name == pixel_format
    assert bool(notes.said) == (pixel_format == "yuv444p")
    luma = shown(tmp_path / "b.mkv")[0].planes[0]
    assert np.abs(luma.astype(int) - shown(source)[0].planes[0]).mean() < 3


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv422p10le", "yuv444p12le"])
def test_depth_and_chroma_are_kept_without_being_asked(tmp_path: Path, pixel_format: str) -> None:
    source = Clip(frames=2, pixel_format=pixel_format).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4", Encoding(crf=4, preset="ultrafast"))
    mine, theirs = shown(tmp_path / "b.mp4")[0], shown(source)[0]
    with av.open(str(tmp_path / "b.mp4")) as written:
        assert written.streams.video[0].codec_context.pix_fmt == pixel_format
    unit = 1 << (int(pixel_format[7:9]) - 8)
    assert np.abs(mine.planes[0].astype(int) - theirs.planes[0]).mean() < 2 * unit


def test_quality_is_what_was_asked_for(tmp_path: Path) -> None:
    source = Clip(frames=5, width=160, height=120).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "good.mp4", Encoding(crf=5, preset="ultrafast"))
    pass_through(source, tmp_path / "bad.mp4", Encoding(crf=45, preset="ultrafast"))
    assert (tmp_path / "good.mp4").stat().st_size > 2 * (tmp_path / "bad.mp4").stat().st_size


def test_lossless_is_lossless(tmp_path: Path) -> None:
    """x264's crf 0 is: what is read and written again is bit for bit what it was."""
    source = Clip(frames=3).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4", Encoding("h264", crf=0, preset="ultrafast"))
    for mine, theirs in zip(shown(tmp_path / "b.mp4"), shown(source), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(mine.planes, theirs.planes, strict=True))


def test_a_span_starts_at_zero(tmp_path: Path) -> None:
    source = Clip(frames=25).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4", span=Span(Fraction(2, 5), Fraction(4, 5)))
    assert [one.time for one in shown(tmp_path / "b.mp4")] == [Fraction(n, 25) for n in range(10)]


def test_a_rotation_is_applied_and_not_written_again(tmp_path: Path) -> None:
    source = Clip(frames=2, rotation=90, codec="libx264").write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as written:
        first = next(written.decode(video=0))
    assert (first.width, first.height, first.rotation) == (48, 64, 0)


def test_the_phones_own_metadata_are_kept_in_mp4(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "a.mov"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as made:
        made.metadata["com.apple.quicktime.make"] = "Apple"
        stream = made.add_stream("libx264", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        made.mux(stream.encode(a_frame().picture))
        made.mux(stream.encode(None))
    write_all(path, out / "b.mp4")
    with av.open(str(out / "b.mp4")) as written:
        assert written.metadata["com.apple.quicktime.make"] == "Apple"


# --- HDR ---

# BT.2020's primaries, D65, 0.005 to 1000 cd/m2; 1000 and 400 cd/m2 of light
DISPLAY = "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)"
STATIC = StaticMetadata(
    tuple(
        (Fraction(x, 50000), Fraction(y, 50000))
        for x, y in ((35400, 14600), (8500, 39850), (6550, 2300), (15635, 16450))
    ),
    (Fraction(50, 10000), Fraction(1000)),
    (1000, 400),
)


@pytest.fixture(scope="module")
def hdr_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hdr") / "a.mp4"
    parameters = f"log-level=none:master-display={DISPLAY}:max-cll=1000,400:hdr10=1"
    with av.open(str(path), "w") as made:
        stream = made.add_stream("libx265", rate=25, options={"preset": "ultrafast", "x265-params": parameters})
        assert isinstance(stream, av.VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = 64, 48, "yuv420p10le"
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 9, 9, 16
        for n in range(3):
            one = a_frame(n, pixel_format="yuv420p10le").picture
            one.color_range, one.colorspace, one.color_primaries, one.color_trc = 1, 9, 9, 16
            made.mux(stream.encode(one))
        made.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("b.mp4", FAST),
        ("b.mkv", FAST),
        ("b.mp4", Encoding("av1", preset="13")),
        ("b.webm", Encoding(preset="13")),
    ],
    ids=["hevc in mp4", "hevc in mkv", "av1 in mp4", "av1 in webm"],
)
def test_hdr_stays_hdr(hdr_clip: Path, tmp_path: Path, name: str, encoding: Encoding) -> None:
    notes = pass_through(hdr_clip, tmp_path / name, encoding)
    with av.open(str(tmp_path / name)) as written:
        first = next(written.decode(video=0))
    assert first.format.name == "yuv420p10le"
    assert (int(first.colorspace), int(first.color_primaries), int(first.color_trc)) == (9, 9, 16)
    found = static_metadata(first)
    assert found.light == STATIC.light
    assert found.primaries is not None
    assert STATIC.primaries is not None
    for mine, theirs in zip(found.primaries, STATIC.primaries, strict=True):
        assert all(abs(a - b) < Fraction(1, 30000) for a, b in zip(mine, theirs, strict=True))
    assert found.luminance is not None
    assert abs(found.luminance[0] - Fraction(1, 200)) < Fraction(1, 5000)
    assert abs(found.luminance[1] - 1000) < 1
    assert notes.said == []


def test_hdr_metadata_that_a_codec_cant_carry_are_said_to_be_left_out(hdr_clip: Path, tmp_path: Path) -> None:
    notes = pass_through(hdr_clip, tmp_path / "b.mp4", Encoding("h264", preset="ultrafast"))
    assert notes.said == ["h264 carries no mastering display and light level here; --codec hevc does"]


def test_hlg_stays_hlg(tmp_path: Path) -> None:
    source = Clip(frames=2, pixel_format="yuv420p10le", tags=(1, 9, 9, 18)).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as written:
        first = next(written.decode(video=0))
    assert (int(first.colorspace), int(first.color_primaries), int(first.color_trc)) == (9, 9, 18)


def test_an_mp4_tells_its_colour_also_in_the_container(source: Path, out: Path) -> None:
    """A ``colr`` box of kind ``nclx`` with 1, 1, 1, limited (ISO 14496-12, 12.1.5): QuickTime reads no other."""
    write_all(source, out / "b.mp4")
    data = (out / "b.mp4").read_bytes()
    at = data.index(b"colrnclx") + 8
    assert struct.unpack_from(">3H", data, at) == (1, 1, 1)
    assert data[at + 6] & 0x80 == 0


def test_a_matte_of_hdr_is_ordinary_video(hdr_clip: Path, tmp_path: Path) -> None:
    notes = Notes()
    encoding = Encoding(content="matte", preset="ultrafast")
    with (
        Source(hdr_clip, None, notes) as opened,
        Sink(tmp_path / "b.mp4", encoding, opened, notes, overwrite=False) as sink,
    ):
        for frame in opened.frames():
            sink.write(frame.with_picture(grey().picture))
        sink.finish()
    with av.open(str(tmp_path / "b.mp4")) as written:
        first = next(written.decode(video=0))
    assert static_metadata(first) == StaticMetadata()
    assert (first.color_range, first.colorspace, first.color_primaries, first.color_trc) == (1, 1, 1, 1)
    assert notes.said == []


def test_hdr_with_alpha_keeps_its_tags_and_the_loss_of_its_display_is_said(hdr_clip: Path, tmp_path: Path) -> None:
    notes = Notes()
    with (
        Source(hdr_clip, None, notes) as opened,
        Sink(tmp_path / "b.mov", Encoding(content="straight"), opened, notes, overwrite=False) as sink,
    ):
        for frame in opened.frames():
            sink.write(frame.with_picture(frame.picture, np.zeros((48, 64), np.uint16)))
        sink.finish()
    with av.open(str(tmp_path / "b.mov")) as written:
        first = next(written.decode(video=0))
    assert (first.colorspace, first.color_primaries, first.color_trc) == (9, 9, 16)
    assert notes.said == ["prores4444 carries no mastering display and light level here"]
