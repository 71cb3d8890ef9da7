"""The source: every picture of a file, once, exact in its samples and its time; damage loses only itself."""

from __future__ import annotations

import resource
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg import threads
from vidseg.errors import SourceError
from vidseg.frame import Frame, Plane, planes_of
from vidseg.job import Damage, Reading, Span
from vidseg.media import colour, decoding, formats, opening
from vidseg.media import source as source_module
from vidseg.media.colour import Colour
from vidseg.media.notes import Notes
from vidseg.media.source import Source
from vidseg.testing import Clip, paint, picture, shown

MS = Fraction(1, 1000)


def read(path: Path, span: Span | None = None, reading: Reading | None = None) -> tuple[list[Frame], Notes]:
    with Source(path, span, reading=reading) as source:
        return list(source.frames()), source.notes


def refused(path: Path, span: Span | None = None, reading: Reading | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        read(path, span, reading)
    assert caught.value.path == str(path)
    open_files = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    assert str(path) not in open_files
    return caught.value.reason


def numbered(n: int, planes: list[Plane]) -> None:
    """A picture that says its number in its luma: sixteen patches, each black or white by a bit."""
    planes[0][:] = 16
    wide = planes[0].shape[1] // 16
    for bit in range(16):
        planes[0][:, bit * wide : (bit + 1) * wide] = 235 if n >> bit & 1 else 16
    for plane in planes[1:]:
        plane[:] = 128


def noise(n: int, planes: list[Plane]) -> None:
    """Pictures of which an encoder makes long packets."""
    for index, plane in enumerate(planes):
        plane[:] = np.random.default_rng(n * 3 + index).integers(16, 235, plane.shape)


def number_of(frame: Frame) -> int:
    luma = frame.planes[0]
    wide = luma.shape[1] // 16
    return sum(1 << bit for bit in range(16) if luma[:, bit * wide : (bit + 1) * wide].mean() > 128)


def in_step(frames: list[Frame]) -> None:
    """What holds of every reading."""
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert all(later.pts > earlier.pts for earlier, later in pairwise(frames))


# --- samples ---


@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize("subsampling", ["420", "422", "444"])
def test_samples_are_the_decoders_bit_for_bit(tmp_path: Path, subsampling: str, depth: int) -> None:
    name = formats.name_of(subsampling, depth)
    path = Clip(frames=4, pixel_format=name).write(tmp_path / "a.mkv")
    frames, notes = read(path)
    in_step(frames)
    assert [frame.picture.format.name for frame in frames] == [name] * 4
    for n, (frame, plain) in enumerate(zip(frames, shown(path), strict=True)):
        painted = planes_of(picture(n, pixel_format=name))
        for mine, theirs, made in zip(frame.planes, plain.planes, painted, strict=True):
            assert np.array_equal(mine, theirs)
            assert np.array_equal(mine, made)  # lossless: not only what is decoded, but what was made
    assert (notes.said, notes.details) == ([], [])


@pytest.mark.parametrize("name", ["yuvj420p", "yuvj422p", "yuvj444p"])
def test_samples_of_the_old_full_range_names_are_kept(tmp_path: Path, name: str) -> None:
    path = Clip(frames=2, pixel_format=name, codec="mjpeg", tags=(2, 5, 1, 1)).write(tmp_path / "a.mov")
    frames, _ = read(path)
    for frame, plain in zip(frames, shown(path), strict=True):
        assert frame.picture.color_range == 2
        for mine, theirs in zip(frame.planes, plain.planes, strict=True):
            assert np.array_equal(mine, theirs)


def samples(plane: Any, dtype: type = np.uint8) -> Plane:
    """A plane's memory."""
    return np.frombuffer(plane, dtype)


def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: av.VideoFrame) -> tuple[Frame, Notes]:
    """What is made of a picture that no container here can hold."""
    made.pts = 0
    monkeypatch.setattr(decoding.Decoder, "pictures", lambda _: iter([made]))
    (frame,), notes = read(Clip(frames=1).write(tmp_path / "a.mkv"))
    return frame, notes


@pytest.mark.parametrize("name", ["nv12", "nv16", "nv24", "yuyv422", "uyvy422", "p010le", "p210le", "yuva420p"])
@pytest.mark.parametrize("range_", [1, 2])
def test_packed_samples_are_only_laid_out_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, range_: int
) -> None:
    working = formats.working_format(name)
    planar = picture(0, pixel_format=working)
    planar.color_range = range_
    made = planar.reformat(format=name, src_color_range=range_, dst_color_range=range_)
    made.color_range, made.colorspace = range_, 1
    frame, notes = given(monkeypatch, tmp_path, made)
    assert frame.picture.format.name == working
    assert frame.picture.color_range == range_
    for mine, theirs in zip(frame.planes, planes_of(planar), strict=True):
        assert np.array_equal(mine, theirs)
    assert f"{name} is worked on as {working}" in notes.details


