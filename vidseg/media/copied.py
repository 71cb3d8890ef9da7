"""The streams beside the picture: sound, subtitles, attachments and data, copied packet for packet where they fit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import AttachmentStream, Discard, Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from vidseg.job import Damage, Reading, Span
from vidseg.media import containers, opening
from vidseg.media.decoding import demuxed, packets
from vidseg.media.notes import Notes

_AUDIO = {"mp4": "aac", "mov": "aac", "matroska": "flac", "webm": "libopus"}
_TEXT = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
_COVERS = {"mjpeg": ("jpg", "image/jpeg"), "png": ("png", "image/png")}
"""Codecs of cover pictures, which Matroska keeps as attachments."""

_STATISTICS = ("BPS", "DURATION", "NUMBER_OF_", "_STATISTICS_", "ENCODER", "VENDOR_ID", "ROTATE")
_BRANDS = ("MAJOR_BRAND", "MINOR_VERSION", "COMPATIBLE_BRANDS")


def plain_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Metadata that is still true of another encoding: no statistics of the old stream, no encoder's name."""
    return {key: value for key, value in metadata.items() if not key.upper().startswith(_STATISTICS + _BRANDS)}


class _Road(ABC):
    """How one stream's packets reach the output."""

    def __init__(self, source: Stream, shift: Fraction) -> None:
        self.source = source
        self.shift = shift

    @abstractmethod
    def packets(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        """What is muxed for a packet of the source."""

    def rest(self) -> Iterator[Packet[Any]]:
        """What is muxed after the last one."""
        return iter(())

    def ticks(self, time_base: Fraction) -> int:
        """The shift in a time base."""
        return round(self.shift / time_base)


class _Copy(_Road):
    """As they are, shifted; decoding times that don't go forward are mended, for muxers refuse them."""

    def __init__(self, source: Stream, target: Stream, shift: Fraction) -> None:
        super().__init__(source, shift)
        self._target = target
        self._last: int | None = None

    def packets(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        ticks = self.ticks(packet.time_base)
        if packet.pts is not None:
            packet.pts -= ticks
        if packet.dts is not None:
            packet.dts -= ticks
        elif packet.pts is not None:
            packet.dts = packet.pts
        else:
            packet.pts = packet.dts = 0 if self._last is None else self._last + 1
        assert packet.dts is not None  # noqa: S101 - for the type checker: set in every branch
        if self._last is not None and packet.dts <= self._last:
            packet.dts = self._last + 1
        if packet.pts is not None and packet.pts < packet.dts:
            packet.pts = packet.dts
        self._last = packet.dts
        packet.stream = self._target
        yield packet


class _Audio(_Road):
    """Decoded and encoded again."""

    def __init__(self, source: AudioStream, target: AudioStream, shift: Fraction, notes: Notes) -> None:
        super().__init__(source, shift)
        self._notes = notes
        self._target = target
        context = target.codec_context
        context.open()
        self._resampler = av.AudioResampler(
            format=context.format,
            layout=context.layout,
            rate=context.sample_rate,
            frame_size=context.frame_size or None,
        )

    def packets(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            self._notes.lost(Damage(others=1))
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                frame.pts -= self.ticks(frame.time_base)
            for piece in self._resampler.resample(frame):  # type: ignore[arg-type]
                yield from self._target.encode(piece)

    def rest(self) -> Iterator[Packet[Any]]:
        for piece in self._resampler.resample(None):
            yield from self._target.encode(piece)
        yield from self._target.encode(None)


class _Text(_Road):
    """Subtitles read and written again in the output's kind of text."""

    _HEADER = (  # FFmpeg's own (libavcodec/ass.c): what differs from it, or is left out, is written into every cue
        b"[Script Info]\r\nScriptType: v4.00+\r\nPlayResX: 384\r\nPlayResY: 288\r\n\r\n[V4+ Styles]\r\n"
        b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        b"Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        b"MarginR, MarginV, Encoding\r\n"
        b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\r\n\r\n"
        b"[Events]\r\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n"
    )
    TIME_BASE = Fraction(1, 1000)

    def __init__(self, source: SubtitleStream, target: SubtitleStream, shift: Fraction) -> None:
        super().__init__(source, shift)
        self._target = target
        self._order = 0
        target.codec_context.subtitle_header = source.codec_context.subtitle_header or self._HEADER

    def packets(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        if packet.pts is None or not packet.size:
            return
        try:
            found = self.source.codec_context.decode2(packet)  # type: ignore[attr-defined]
        except av.error.FFmpegError:
            return
        lines = [rect for rect in found.rects if isinstance(rect, AssSubtitle)] if found else []
        start = round((packet.pts * packet.time_base - self.shift) / self.TIME_BASE)
        length = round((packet.duration or 0) * packet.time_base / self.TIME_BASE)
        length = length or (found.end_display_time if found else 0)
        for line in lines:
            if not line.dialogue.strip():
                continue
            text = b"%d,0,Default,,0,0,0,,%s" % (self._order, line.dialogue)
            cue = SubtitleSet.create(text, start=0, end=length, pts=start)
            made = self._target.codec_context.encode_subtitle(cue)
            made.stream, made.time_base = self._target, self.TIME_BASE
            made.pts = made.dts = start
            made.duration = length
            self._order += 1
            yield made


class CopiedStreams:
    """All streams of a source but its picture, on their way to one output, in step with it.

    A second container reads them, so that neither stream waits for the other. What the output can't take is
    converted where that is possible, else left out; either is said.
    """

    def __init__(
        self,
        path: Path,
        picture: int,
        shift: Fraction,
        span: Span,
        notes: Notes,
        *,
        alone: bool = False,
        reading: Reading | None = None,
    ) -> None:
        """``picture`` is the index of the stream that is not copied; ``shift`` is taken off every time, in seconds.

        ``alone`` leaves the others out too, and keeps metadata and chapters.
        """
        self._alone = alone
        self._path, self._picture, self._shift, self._span, self._notes = path, picture, shift, span, notes
        self._reading = reading
        self._container: InputContainer = opening.open_input(path, reading=reading)
        self._roads: dict[int, _Road] = {}
        self._waiting: tuple[Fraction, Packet[Any]] | None = None
        self._packets: Iterator[Packet[Any]] = iter(())

    def close(self) -> None:
        """Close the second container."""
        self._container.close()

    def add_to(self, output: OutputContainer, container: str) -> None:
        """Make the output's streams, metadata and chapters; before its first packet."""
        source = self._container
        output.metadata.update(plain_metadata(source.metadata))
        self._add_chapters(output)
        for stream in source.streams:
            if stream.index == self._picture or self._alone:
                continue
            road = self._road(stream, output, container)
            if road is not None:
                self._roads[stream.index] = road
        for stream in source.streams:
            if stream.index not in self._roads and stream.type != "attachment":
                stream.discard = Discard.all
        if self._roads:
            self._packets = packets(source, [road.source for road in self._roads.values()], self._failed)

    def _add_chapters(self, output: OutputContainer) -> None:
        chapters = []
        for chapter in self._container.chapters():
            time_base = chapter["time_base"] or Fraction(1)
            ticks = round(self._shift / time_base)
            start, end = chapter["start"] - ticks, chapter["end"] - ticks
            length = None if self._span.end is None else round((self._span.end - self._span.start) / time_base)
            if end <= 0 or (length is not None and start >= length):
                continue
            chapters.append({**chapter, "start": max(start, 0), "end": end if length is None else min(end, length)})
        if chapters:
            output.set_chapters(chapters)  # type: ignore[arg-type]

    def _road(self, stream: Stream, output: OutputContainer, container: str) -> _Road | None:
        name = f"{stream.type} stream {stream.index}"
        if isinstance(stream, AttachmentStream):
            if container == "matroska":
                output.add_attachment(stream.name or f"attachment{stream.index}", stream.mimetype or "", stream.data)
            else:
                self._notes.say(f"attachment {stream.name or stream.index} was left out: {container} holds none")
            return None
        if stream.type == "video" and not stream.disposition & Disposition.attached_pic:
            self._notes.say(f"{name} was left out: one picture is worked on")
            return None
        codec = stream.codec_context.name if stream.codec_context is not None else ""
        if stream.type == "video" and container == "matroska" and codec in _COVERS:
            suffix, mimetype = _COVERS[codec]
            output.add_attachment(f"cover.{suffix}", mimetype, self._only_packet(stream.index))
            return None
        if stream.type == "video" and container == "mov":  # whose muxer takes a cover's header and drops its packet
            self._notes.say(f"{name}, a cover picture, was left out: QuickTime holds none")
            return None
        if stream.type == "data" and self._container.chapters() and not _has_packets_of_its_own(stream):
            return None  # how MP4 stores chapters, which are written anew
        if containers.takes_copy(container, stream):
            made = output.add_stream_from_template(stream, opaque=True)
            _dress(made, stream)
            return _Copy(stream, made, self._shift)
        return self._converted(stream, output, container, name)

    def _only_packet(self, index: int) -> bytes:
        """A cover picture's bytes."""
        with opening.opened(self._path, reading=self._reading) as container:
            return next(
                (bytes(packet) for packet in demuxed(container, (container.streams[index],)) if packet.size), b""
            )

    def _converted(self, stream: Stream, output: OutputContainer, container: str, name: str) -> _Road | None:
        codec = stream.codec_context.name if stream.codec_context is not None else "unknown data"
        if isinstance(stream, AudioStream) and stream.codec_context is not None:
            encoder = _AUDIO[container]
            made = output.add_stream(encoder, rate=_rate(encoder, stream.codec_context.sample_rate))
            assert isinstance(made, AudioStream)  # noqa: S101 - an audio encoder's
            made.codec_context.layout = stream.codec_context.layout
            if encoder != "flac":
                made.codec_context.bit_rate = 96_000 * max(stream.codec_context.channels, 1)
            _dress(made, stream)
            self._notes.say(
                f"{name} was converted from {codec} to {encoder.removeprefix('lib')}: {container} takes no {codec}"
            )
            return _Audio(stream, made, self._shift, self._notes)
        if isinstance(stream, SubtitleStream) and _is_text(stream):
            made = output.add_stream(_TEXT[container], time_base=_Text.TIME_BASE)
            assert isinstance(made, SubtitleStream)  # noqa: S101 - a subtitle encoder's
            _dress(made, stream)
            self._notes.say(f"{name} was converted from {codec} to {_TEXT[container]}: {container} takes no {codec}")
            return _Text(stream, made, self._shift)
        self._notes.say(f"{name} ({codec}) was left out: {container} can't hold it")
        return None

    def until(self, time: Fraction) -> Iterator[Packet[Any]]:
        """The packets up to a moment of the output, in seconds."""
        while True:
            if self._waiting is None:
                packet = self._next()
                if packet is None:
                    return
                stamp = packet.dts if packet.dts is not None else packet.pts or 0
                self._waiting = (stamp * packet.time_base - self._shift, packet)
            due, packet = self._waiting
            if due > time:
                return
            self._waiting = None
            yield from self._roads[packet.stream_index].packets(packet)

    def rest(self) -> Iterator[Packet[Any]]:
        """All that is left."""
        if self._waiting is not None:
            _, packet = self._waiting
            self._waiting = None
            yield from self._roads[packet.stream_index].packets(packet)
        while (following := self._next()) is not None:
            yield from self._roads[following.stream_index].packets(following)
        for road in self._roads.values():
            yield from road.rest()

    def _next(self) -> Packet[Any] | None:
        """The next packet inside the span."""
        for packet in self._packets:
            if packet.size and self._inside(packet):
                return packet
        return None

    def _failed(self, end: bool) -> None:
        """A place that can't be read."""
        self._notes.lost(Damage(others=1, ended=end))

    def _inside(self, packet: Packet[Any]) -> bool:
        if packet.pts is None or self._is_picture(packet):
            return True
        time = packet.pts * packet.time_base - self._shift + self._span.start
        return (self._span.start == 0 or time >= self._span.start) and (self._span.end is None or time < self._span.end)

    def _is_picture(self, packet: Packet[Any]) -> bool:
        return self._roads[packet.stream_index].source.type == "video"


def _dress(made: Stream, stream: Stream) -> None:
    """Language, title and disposition of a stream for its successor."""
    made.metadata.update(plain_metadata(stream.metadata))
    made.disposition = stream.disposition


def _rate(encoder: str, rate: int) -> int:
    if encoder == "libopus":
        return 48000
    return rate if rate in (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000) else 48000


def _is_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in (
        "mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text", "microdvd", "subviewer", "sami", "mpl2",
    )  # fmt: skip


def _has_packets_of_its_own(stream: Stream) -> bool:
    return (
        bool(stream.index_entries) and len(stream.index_entries) > 0 and stream.frames > 0 and not _is_chapter(stream)
    )


def _is_chapter(stream: Stream) -> bool:
    return stream.frames == len(stream.container.chapters())
