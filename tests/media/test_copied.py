"""The streams beside the picture: the same bytes in step with it, or the nearest that the output takes, and said."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.subtitles.subtitle import AssSubtitle

from vidseg.job import Damage, Encoding, Span
from vidseg.media import copied, decoding
from vidseg.media.copied import plain_metadata
from vidseg.testing import Clip, pass_through, picture

MS = Fraction(1, 1000)


def cover_picture(suffix: str = ".jpg") -> bytes:
    return cv2.imencode(suffix, np.full((32, 32, 3), 90, np.uint8))[1].tobytes()


@dataclass(frozen=True)
class Rich:
    """A file with more than a picture. ``texts`` are start and end in ms and words; ``chapters`` in ms and a title."""

    frames: int = 50
    sound: str | None = None
    sound_start: int = 0
    texts: Sequence[tuple[int, int, str]] = ()
    text_codec: str | None = None
    chapters: Sequence[tuple[int, int, str]] = ()
    attachments: Sequence[tuple[str, str, bytes]] = ()
    cover: str | None = None
    second: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    disposition: Disposition = Disposition.default

    def write(self, path: Path) -> Path:
        """Make the file; gives its path."""
        with av.open(str(path), "w", container_options={"avoid_negative_ts": "disabled"}) as out:
            out.metadata.update(self.metadata)
            videos = [self._video(out, path.suffix) for _ in range(2 if self.second else 1)]
            sound = self._sound(out)
            text = out.add_mux_stream(self.text_codec or _TEXT[path.suffix]) if self.texts else None
            if text is not None:
                text.metadata["language"] = "fra"
            for attachment in self.attachments:
                out.add_attachment(*attachment)
            out.set_chapters(
                [
                    {"id": n, "start": start, "end": end, "time_base": MS, "metadata": {"title": title}}
                    for n, (start, end, title) in enumerate(self.chapters)
                ]
            )
            cover = self._cover(out, path.suffix)
            for n in range(self.frames):
                for video in videos:
                    out.mux(video.encode(picture(n)))
            for video in videos:
                out.mux(video.encode(None))
            if sound is not None:
                for piece in tone(sound, self.frames * 1920, self.sound_start):
                    out.mux(sound.encode(piece))
                out.mux(sound.encode(None))
            for start, end, words in self.texts:
                data = (
                    words.encode() if path.suffix == ".mkv" else struct.pack(">H", len(words.encode())) + words.encode()
                )
                out.mux(loose(data, text, start, end - start))
            if cover is not None:
                out.mux(loose(cover_picture(self.cover or ""), cover, 0, 0))
        return path

    @staticmethod
    def _video(out: OutputContainer, suffix: str) -> av.VideoStream:
        video = out.add_stream("ffv1" if suffix == ".mkv" else "libx264", rate=25)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        context = video.codec_context
        context.color_range = context.colorspace = context.color_primaries = context.color_trc = 1
        return video

    def _sound(self, out: OutputContainer) -> av.AudioStream | None:
        if self.sound is None:
            return None
        sound = out.add_stream(self.sound, rate=48000)
        assert isinstance(sound, av.AudioStream)
        sound.disposition = self.disposition
        if self.language:
            sound.metadata.update({"language": self.language, "title": "Ton"})
        return sound

    def _cover(self, out: OutputContainer, suffix: str) -> Any:
        """A stream of its own, or Matroska's attachment."""
        if self.cover is None:
            return None
        if suffix == ".mkv":
            mimetype = "image/png" if self.cover == ".png" else "image/jpeg"
            out.add_attachment("cover" + self.cover, mimetype, cover_picture(self.cover))
            return None
        cover = out.add_mux_stream("png" if self.cover == ".png" else "mjpeg", width=32, height=32)
        cover.disposition = Disposition.attached_pic
        return cover


_TEXT = {".mkv": "subrip", ".mp4": "mov_text"}


def loose(data: bytes, stream: Any, start: int, length: int) -> av.Packet[Any]:
    packet = av.Packet(data)
    packet.stream, packet.pts, packet.dts, packet.duration, packet.time_base = stream, start, start, length, MS
    return packet