def test_packed_samples_of_a_file_are_only_laid_out_anew(tmp_path: Path) -> None:
    path = Clip(frames=1, pixel_format="yuv422p").write(tmp_path / "planar.mkv")
    with av.open(str(tmp_path / "a.nut"), "w") as out:
        stream = out.add_stream("rawvideo", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuyv422"
        out.mux(stream.encode(picture(0, pixel_format="yuv422p").reformat(format="yuyv422")))
        out.mux(stream.encode(None))
    (frame,), _ = read(tmp_path / "a.nut")
    for mine, theirs in zip(frame.planes, shown(path)[0].planes, strict=True):
        assert np.array_equal(mine, theirs)


def test_half_the_lines_of_chroma_are_worked_on_with_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = av.VideoFrame(64, 48, "yuv440p")
    for plane, code in zip(made.planes, (90, 110, 150), strict=True):
        samples(plane)[:] = code
    made.color_range = made.colorspace = 1
    frame, _ = given(monkeypatch, tmp_path, made)
    assert frame.picture.format.name == "yuv444p"
    assert [set(plane.ravel().tolist()) for plane in frame.planes] == [{90}, {110}, {150}]


@pytest.mark.parametrize(("name", "bits"), [("yuv420p9le", 9), ("yuv420p14le", 14), ("yuv444p16le", 16)])
def test_other_depths_are_brought_to_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, bits: int
) -> None:
    """A limited-range code of another depth is the same code with bits added or taken off."""
    made = av.VideoFrame(64, 48, name)
    for plane, code in zip(made.planes, (90, 110, 150), strict=True):
        samples(plane, np.uint16)[:] = code << (bits - 8)
    made.color_range = made.colorspace = 1
    frame, _ = given(monkeypatch, tmp_path, made)
    for found, code in zip(frame.planes, (90, 110, 150), strict=True):
        assert set(found.ravel().tolist()) == {code << (frame.depth - 8)}


@pytest.mark.parametrize("range_", [1, 2])
@pytest.mark.parametrize(("name", "depth"), [("gray", 8), ("gray10le", 10), ("gray16le", 12), ("ya8", 8)])
def test_grey_keeps_its_luma_and_has_no_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, depth: int, range_: int
) -> None:
    """Black-and-white H.264 is limited range like any other; FFmpeg's scaler believes that grey never is."""
    made = av.VideoFrame(64, 48, name)
    bits = made.format.components[0].bits
    samples(made.planes[0], np.uint8 if bits == 8 else np.uint16)[:] = 100 << (bits - 8)
    made.color_range, made.colorspace = range_, 1
    frame, _ = given(monkeypatch, tmp_path, made)
    assert frame.depth == depth
    assert frame.picture.color_range == range_
    assert np.abs(frame.planes[0].astype(int) - (100 << (depth - 8))).max() <= (1 << (depth - 8)) / 2
    assert [set(plane.ravel().tolist()) for plane in frame.planes[1:]] == [{128 << (depth - 8)}] * 2


@pytest.mark.parametrize("name", ["rgb24", "pal8", "gbrp"])
def test_rgb_is_brought_to_the_range_that_its_frames_are_tagged_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A grey of 100 out of 255 is 16 + 219 * 100 / 255 = 101.9 in limited range."""
    made = av.VideoFrame(64, 48, name)
    for plane in made.planes:
        samples(plane)[:] = 100
    if name == "pal8":
        samples(made.planes[1]).reshape(-1, 4)[100] = (100, 100, 100, 255)
    made.color_range, made.colorspace = 0, 2
    frame, _ = given(monkeypatch, tmp_path, made)
    assert frame.picture.color_range == 1
    for found, code in zip(frame.planes, (102, 128, 128), strict=True):
        assert np.abs(found.astype(int) - code).max() <= 1


@pytest.mark.parametrize(("width", "height"), [(63, 47), (1, 1), (2, 2), (35, 33)])
def test_odd_and_tiny_sizes_are_read(tmp_path: Path, width: int, height: int) -> None:
    path = Clip(frames=2, width=width, height=height).write(tmp_path / "a.mkv")
    frames, _ = read(path)
    for frame, plain in zip(frames, shown(path), strict=True):
        assert (frame.width, frame.height) == (width, height)
        for mine, theirs in zip(frame.planes, plain.planes, strict=True):
            assert np.array_equal(mine, theirs)


def test_rgb_is_converted_by_the_matrix_that_is_told(tmp_path: Path) -> None:
    """Pure red, small: in BT.601 and limited range 81, 90, 240, and each frame says so in its tags."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "rgb24"
        red = np.zeros((16, 16, 3), np.uint8)
        red[..., 0] = 255
        out.mux(stream.encode(av.VideoFrame.from_ndarray(red, "rgb24")))
        out.mux(stream.encode(None))
    (frame,), notes = read(path)
    assert frame.picture.color_range == 1
    assert frame.picture.colorspace == 6
    for plane, code in zip(frame.planes, (81, 90, 240), strict=True):
        assert np.abs(plane.astype(int) - code).max() <= 1
    assert notes.said == ["rgb24 was brought to 4:2:0, which every player shows"]


