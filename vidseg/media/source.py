"""A video file as a stream of frames: decoded, de-interlaced, upright, in a working format, at exact times."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import av
from av.container import InputContainer
from av.video.reformatter import VideoReformatter

from vidseg.errors import SourceError
from vidseg.frame import Frame, planes_of
from vidseg.job import Span
from vidseg.media import chain as filter_chain
from vidseg.media import colour, formats, opening, orient, probe, timing
from vidseg.media.hdr import StaticMetadata, static_metadata
from vidseg.media.notes import Notes
from vidseg.media.side_data import side_data

MOST_BAD_PACKETS = 64
"""As many packets in a row that can't be decoded end the reading: what follows is not video."""

_DYNAMIC = {"DYNAMIC_HDR_PLUS": "HDR10+ metadata", "DOVI_METADATA": "Dolby Vision metadata"}
"""Side data that is told for each frame of a picture, and untrue of another."""

_SEEK_MARGIN = 5
"""Seconds of a skipped beginning from which on seeking is worth its risk."""


class Source:
    """One video file, open; a context that closes it.

    ``media`` says what it is; ``span`` is the part that ``frames`` gives, its first moment at time 0 where it isn't
    the file's own start.
    """

    def __init__(
        self, path: Path, span: Span | None = None, notes: Notes | None = None, formats: str = opening.FORMATS
    ) -> None:
        """Open the file; raises ``SourceError``."""
        self.path = path
        self._formats = formats
        self.span = span or Span()
        self.notes = notes or Notes()
        self._container = opening.open_input(path, formats)
        try:
            self._video = probe.main_video(self._container, path)
            self.media = probe.describe(self._container, self._video, path)
        except BaseException:
            self._container.close()
            raise
        self._shift = _in_ticks(self.media.origin + self.span.start, self.media.time_base)
        self._bad_packets = 0
        self._turned = False
        self.static_metadata = StaticMetadata()
        """HDR's, known once the first frame was read."""
        self.given = 0
        """How many frames ``frames`` has given."""

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    @property
    def container(self) -> InputContainer:
        """The open container, for what it says of itself (metadata, chapters); its packets are ``frames``'."""
        return self._container

    @property
    def total(self) -> int | None:
        """How many frames ``frames`` will give, as far as the container knows."""
        if self.media.frames is None or (self.span.start == 0 and self.span.end is None):
            return self.media.frames
        end = self.span.end
        if self.media.duration is not None:
            end = self.media.duration if end is None else min(end, self.media.duration)
        return None if end is None else max(round((end - self.span.start) * self.media.rate), 0)

    def frames(self) -> Iterator[Frame]:
        """Every frame of the span, in the order it is shown; to be read once, to its end or closed.

        Raises ``SourceError`` where there is none, or where their size changes on the way.
        """
        for frame in self._worked():
            self.given += 1
            yield frame
        if self._bad_packets:
            self.notes.say(f"{self._bad_packets} damaged packets were passed over")
        if not self.given:
            raise SourceError(str(self.path), self._why_empty())

    def _why_empty(self) -> str:
        if self._bad_packets:
            return "no frame of it can be decoded"
        if self.span != Span():
            return "has no frame between --start and --end"
        return "has no frames"

    def _worked(self) -> Iterator[Frame]:
        """Pictures as frames of one working format, renumbered and shifted."""
        reformatter = VideoReformatter()
        target = ""
        for index, picture in enumerate(self._upright(self._deinterlaced(self._in_span(self._timed())))):
            if not target:
                target = formats.working_format(picture.format.name)
                if target != formats.same_planes(picture.format.name):
                    self.notes.detail(f"{picture.format.name} is worked on as {target}")
                self._say_what_is_left_out(picture)
            resolved, guessed = colour.resolve(picture)
            if guessed:
                self.notes.detail(
                    f"colour tags were missing or unusable; taken for matrix {resolved.matrix}, "
                    f"primaries {resolved.primaries}, transfer {resolved.transfer}, "
                    f"{'full' if resolved.range == colour.FULL_RANGE else 'limited'} range"
                )
            pts, time_base, duration = picture.pts, picture.time_base, picture.duration
            if formats.same_planes(picture.format.name) != target:
                grey = formats.is_grey(picture.format.name)
                # FFmpeg takes grey for full range whatever it is told: from full to full its codes stay as they are
                range_ = colour.FULL_RANGE if grey else resolved.range
                picture = reformatter.reformat(
                    picture,
                    format=target,
                    src_colorspace=resolved.matrix,
                    dst_colorspace=resolved.matrix,
                    src_color_range=range_,
                    dst_color_range=range_,
                )
                for plane in planes_of(picture)[1:] if grey else ():
                    plane.fill(1 << (picture.format.components[0].bits - 1))  # without FFmpeg's dither
            resolved.tag(picture)
            ticks = round((pts or 0) * Fraction(time_base or 0) / self.media.time_base) - self._shift
            yield Frame(
                picture,
                index,
                ticks,
                self.media.time_base,
                round((duration or 0) * Fraction(time_base or 0) / self.media.time_base),
                self._aspect(),
            )

    def _say_what_is_left_out(self, picture: av.VideoFrame) -> None:
        carries_alpha = any(component.is_alpha for component in picture.format.components)
        if carries_alpha or self._video.metadata.get("alpha_mode") == "1":
            self.notes.say("its own transparency was left out")
        if picture.format.is_rgb:
            self.notes.say(f"{picture.format.name} was brought to 4:2:0, which every player shows")

    def _aspect(self) -> Fraction:
        aspect = self._video.sample_aspect_ratio or Fraction(1)
        if aspect <= 0:
            aspect = Fraction(1)
        return 1 / aspect if self._turned else aspect

    def _upright(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Turned as the first picture's display matrix says (it is the stream's, so the same for all)."""
        first = next(pictures, None)
        if first is None:
            return
        turn, understood = orient.turn_of(first)
        self.static_metadata = static_metadata(first)
        dynamic = [label for key, label in _DYNAMIC.items() if key in (side_data(first) or {})]
        if dynamic:
            self.notes.say(f"{' and '.join(dynamic)} of the old picture left out")
        if not understood:
            self.notes.say("its rotation is no multiple of 90 degrees; it was left as it is stored")
        self._turned = orient.swaps_sides(turn)
        everything = chain([first], pictures)
        yield from filter_chain.filtered(everything, self._with_formats(turn, first)) if turn else everything

    @staticmethod
    def _with_formats(turn: tuple[str, ...], picture: av.VideoFrame) -> tuple[str, ...]:
        """The turn between conversions where FFmpeg can't turn the format as it is (4:2:2 by a quarter)."""
        target = formats.working_format(picture.format.name)
        if orient.swaps_sides(turn) and formats.subsampling_of(target) == "422":
            depth = 8 if target == "yuv422p" else int(target[7:9])
            return (f"format={formats.name_of('444', depth)}", *turn, f"format={target}")
        return turn

    def _deinterlaced(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """From the first interlaced picture on, through bwdif; progressive ones pass as they are."""
        for picture in pictures:
            if picture.interlaced_frame:
                self.notes.say("interlaced: de-interlaced, one frame for each frame")
                rest = chain([picture], pictures)
                yield from filter_chain.filtered(rest, ("bwdif=mode=send_frame:deint=interlaced",))
                return
            yield picture

    def _in_span(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Those inside the span; reading ends with it."""
        for picture in pictures:
            time = Fraction(picture.pts or 0) * self.media.time_base - self.media.origin
            if self.span.end is not None and time >= self.span.end:
                return
            if time >= self.span.start:
                yield picture

    def _timed(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures with times that go forward, all of one size."""
        step = round(1 / (self.media.rate * self.media.time_base))
        clock = timing.Clock(step)
        size: tuple[int, int] | None = None
        pictures = self._decoded_from_start()
        if self._container.format.name == "avi":
            pictures = timing.in_order(pictures)
        for picture in pictures:
            if size is None:
                size = (picture.width, picture.height)
            if (picture.width, picture.height) != size:
                raise SourceError(
                    str(self.path),
                    f"its picture changes from {size[0]}x{size[1]} to {picture.width}x{picture.height} on the way",
                )
            picture.pts = clock.time(picture.pts, picture.dts)
            picture.time_base = self.media.time_base
            yield picture
        if clock.repaired:
            self.notes.detail(f"{clock.repaired} frames had a missing or backward time, which was repaired")

    def _decoded_from_start(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures from a key frame at or before the span's start, or from the file's beginning."""
        wanted = self.media.origin + self.span.start
        if self.span.start <= _SEEK_MARGIN:
            yield from self._decoded()
            return
        try:
            self._container.seek(int(wanted * 1_000_000), backward=True)
            pictures = self._decoded()
            ahead = list(islice(pictures, 1))
        except av.error.FFmpegError:
            ahead = []
        if ahead and ahead[0].pts is not None and ahead[0].pts * self.media.time_base <= wanted:
            yield from chain(ahead, pictures)
            return
        self._reopen()
        yield from self._decoded()

    def _reopen(self) -> None:
        self._container.close()
        self._container = opening.open_input(self.path, self._formats)
        self._video = probe.main_video(self._container, self.path)
        self._bad_packets = 0

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Pictures packet by packet: a damaged packet loses itself, not what comes after."""
        self._video.thread_type = "AUTO"
        in_a_row = seen = 0
        packets = self._container.demux(self._video)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                pictures = packet.decode()
            except (av.error.FFmpegError, av.error.DecoderNotFoundError) as error:
                if isinstance(error, av.error.EOFError):
                    break
                self._bad_packets += 1
                in_a_row += 1
                if in_a_row >= MOST_BAD_PACKETS:
                    self.notes.say("reading ended at a part that is no video")
                    return
                continue
            seen += packet.size > 0
            if pictures:
                in_a_row = 0
            yield from pictures
        declared = self._video.frames if "mp4" in self._container.format.name else 0  # others count loosely
        if declared and self.span == Span() and seen + self._bad_packets < declared:
            self.notes.say(f"cut short: it announces {declared} frames and holds {seen}")


def _in_ticks(time: Fraction, time_base: Fraction) -> int:
    return round(time / time_base)