def tone(sound: av.AudioStream, samples: int, start: int) -> list[av.AudioFrame]:
    """A stereo tone in the encoder's own kind of sample."""
    kind = sound.codec_context.format.name
    pieces = []
    for at in range(0, samples, 1024):
        wave = np.sin(2 * np.pi * 440 * np.arange(at, at + 1024) / 48000) / 4
        values: Any = (wave * 32767).astype(np.int16) if "s16" in kind else wave.astype(np.float32)
        values = np.tile(values, (2, 1)) if kind.endswith("p") else np.repeat(values, 2)[None]
        piece = av.AudioFrame.from_ndarray(values, kind, "stereo")
        piece.sample_rate, piece.pts, piece.time_base = 48000, at + start, Fraction(1, 48000)
        pieces.append(piece)
    return pieces


def packets(path: Path, kind: str, n: int = 0) -> list[tuple[Fraction, bytes]]:
    """The packets of a file's n-th stream of a kind, and when they are."""
    with av.open(str(path)) as container:
        stream = [stream for stream in container.streams if stream.type == kind][n]
        return [
            (Fraction(packet.pts or 0) * Fraction(packet.time_base or 0), bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]


def tick(path: Path) -> Fraction:
    """The coarsest clock of a file's streams."""
    with av.open(str(path)) as container:
        return max(Fraction(stream.time_base or 0) for stream in container.streams)


# --- sound ---


@pytest.mark.parametrize("source_name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize("target_name", ["b.mp4", "b.mov", "b.mkv"])
@pytest.mark.parametrize("start", [0, 24000, -480], ids=["together", "late", "early"])
def test_sound_keeps_its_bytes_and_its_time(tmp_path: Path, source_name: str, target_name: str, start: int) -> None:
    source = Rich(frames=20, sound="aac", sound_start=start).write(tmp_path / source_name)
    target = tmp_path / target_name
    notes = pass_through(source, target)
    theirs, mine = packets(source, "audio"), packets(target, "audio")
    assert [data for _, data in mine] == [data for _, data in theirs]
    exact = max(tick(source), tick(target))
    first_picture = packets(source, "video")[0][0], packets(target, "video")[0][0]
    for (then, _), (now, _) in zip(theirs, mine, strict=True):
        assert abs((now - first_picture[1]) - (then - first_picture[0])) <= exact
    assert notes.said == []


@pytest.mark.parametrize("target_name", ["b.mp4", "b.mov", "b.mkv"])
@pytest.mark.parametrize("times", [[-80, -40, 0, 40, 80], [700, 740, 780]], ids=["negative", "late"])
def test_sound_stays_in_step_where_the_picture_does_not_start_at_zero(
    tmp_path: Path, times: list[int], target_name: str
) -> None:
    source = Clip(times=times, time_base=MS, sound=Fraction(1, 10)).write(tmp_path / "a.mkv")
    target = tmp_path / target_name
    pass_through(source, target)
    theirs, mine = packets(source, "audio"), packets(target, "audio")
    assert [data for _, data in mine] == [data for _, data in theirs]
    apart = {(now - then) for (now, _), (then, _) in zip(mine, theirs, strict=True)}
    moved = packets(target, "video")[0][0] - packets(source, "video")[0][0]
    assert max(abs(one - moved) for one in apart) <= max(tick(source), tick(target))


def test_sound_of_a_transport_stream_stays_in_step(tmp_path: Path) -> None:
    source = Clip(times=range(100, 130), sound=Fraction(4) + Fraction(1, 4)).write(tmp_path / "a.ts")
    target = tmp_path / "b.mkv"
    pass_through(source, target)
    theirs, mine = packets(source, "audio"), packets(target, "audio")
    assert len(theirs) == len(mine)
    moved = packets(target, "video")[0][0] - packets(source, "video")[0][0]
    for (now, _), (then, _) in zip(mine, theirs, strict=True):
        assert abs(now - then - moved) <= MS


@pytest.mark.parametrize(
    ("sound", "target_name", "became"),
    [
        ("pcm_s16le", "b.webm", "opus"),
        ("aac", "b.webm", "opus"),
        ("flac", "b.mov", "aac"),
    ],
)
def test_sound_that_the_output_refuses_is_converted_and_said(
    tmp_path: Path, sound: str, target_name: str, became: str
) -> None:
    source = Rich(sound=sound, sound_start=4800).write(tmp_path / "a.mkv")
    target = tmp_path / target_name
    notes = pass_through(source, target, encoding_for(target))
    container = "webm" if target.suffix == ".webm" else "mov"
    assert notes.said == [f"audio stream 1 was converted from {sound} to {became}: {container} takes no {sound}"]
    with av.open(str(target)) as written:
        stream = written.streams.audio[0]
        assert stream.codec_context.name == became
        assert stream.codec_context.channels == 2
        pieces = list(written.decode(stream))
    with av.open(str(source)) as opened:
        before = sum(piece.samples for piece in opened.decode(audio=0))
    assert abs(sum(piece.samples for piece in pieces) - before) < 3000  # the encoders' own lead and tail
    heard = np.concatenate([piece.to_ndarray()[0] for piece in pieces])
    assert abs(crossings(heard) / len(heard) * 48000 / 2 - 440) < 8  # still the tone
    first = Fraction(pieces[0].pts or 0) * Fraction(pieces[0].time_base or 0)
    assert abs(first - Fraction(1, 10)) <= Fraction(1, 20)  # a lead of 1024 samples or 312


def crossings(heard: np.ndarray[Any, Any]) -> int:
    return int((np.diff(np.signbit(heard)) != 0).sum())


def encoding_for(target: Path) -> Encoding:
    return Encoding(preset="8" if target.suffix == ".webm" else "ultrafast")


def test_several_sounds_are_all_kept_with_their_language_and_disposition(tmp_path: Path) -> None:
    source = Rich(sound="aac", language="deu", disposition=Disposition.comment | Disposition.forced).write(
        tmp_path / "a.mkv"
    )
    for name in ("b.mkv", "b.mp4"):
        pass_through(source, tmp_path / name)
        with av.open(str(tmp_path / name)) as written:
            stream = written.streams.audio[0]
            assert stream.metadata["language"] == "deu"
            assert stream.disposition & Disposition.comment
    with av.open(str(tmp_path / "b.mkv")) as written:
        assert written.streams.audio[0].metadata["title"] == "Ton"
        assert written.streams.audio[0].disposition & Disposition.forced


def test_sound_longer_than_the_picture_is_kept_whole(tmp_path: Path) -> None:
    source = Rich(frames=5, sound="aac").write(tmp_path / "a.mkv")
    longer = tmp_path / "long.mkv"
    with av.open(str(longer), "w") as out, av.open(str(source)) as opened:
        video = out.add_stream_from_template(opened.streams.video[0])
        sound = out.add_stream("aac", rate=48000)
        for packet in opened.demux(video=0):
            if packet.size:
                packet.stream = video
                out.mux(packet)
        assert isinstance(sound, av.AudioStream)
        for piece in tone(sound, 96000, 0):
            out.mux(sound.encode(piece))
        out.mux(sound.encode(None))
    pass_through(longer, tmp_path / "b.mp4")
    assert len(packets(tmp_path / "b.mp4", "audio")) == len(packets(longer, "audio"))


def test_a_span_cuts_the_sound_with_the_picture(tmp_path: Path) -> None:
    source = Rich(frames=75, sound="aac").write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mkv", span=Span(Fraction(1), Fraction(2)))
    theirs = [(then, data) for then, data in packets(source, "audio") if 1 <= then < 2]
    mine = packets(tmp_path / "b.mkv", "audio")
    assert [data for _, data in mine] == [data for _, data in theirs]
    for (now, _), (then, _) in zip(mine, theirs, strict=True):
        assert abs(now - (then - 1)) <= MS


def test_damage_in_the_sound_does_not_cost_the_picture(tmp_path: Path) -> None:
    source = Rich(sound="aac").write(tmp_path / "a.mkv")
    data = bytearray(source.read_bytes())
    for _, packet in packets(source, "audio")[10:20]:
        at = data.index(packet)
        data[at : at + len(packet)] = b"\xff" * len(packet)
    source.write_bytes(data)
    for name in ("b.mkv", "b.webm"):  # copied, and converted
        pass_through(source, tmp_path / name, encoding_for(tmp_path / name))
        assert len(packets(tmp_path / name, "video")) == 50


# --- subtitles ---

TEXTS = [(200, 700, "Guten Tag"), (1000, 1400, "zwei\nZeilen"), (1500, 1900, "Ende & <fertig>")]


def cues(path: Path) -> list[tuple[int, int, str]]:
    """The cues by PyAV's own decoding: start and end in ms, and the words without marks."""
    found = []
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None:
                continue
            for line in stream.decode(packet):
                assert isinstance(line, AssSubtitle)
                words = line.ass.decode().split(",", 8)[-1].replace("\\N", "\n").replace("\\h", " ").strip()
                if words:
                    start = Fraction(packet.pts) * Fraction(packet.time_base or 0) * 1000
                    length = Fraction(packet.duration or 0) * Fraction(packet.time_base or 0) * 1000
                    found.append((round(start), round(start + length), words))
    return found


@pytest.mark.parametrize(
    ("source_name", "target_name", "codec", "said"),
    [
        ("a.mkv", "b.mkv", "srt", None),
        ("a.mp4", "b.mp4", "mov_text", None),
        ("a.mp4", "b.mov", "mov_text", None),
        ("a.mp4", "b.mkv", "srt", "mov_text to subrip: matroska takes no mov_text"),
        ("a.mkv", "b.mp4", "mov_text", "srt to mov_text: mp4 takes no srt"),
        ("a.mkv", "b.mov", "mov_text", "srt to mov_text: mov takes no srt"),
        ("a.mkv", "b.webm", "webvtt", "srt to webvtt: webm takes no srt"),
    ],
)
def test_subtitles_keep_their_words_and_times(
    tmp_path: Path, source_name: str, target_name: str, codec: str, said: str | None
) -> None:
    source = Rich(texts=TEXTS[:2]).write(tmp_path / source_name)
    target = tmp_path / target_name
    notes = pass_through(source, target, encoding_for(target))
    assert cues(target) == TEXTS[:2]
    assert notes.said == ([f"subtitle stream 1 was converted from {said}"] if said else [])
    with av.open(str(target)) as written:
        stream = written.streams.subtitles[0]
        assert stream.codec_context.name == codec
        assert stream.metadata["language"] in ("fra", "fre")


def test_a_subtitles_colour_and_place_are_not_invented(tmp_path: Path) -> None:
    """Converted to and fro, the packet is the words; and MP4's style is white, not black (3GPP TS 26.245, 5.16)."""
    source = Rich(texts=TEXTS[:1]).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4")
    pass_through(tmp_path / "b.mp4", tmp_path / "c.mkv")
    assert [data for _, data in packets(tmp_path / "c.mkv", "subtitle")] == [b"Guten Tag"]
    with av.open(str(tmp_path / "b.mp4")) as written:
        entry = written.streams.subtitles[0].codec_context.extradata or b""
    # display flags (4), justification (2), background (4), box (8), then the style: characters (4), font (2), face (1),
    # size (1) and the text's colour
    assert entry[26:30] == b"\xff\xff\xff\xff"


def test_italics_survive_a_conversion(tmp_path: Path) -> None:
    source = Rich(texts=[(0, 900, "ein <i>schräges</i> Wort")]).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mp4")
    ((_, _, words),) = cues(tmp_path / "b.mp4")
    assert words.startswith("ein {\\i1}schräges{")


def test_marks_in_a_subtitle_are_words(tmp_path: Path) -> None:
    source = Rich(texts=TEXTS[2:]).write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / "b.mov")
    assert cues(tmp_path / "b.mov") == TEXTS[2:]


def test_a_span_cuts_the_subtitles(tmp_path: Path) -> None:
    source = Rich(frames=75, texts=TEXTS).write(tmp_path / "a.mkv")
    for name in ("b.mkv", "b.mp4"):
        pass_through(source, tmp_path / name, span=Span(Fraction(9, 10), Fraction(145, 100)))
        assert cues(tmp_path / name) == [(100, 500, "zwei\nZeilen")]


def test_pictures_of_subtitles_are_left_out_where_they_cant_be_held(tmp_path: Path) -> None:
    source = Rich(texts=[(0, 500, "\x00\x04\x00\x00")], text_codec="dvdsub").write(tmp_path / "a.mkv")
    notes = pass_through(source, tmp_path / "b.webm", encoding_for(tmp_path / "b.webm"))
    assert notes.said == ["subtitle stream 1 (dvdsub) was left out: webm can't hold it"]


# --- what else is in a file ---


def test_attachments_are_kept_in_matroska(tmp_path: Path) -> None:
    font = ("font.ttf", "font/ttf", bytes(range(256)) * 9)
    source = Rich(attachments=[font]).write(tmp_path / "a.mkv")
    notes = pass_through(source, tmp_path / "b.mkv")
    with av.open(str(tmp_path / "b.mkv")) as written:
        (stream,) = written.streams.attachments
        assert (stream.name, stream.mimetype, stream.data) == font
    assert notes.said == []


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.webm"])
def test_attachments_are_left_out_elsewhere_and_said(tmp_path: Path, name: str) -> None:
    source = Rich(attachments=[("font.ttf", "font/ttf", b"x" * 99)]).write(tmp_path / "a.mkv")
    notes = pass_through(source, tmp_path / name, encoding_for(tmp_path / name))
    container = name[2:]
    assert notes.said == [f"attachment font.ttf was left out: {container} holds none"]


CHAPTERS = [(0, 1000, "Eins"), (1000, 2000, "Zwei"), (2000, 3000, "Drei")]


def chapters(path: Path) -> list[tuple[int, int, str]]:
    with av.open(str(path)) as container:
        return [
            (
                round(one["start"] * (one["time_base"] or 1) * 1000),
                round(one["end"] * (one["time_base"] or 1) * 1000),
                one["metadata"]["title"],
            )
            for one in container.chapters()
        ]


@pytest.mark.parametrize("source_name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("target_name", ["b.mp4", "b.mov", "b.mkv"])
def test_chapters_are_kept(tmp_path: Path, source_name: str, target_name: str) -> None:
    source = Rich(frames=75, chapters=CHAPTERS).write(tmp_path / source_name)
    assert chapters(source) == CHAPTERS
    notes = pass_through(source, tmp_path / target_name)
    assert chapters(tmp_path / target_name) == CHAPTERS
    assert notes.said == []


def test_a_span_cuts_the_chapters(tmp_path: Path) -> None:
    source = Rich(frames=75, chapters=CHAPTERS).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mkv", span=Span(Fraction(1, 2), Fraction(2)))
    assert chapters(tmp_path / "b.mkv") == [(0, 500, "Eins"), (500, 1500, "Zwei")]


@pytest.mark.parametrize("name", ["b.mkv", "b.mp4", "b.mov"])
def test_the_films_metadata_are_kept(tmp_path: Path, name: str) -> None:
    source = Rich(metadata={"title": "Ein Film", "comment": "schön"}).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / name)
    with av.open(str(tmp_path / name)) as written:
        kept = {key.lower(): value for key, value in written.metadata.items()}
    assert kept["title"] == "Ein Film"
    assert kept["comment"] == "schön"


def test_what_metadata_say_of_the_old_encoding_is_not_kept() -> None:
    old = ("BPS-eng", "DURATION", "encoder", "NUMBER_OF_FRAMES", "_STATISTICS_TAGS", "rotate", "major_brand")
    assert plain_metadata(dict.fromkeys(old, "1") | {"title": "t", "artist": "a"}) == {"title": "t", "artist": "a"}


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("source_name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("target_name", ["b.mp4", "b.mkv"])
def test_a_cover_picture_is_kept(tmp_path: Path, source_name: str, target_name: str, suffix: str) -> None:
    source = Rich(frames=5, cover=suffix, sound="aac").write(tmp_path / source_name)
    notes = pass_through(source, tmp_path / target_name)
    with av.open(str(tmp_path / target_name)) as written:
        covers = [one for one in written.streams.video if one.disposition & Disposition.attached_pic]
        assert len(covers) == 1
        kept = [bytes(packet) for packet in written.demux(covers[0]) if packet.size]
    assert kept == [cover_picture(suffix)]
    assert len(packets(tmp_path / target_name, "audio")) == len(packets(source, "audio"))
    assert notes.said == []


def test_a_cover_picture_that_quicktime_drops_is_said_to_be_left_out(tmp_path: Path) -> None:
    source = Rich(frames=5, cover=".jpg", sound="aac").write(tmp_path / "a.mp4")
    notes = pass_through(source, tmp_path / "b.mov")
    assert notes.said == ["video stream 2, a cover picture, was left out: QuickTime holds none"]
    with av.open(str(tmp_path / "b.mov")) as written:
        assert [stream.type for stream in written.streams] == ["video", "audio"]


def test_a_cover_picture_does_not_shift_a_span(tmp_path: Path) -> None:
    source = Rich(frames=50, cover=".jpg").write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / "b.mp4", span=Span(Fraction(1), Fraction(2)))
    assert len(packets(tmp_path / "b.mp4", "video")) == 25


def test_a_second_video_is_left_out_and_said(tmp_path: Path) -> None:
    source = Rich(frames=5, second=True).write(tmp_path / "a.mkv")
    notes = pass_through(source, tmp_path / "b.mkv")
    assert notes.said == ["video stream 1 was left out: one picture is worked on"]
    with av.open(str(tmp_path / "b.mkv")) as written:
        assert len(written.streams.video) == 1


def test_everything_at_once(tmp_path: Path) -> None:
    source = Rich(
        sound="aac", texts=TEXTS[:2], chapters=CHAPTERS[:2], attachments=[("f.ttf", "font/ttf", b"f" * 40)],
        cover=".png", metadata={"title": "Alles"},
    ).write(tmp_path / "a.mkv")  # fmt: skip
    notes = pass_through(source, tmp_path / "b.mkv")
    assert notes.said == []
    with av.open(str(tmp_path / "b.mkv")) as written:
        assert sorted(stream.type for stream in written.streams) == [
            "attachment", "audio", "subtitle", "video", "video",
        ]  # fmt: skip
    assert chapters(tmp_path / "b.mkv") == CHAPTERS[:2]
    assert cues(tmp_path / "b.mkv") == TEXTS[:2]
    mine = packets(tmp_path / "b.mkv", "audio")
    assert all(later > earlier for (earlier, _), (later, _) in pairwise(mine))


class _Breaking:
    """A container that fails to read once, after five packets."""

    def __init__(self, container: InputContainer) -> None:
        self._container, self._left = container, 5

    def demux(self, streams: tuple[Stream, ...]) -> Iterator[av.Packet[Any]]:
        for packet in self._container.demux(streams):
            if not self._left:
                self._left = -1
                raise av.error.InvalidDataError(1, "Invalid data found")
            self._left -= 1
            yield packet


def test_where_reading_fails_the_sound_goes_on_behind_it_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Rich(sound="aac").write(tmp_path / "a.mkv")
    whole = len(packets(source, "audio"))
    monkeypatch.setattr(
        copied,
        "packets",
        lambda container, streams, failed: decoding.packets(_Breaking(container), streams, failed),  # type: ignore[arg-type]
    )
    notes = pass_through(source, tmp_path / "b.mkv")
    assert notes.damage == Damage(others=1)
    assert notes.told == ("damaged: 1 packet of sound or subtitles is lost",)
    assert len(packets(tmp_path / "b.mkv", "audio")) == whole - 1
    assert len(packets(tmp_path / "b.mkv", "video")) == 50