# --- times ---


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov"])
@pytest.mark.parametrize(
    ("times", "time_base"),
    [
        (list(range(8)), Fraction(1, 25)),
        ([n * 1001 for n in range(8)], Fraction(1, 30000)),
        ([0, 17, 40, 41, 300, 301, 1000, 5000], MS),  # variable
        ([700, 740, 800], MS),  # a late start
    ],
    ids=["constant", "ntsc", "variable", "late"],
)
def test_times_are_the_files_own(tmp_path: Path, name: str, times: list[int], time_base: Fraction) -> None:
    path = Clip(times=times, time_base=time_base).write(tmp_path / name)
    frames, _ = read(path)
    in_step(frames)
    tick = MS if name == "a.mkv" else Fraction(0)  # Matroska's clock; MP4's is the encoder's own
    for frame, pts, plain in zip(frames, times, shown(path), strict=True):
        assert frame.time == plain.time
        assert abs(frame.time - pts * time_base) <= tick / 2


def test_a_negative_start_is_brought_to_zero_and_all_else_with_it(tmp_path: Path) -> None:
    path = Clip(times=[-80, -40, 0, 100], time_base=MS).write(tmp_path / "a.mkv")
    assert shown(path)[0].time == Fraction(-80, 1000)
    frames, _ = read(path)
    assert [frame.time for frame in frames] == [0, 40 * MS, 80 * MS, 180 * MS]


def test_a_transport_stream_plays_from_zero(tmp_path: Path) -> None:
    path = Clip(times=range(100, 110)).write(tmp_path / "a.ts")
    frames, _ = read(path)
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in range(10)]


def test_a_stream_without_times_runs_at_its_rate(tmp_path: Path) -> None:
    path = Clip(frames=6, codec="libx264").write(tmp_path / "a.h264")
    frames, notes = read(path)
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in range(6)]
    assert any("missing or backward time" in detail for detail in notes.details)


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("mpeg4", {"bf": "2", "qscale": "1"}),
        ("libx264", {"bf": "0"}),
        ("libx264", {"bf": "3", "b-adapt": "0"}),
    ],
    ids=["mpeg4 reordered", "h264", "h264 reordered"],
)
def test_an_avi_gives_every_frame_a_frames_length_after_the_one_before(
    tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    """AVI has no presentation times; what PyAV gives of reordered ones falls back."""
    path = reordered_avi(tmp_path / "a.avi", codec, options)
    frames, _ = read(path)
    in_step(frames)
    assert [frame.time - frames[0].time for frame in frames] == [Fraction(n, 25) for n in range(20)]


def test_an_avi_gives_reordered_frames_in_the_order_they_are_shown(tmp_path: Path) -> None:
    path = reordered_avi(tmp_path / "a.avi", "libx264", {"bf": "3", "b-adapt": "0"})
    frames, _ = read(path)
    in_step(frames)
    assert [number_of(frame) for frame in frames] == list(range(20))


def reordered_avi(path: Path, codec: str, options: dict[str, str]) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 256, 48, "yuv420p"
        if codec == "mpeg4":
            stream.codec_context.max_b_frames = 2
        for n in range(20):
            out.mux(stream.encode(picture(n, 256, painter=numbered)))
        out.mux(stream.encode(None))
    return path


def test_durations_are_those_of_the_file(tmp_path: Path) -> None:
    frames, _ = read(Clip(times=[0, 10, 40], time_base=Fraction(1, 100)).write(tmp_path / "a.mp4"))
    lengths = [frame.duration * frame.time_base for frame in frames]
    assert lengths[:2] == [Fraction(1, 10), Fraction(3, 10)]


def test_the_sample_aspect_ratio_is_told_with_every_frame(tmp_path: Path) -> None:
    frames, _ = read(Clip(frames=2, aspect=Fraction(16, 11)).write(tmp_path / "a.mp4"))
    assert [frame.sample_aspect_ratio for frame in frames] == [Fraction(16, 11)] * 2


# --- colour ---


def test_tags_are_the_files(tmp_path: Path) -> None:
    frames, notes = read(Clip(frames=1, tags=(2, 9, 9, 16), pixel_format="yuv420p10le").write(tmp_path / "a.mkv"))
    assert colour.Colour.of(frames[0].picture) == colour.Colour(2, 9, 9, 16)
    assert notes.details == []


def test_missing_tags_are_filled_in_and_told(tmp_path: Path) -> None:
    frames, notes = read(Clip(frames=1, tags=(0, 2, 2, 2)).write(tmp_path / "a.mkv"))
    assert colour.Colour.of(frames[0].picture) == colour.Colour(1, 6, 6, 6)
    assert notes.details == [
        "colour tags were missing or unusable; taken for matrix 6, primaries 6, transfer 6, limited range"
    ]


# --- interlaced ---


def interlaced(path: Path, codec: str, frames: int = 12) -> Path:
    """Fields a twenty-fifth apart from each other: a bar that moves, its lower field a step further than its upper."""
    options = {
        "libx264": {"x264-params": "interlaced=1:tff=1", "crf": "10"},
        "mpeg2video": {"flags": "+ildct+ilme", "qscale": "2", "top": "1"},
    }[codec]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for n in range(frames):
            made = picture(n, 64, 64)
            luma = planes_of(made)[0]
            luma[:] = 60
            luma[0::2, 4 * n : 4 * n + 8] = 200
            luma[1::2, 4 * n + 2 : 4 * n + 10] = 200
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_interlaced_pictures_are_deinterlaced_one_for_one(tmp_path: Path, codec: str) -> None:
    path = interlaced(tmp_path / "a.mkv", codec)
    frames, notes = read(path)
    in_step(frames)
    assert [frame.time for frame in frames] == [one.time for one in shown(path)]
    assert notes.said == ["interlaced: de-interlaced, one frame for each frame"]
    for frame, plain in list(zip(frames, shown(path), strict=True))[2:-2]:
        combed = np.abs(np.diff(plain.planes[0].astype(int), axis=0)).mean()
        smooth = np.abs(np.diff(frame.planes[0].astype(int), axis=0)).mean()
        assert smooth < combed / 3


def test_progressive_pictures_are_not_touched_by_it(tmp_path: Path) -> None:
    _, notes = read(Clip(frames=4).write(tmp_path / "a.mp4"))
    assert notes.said == []


# --- spans ---


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine seconds, numbered, a key frame every second or so, with B-frames."""
    path = tmp_path_factory.mktemp("long") / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"g": "30", "preset": "veryfast", "crf": "15"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 48, "yuv420p"
        for n in range(225):
            out.mux(stream.encode(picture(n, 128, painter=numbered)))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("0", "1", 0, 24),  # the end is not part of it
        ("0", "0.99", 0, 24),
        ("0", "1.01", 0, 25),
        ("2", "3", 50, 74),
        ("2.01", "3", 51, 74),
        ("6.5", "7", 163, 174),  # far enough in to be sought
        ("8.92", None, 223, 224),
        ("5.04", None, 126, 224),
        ("8", "99", 200, 224),
    ],
)
def test_a_span_is_those_frames_and_no_other(
    long_clip: Path, start: str, end: str | None, first: int, last: int
) -> None:
    span = Span(Fraction(start), None if end is None else Fraction(end))
    frames, _ = read(long_clip, span)
    in_step(frames)
    assert [number_of(frame) for frame in frames] == list(range(first, last + 1))
    assert [frame.time for frame in frames] == [Fraction(n, 25) - Fraction(start) for n in range(first, last + 1)]


def test_a_sought_span_is_bit_for_bit_that_of_the_whole(long_clip: Path) -> None:
    whole, _ = read(long_clip)
    part, _ = read(long_clip, Span(Fraction(7)))
    for mine, theirs in zip(part, whole[175:], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(mine.planes, theirs.planes, strict=True))


def test_a_span_where_seeking_lands_too_late_is_read_from_the_beginning(
    long_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Source(long_clip, Span(Fraction(6))) as source:
        container = source.container

        class Late:
            """A container whose index lies."""

            def seek(self, *_: object, **__: object) -> None:
                container.seek(8_500_000)

            def __getattr__(self, name: str) -> object:
                return getattr(container, name)

        monkeypatch.setattr(source, "_container", Late())
        assert [number_of(frame) for frame in source.frames()] == list(range(150, 225))


def test_a_span_where_seeking_fails_is_read_from_the_beginning(
    long_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Source(long_clip, Span(Fraction(6))) as source:
        container = source.container

        class Unsought:
            def seek(self, *_: object, **__: object) -> None:
                raise av.error.PermissionError(1, "can't be sought")

            def __getattr__(self, name: str) -> object:
                return getattr(container, name)

        monkeypatch.setattr(source, "_container", Unsought())
        assert [number_of(frame) for frame in source.frames()] == list(range(150, 225))


def test_a_span_of_a_file_with_a_late_start_counts_from_where_it_plays(tmp_path: Path) -> None:
    path = Clip(times=[700, 800, 900, 1000], time_base=MS).write(tmp_path / "a.mkv")
    frames, _ = read(path, Span(Fraction("0.75"), Fraction("0.95")))
    assert [frame.time for frame in frames] == [50 * MS, 150 * MS]


def test_a_span_of_a_transport_stream_counts_from_its_first_frame(tmp_path: Path) -> None:
    path = Clip(times=range(100, 110)).write(tmp_path / "a.ts")
    frames, _ = read(path, Span(Fraction("0.2")))
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in range(5)]


def test_a_span_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    path = Clip(frames=5).write(tmp_path / "a.mkv")
    assert refused(path, Span(Fraction(4))) == "has no frame between --start and --end"
    assert refused(path, Span(Fraction(60))) == "has no frame between --start and --end"


@pytest.mark.parametrize(
    ("start", "end", "total"), [("0", None, 225), ("0", "2", 50), ("8", None, 25), ("2", "4", 50), ("8", "99", 25)]
)
def test_the_total_is_told_before_reading(long_clip: Path, start: str, end: str | None, total: int) -> None:
    with Source(long_clip, Span(Fraction(start), None if end is None else Fraction(end))) as source:
        assert source.total == total


def test_the_total_of_a_bare_stream_is_unknown(tmp_path: Path) -> None:
    path = Clip(frames=4, codec="libx264").write(tmp_path / "a.h264")
    with Source(path) as source:
        assert source.total is None
    with Source(path, Span(Fraction(1))) as source:
        assert source.total is None


# --- damage ---


def damaged(path: Path, broken: range | list[int], filler: bytes = b"\0") -> Path:
    """Some packets of the picture overwritten."""
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for n in broken:
        at = data.index(packets[n])
        data[at : at + len(packets[n])] = filler * len(packets[n])
    path.write_bytes(data)
    return path


STILLS = Clip(frames=12, width=256, codec="mjpeg", pixel_format="yuvj420p", tags=(2, 5, 1, 1), painter=numbered)
"""Every packet is a whole picture."""


@pytest.mark.parametrize("name", ["a.mov", "a.mkv"])
def test_damaged_packets_lose_only_themselves_and_are_said(tmp_path: Path, name: str) -> None:
    path = damaged(STILLS.write(tmp_path / name), [3, 6])
    frames, notes = read(path)
    in_step(frames)
    whole = [n for n in range(12) if n not in (3, 6)]
    assert [number_of(frame) for frame in frames] == whole
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in whole]
    assert notes.damage == Damage(packets=2)
    assert notes.told == ("damaged: 2 packets of the picture couldn't be decoded",)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_behind_damage_every_frame_is_still_at_its_time(tmp_path: Path, name: str) -> None:
    """The decoder gives a frame that it still held too late: it must not put the others out of their places."""
    options = (("preset", "medium"), ("refs", "2"), ("bf", "3"), ("threads", "1"))
    path = Clip(frames=120, width=128, height=96, codec="libx264", keys=25, options=options).write(tmp_path / name)
    with av.open(str(path)) as container:
        times = {packet.pts for packet in container.demux(video=0) if packet.size}
    damaged(path, range(20, 33))
    frames, notes = read(path)
    in_step(frames)
    assert {frame.pts for frame in frames} <= times
    assert frames[-1].pts == max(time for time in times if time is not None)
    assert notes.damage.packets == 13
    assert not notes.details[1:]  # no time was repaired


def test_frames_that_damage_has_put_before_the_beginning_are_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an MPEG-TS whose header says another beginning than its first frame."""
    path = Clip(frames=6).write(tmp_path / "a.mkv")
    monkeypatch.setattr("vidseg.media.probe.origin_of", lambda *_: Fraction(2, 25))
    frames, notes = read(path)
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in range(4)]
    assert notes.damage == Damage(missing=2)


@pytest.mark.parametrize("broken", [[3], [11]], ids=["middle", "end"])
def test_with_fail_damage_fails(tmp_path: Path, broken: list[int]) -> None:
    path = damaged(STILLS.write(tmp_path / "a.mov"), broken)
    said = refused(path, reading=Reading(on_damage="fail"))
    assert said == "is damaged: 1 packet of the picture couldn't be decoded (--on-damage keep does what is left)"


def test_a_frame_that_the_decoder_has_patched_up_is_damage(tmp_path: Path) -> None:
    """The end of a picture is gone, and its decoder shows it all the same."""
    plain = Clip(frames=6, width=256, height=256, codec="mpeg2video", keys=1, painter=noise).write(tmp_path / "a.mkv")
    with av.open(str(plain)) as container:
        packet = next(bytes(packet) for n, packet in enumerate(container.demux(video=0)) if n == 3)
    data = plain.read_bytes()
    at = data.index(packet)
    torn = bytearray(data)
    torn[at + len(packet) // 2 : at + len(packet)] = bytes(len(packet) - len(packet) // 2)
    plain.write_bytes(torn)
    frames, notes = read(plain)
    assert len(frames) == 6
    assert notes.damage == Damage(doubtful=1)
    assert notes.damage.sentence == "damaged: 1 frame is patched up"


def test_a_hole_in_a_transport_stream_loses_only_what_was_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    with av.open(str(path), "w", container_options={"avoid_negative_ts": "disabled"}) as out:
        stream = out.add_stream("libx264", rate=25, options={"g": "5", "bf": "0", "preset": "ultrafast", "crf": "15"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 256, 48, "yuv420p"
        for n in range(40):
            out.mux(stream.encode(picture(n, 256, painter=numbered)))
        out.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    third = len(data) // 188 // 3 * 188
    data[third : third + 188 * 4] = b"\x00" * (188 * 4)
    path.write_bytes(data)
    frames, _ = read(path)
    in_step(frames)
    assert 25 <= len(frames) <= 40
    assert [number_of(frame) for frame in frames[-5:]] == [35, 36, 37, 38, 39]


def test_a_file_of_damage_alone_is_refused(tmp_path: Path) -> None:
    path = damaged(Clip(frames=5).write(tmp_path / "a.mkv"), range(5), b"\xff")
    assert refused(path) == "no frame of it can be decoded"


def test_reading_ends_where_damage_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_BAD_PACKETS", 4)
    frames, notes = read(damaged(STILLS.write(tmp_path / "a.mov"), range(3, 9)))
    assert [number_of(frame) for frame in frames] == [0, 1, 2]
    assert notes.damage == Damage(packets=4, ended=True)
    assert notes.damage.sentence == "damaged: 4 packets of the picture couldn't be decoded, reading ended early"


def test_damage_here_and_there_does_not_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_BAD_PACKETS", 2)
    frames, _ = read(damaged(STILLS.write(tmp_path / "a.mov"), [2, 4, 6, 8]))
    assert [number_of(frame) for frame in frames] == [0, 1, 3, 5, 7, 9, 10, 11]


def test_a_file_that_was_cut_short_is_said_to_be(tmp_path: Path) -> None:
    """The index comes first and promises what is not there."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "10", "bf": "0", "preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(40):
            out.mux(stream.encode(picture(n)))
        out.mux(stream.encode(None))
    with av.open(str(path)) as container:
        ends = [(packet.pos or 0) + packet.size for packet in container.demux(video=0) if packet.size]
    assert path.read_bytes().index(b"moov") < ends[0]
    path.write_bytes(path.read_bytes()[: ends[19]])  # twenty whole frames
    frames, notes = read(path)
    assert len(frames) == 20
    assert notes.damage == Damage(missing=20)
    assert notes.told == ("damaged: 20 frames are missing",)


def test_a_matroska_file_that_was_cut_short_is_said_to_be(tmp_path: Path) -> None:
    """By the length that its writer left in its head."""
    path = Clip(frames=100, sound=Fraction(0)).write(tmp_path / "a.mkv")
    whole, notes = read(path)
    assert len(whole) == 100
    assert not notes.damage
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    frames, notes = read(path)
    assert 30 < len(frames) < 70
    assert notes.damage == Damage(missing=100 - len(frames))


def test_a_whole_file_is_not_said_to_be_cut_short(tmp_path: Path) -> None:
    _, notes = read(Clip(frames=10, sound=Fraction(0)).write(tmp_path / "a.mp4"))
    assert notes.told == ()


def test_a_change_of_size_on_the_way_is_refused(tmp_path: Path) -> None:
    said = "its picture changes from 64x48 to 96x64 on the way (--on-resize scale brings all to the first size)"
    assert refused(changing(tmp_path, Clip(frames=3, width=96, height=64, codec="libx264"))) == said


def changing(folder: Path, second: Clip) -> Path:
    one = Clip(frames=3, codec="libx264").write(folder / "1.h264")
    two = second.write(folder / "2.h264")
    path = folder / "a.h264"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return path


def test_a_change_of_size_is_scaled_where_that_is_asked_with_black_beside_it(tmp_path: Path) -> None:
    """A white picture of twice the width and the same height: seen whole, as half of the first one's height."""

    def white(_: int, planes: list[Plane]) -> None:
        for plane, value in zip(planes, (235, 128, 128), strict=True):
            plane[:] = value

    wide = Clip(frames=3, width=128, height=48, codec="libx264", painter=white)
    frames, notes = read(changing(tmp_path, wide), reading=Reading(on_resize="scale"))
    assert [(frame.width, frame.height) for frame in frames] == [(64, 48)] * 6
    assert [frame.index for frame in frames] == list(range(6))
    luma = frames[-1].planes[0]
    assert (luma[:11] < 20).all()
    assert (luma[-11:] < 20).all()
    assert (luma[13:-13] > 230).all()
    assert notes.said == ["its picture changes from 64x48 to 128x48 on the way: brought to the first size"]


def test_a_change_of_layout_is_converted(tmp_path: Path) -> None:
    """Filters hold to the first picture's format, and would read another's memory as that."""
    full = Clip(frames=3, pixel_format="yuv444p", codec="libx264")
    frames, notes = read(changing(tmp_path, full))
    assert [frame.picture.format.name for frame in frames] == ["yuv420p"] * 6
    assert [plane.shape for plane in frames[-1].planes] == [(48, 64), (24, 32), (24, 32)]
    assert notes.details[0] == "its pixel format changes from yuv420p to yuv444p on the way"


# --- threads ---


def sliding(n: int, planes: list[Plane]) -> None:
    """Noise that moves by a few pixels, so that pictures are made of others."""
    noise(0, planes)
    for plane in planes:
        plane[:] = np.roll(plane, 3 * n, axis=1)


REORDERED = (("x264-params", "bframes=3:b-adapt=0:scenecut=0:b-pyramid=none"),)


def torn(path: Path, *, frames: int = 40) -> Path:
    """H.264 in which a picture is damaged by which three are decoded that are shown before it."""
    Clip(frames, 320, 240, keys=20, codec="libx264", painter=sliding, options=REORDERED).write(path)
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(video=0) if packet.size]
    shown_later = [n for n, packet in enumerate(found[:-1]) if (packet.pts or 0) > (found[n + 1].pts or 0)]
    whole = bytes(found[next(n for n in shown_later if n > frames // 2 + 4)])
    third = len(whole) // 3
    data = path.read_bytes()
    assert data.count(whole) == 1
    middle = bytes(value ^ 0x55 for value in whole[third : third + 40])
    path.write_bytes(data.replace(whole, whole[:third] + middle + whole[third + 40 :]))
    return path


def by_one_thread(path: Path) -> list[bytes]:
    """The luma of each picture that PyAV gives, packet by packet."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.thread_type, video.codec_context.thread_count = "NONE", 1
        pictures = [picture for packet in container.demux(video) for picture in packet.decode()]
        assert any(picture.is_corrupt for picture in pictures)
        return [planes_of(picture)[0].tobytes() for picture in pictures]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_damage_gives_the_same_pictures_whatever_the_number_of_threads(tmp_path: Path, count: int) -> None:
    path = torn(tmp_path / "a.mp4")
    with threads.bounded(count):
        frames, notes = read(path)
    assert [frame.planes[0].tobytes() for frame in frames] == by_one_thread(path)
    assert notes.damage.doubtful > 0


def test_a_span_behind_damage_does_too(tmp_path: Path) -> None:
    path = torn(tmp_path / "a.mp4", frames=320)
    seen = []
    for count in (1, 5):
        with threads.bounded(count):
            frames, _ = read(path, Span(Fraction(6)))
        seen.append([frame.planes[0].tobytes() for frame in frames])
    assert len(seen[0]) == 170
    assert seen[0] == seen[1]


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that sources open, each time that they do."""
    opened: list[Path] = []
    plain = opening.open_input

    def counted(path: Path, *more: Any) -> Any:
        opened.append(path)
        return plain(path, *more)

    monkeypatch.setattr(opening, "open_input", counted)
    return opened


def test_only_what_is_damaged_is_decoded_again(tmp_path: Path, openings: list[Path]) -> None:
    good = Clip(frames=40, codec="libx264").write(tmp_path / "good.mp4")
    with threads.bounded(5):
        read(good)
        assert openings == [good]
        bad = torn(tmp_path / "bad.mp4")
        read(bad)
        assert openings == [good, bad, bad]
    with threads.bounded(1):
        read(bad)
    assert openings == [good, bad, bad, bad]


def test_what_threads_have_swallowed_is_looked_for_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, openings: list[Path]
) -> None:
    path = Clip(frames=12, codec="libx264").write(tmp_path / "a.mp4")
    monkeypatch.setattr(decoding.Decoder, "swallowed", property(lambda decoder: 0 if decoder.most_threads == 1 else 1))
    with threads.bounded(5):
        frames, notes = read(path)
    assert [frame.time for frame in frames] == [Fraction(n, 25) for n in range(12)]
    assert openings == [path, path]
    assert not notes.damage


# --- what a file may claim ---


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = Clip(frames=2).write(tmp_path / "a.mkv")
    said = refused(path, reading=Reading(most_pixels=64 * 48 - 1))
    assert said == "its picture has 64x48 pixels, more than 3071 in all: --max-pixels 3072 takes them"
    assert len(read(path, reading=Reading(most_pixels=64 * 48))[0]) == 2


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.h264"])
def test_the_bound_that_a_refusal_names_takes_the_file(tmp_path: Path, name: str) -> None:
    """Decoders compare with sides that they round up, to 128x64 here."""
    path = Clip(frames=2, width=98, height=50, codec="libx264").write(tmp_path / name)
    said = refused(path, reading=Reading(most_pixels=98 * 50 - 1))
    assert said == "its picture has 98x50 pixels, more than 4899 in all: --max-pixels 4900 takes them"
    assert len(read(path, reading=Reading(most_pixels=4900))[0]) == 2


def test_a_picture_that_is_larger_than_its_container_says_is_not_decoded(tmp_path: Path) -> None:
    """MJPEG's own header claims 16384x16384 in a file for 256x48."""
    path = STILLS.write(tmp_path / "a.mov")
    head = b"\xff\xc0\x00\x11\x08"
    data = path.read_bytes()
    assert data.count(head + b"\x00\x30\x01\x00") == 12
    path.write_bytes(data.replace(head + b"\x00\x30\x01\x00", head + b"\x40\x00\x40\x00"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "can't be decoded" in refused(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB: such a picture has 402 MB


def test_too_many_streams_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("mjpeg", rate=25) for _ in range(4)]
        for stream in streams:
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for stream in streams:
            assert isinstance(stream, av.VideoStream)
            made = picture(0).reformat(format="yuvj420p")
            made.pts = 0
            out.mux(stream.encode(made))
    said = refused(path, reading=Reading(most_streams=3))
    assert said == "has 4 streams, more than 3: --max-streams 4 takes them"
    assert len(read(path)[0]) == 1


def test_a_gap_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = Clip(times=[0, 1, 2, 90_002]).write(tmp_path / "a.mkv")
    assert len(read(path)[0]) == 4  # an hour
    said = refused(path, reading=Reading(longest_gap=Fraction(3599)))
    assert said == "3600 s lie between two of its frames, more than 3599: --max-gap 3601 takes them"
    assert len(read(Clip(times=[0, 10**7]).write(tmp_path / "b.mkv"), reading=Reading(longest_gap=None))[0]) == 2


# --- nothing to read ---


@pytest.mark.parametrize(("name", "mark", "kept"), [("a.mkv", b"\x1f\x43\xb6\x75", 20), ("a.avi", b"movi", 4)])
def test_a_file_without_frames_is_refused(tmp_path: Path, name: str, mark: bytes, kept: int) -> None:
    """Cut off where the first cluster, or the list of frames, begins."""
    path = Clip(frames=3, codec="rawvideo").write(tmp_path / name)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(mark) + kept])
    assert refused(path) == "has no frames"


def test_sound_alone_is_refused_and_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a.wav.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        piece = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        piece.sample_rate = 8000
        out.mux(stream.encode(piece))
    assert refused(path) == "holds no video, only sound"


@pytest.mark.parametrize("content", [b"", b"Not a film.\n" * 99], ids=["empty", "text"])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert refused(path) in ("is empty", "is no video that vidseg can read (Invalid data found when processing input)")


def test_an_mp4_without_samples_is_refused(tmp_path: Path) -> None:
    """An initialisation segment: everything but frames."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as out:
        stream = out.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(3):
            out.mux(stream.encode(picture(n)))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    assert refused(path) == "holds a video stream that can't be decoded (no decoder, or no picture in it)"


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = Clip(frames=5).write(tmp_path / "a.mkv")
    with Source(path) as source:
        next(source.frames())
    assert str(path) not in {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}


def test_painted_pictures_differ_from_each_other() -> None:
    """Or the tests above could not tell one frame from the next."""
    assert not np.array_equal(planes_of(picture(0, painter=paint))[0], planes_of(picture(1, painter=paint))[0])


# --- what is said ---


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("yuva420p", ["its own transparency was left out"]),
        ("rgb24", ["rgb24 was brought to 4:2:0, which every player shows"]),
        ("nv12", []),
        ("gray", []),
    ],
)
def test_what_the_working_format_cant_hold_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: list[str]
) -> None:
    _, notes = given(monkeypatch, tmp_path, picture(0).reformat(format=name))
    assert notes.said == said


def test_metadata_of_single_frames_are_said_to_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "side_data", lambda _: {"DYNAMIC_HDR_PLUS": b"", "DOVI_METADATA": b""})
    _, notes = read(Clip(frames=2).write(tmp_path / "a.mkv"))
    assert notes.said == ["HDR10+ metadata and Dolby Vision metadata of the old picture left out"]


def flat(n: int, planes: list[Plane]) -> None:
    """One colour, another in every frame."""
    for index, plane in enumerate(planes):
        plane[:] = 40 + 20 * index + n


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv420p10le", "yuv444p12le"])
@pytest.mark.parametrize(
    ("size", "scale", "smaller"),
    [
        ((64, 48), Fraction(1, 2), (32, 24)),
        ((64, 48), Fraction(1, 3), (22, 16)),  # even sides
        ((66, 50), Fraction(1, 100), (2, 2)),
        ((65, 49), Fraction(99, 100), (64, 48)),
    ],
)
def test_a_scale_makes_frames_smaller_and_leaves_colours_and_times(
    tmp_path: Path, pixel_format: str, size: tuple[int, int], scale: Fraction, smaller: tuple[int, int]
) -> None:
    clip = Clip(frames=3, width=size[0], height=size[1], pixel_format=pixel_format, painter=flat).write(
        tmp_path / "a.mkv"
    )
    with Source(clip) as source:
        large = list(source.frames())
    with Source(clip, reading=Reading(scale)) as source:
        small = list(source.frames())
    assert [(frame.width, frame.height) for frame in small] == [smaller] * 3
    assert [(frame.time, frame.duration, frame.index) for frame in small] == [
        (frame.time, frame.duration, frame.index) for frame in large
    ]
    for n, (before, after) in enumerate(zip(large, small, strict=True)):
        assert before.picture.format.name == after.picture.format.name
        assert Colour.of(before.picture) == Colour.of(after.picture)
        assert [set(plane.ravel().tolist()) for plane in after.planes] == [{40 + n}, {60 + n}, {80 + n}]


def test_a_clip_that_lies_on_its_side_is_scaled_upright(tmp_path: Path) -> None:
    clip = Clip(frames=1, rotation=90).write(tmp_path / "a.mp4")
    with Source(clip, reading=Reading(Fraction(1, 2))) as proxy:
        small = next(proxy.frames())
    assert (small.width, small.height) == (24, 32)
