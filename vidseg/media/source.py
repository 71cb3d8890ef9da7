"""A video file as a stream of frames: decoded, de-interlaced, upright, in a working format, at exact times."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vidseg import threads
from vidseg.errors import CutError, LimitError, SourceError
from vidseg.frame import Frame
from vidseg.job import Damage, Piece, Reading, Span
from vidseg.media import chain as filter_chain
from vidseg.media import decoders, opening, orient, probe, timing, uniform, working
from vidseg.media.colour import Colour
from vidseg.media.decoding import Decoder
from vidseg.media.hdr import StaticMetadata, static_metadata
from vidseg.media.notes import Notes
from vidseg.media.side_data import side_data

_DYNAMIC = {"DYNAMIC_HDR_PLUS": "HDR10+ metadata", "DOVI_METADATA": "Dolby Vision metadata"}
"""Side data that is told for each frame of a picture, and untrue of another."""

_SEEK_MARGIN = 5
"""Seconds of a skipped beginning from which on seeking is worth its risk."""


class Source:
    """One video file, open; a context that closes it.

    ``media`` says what it is; ``span`` is the part that ``frames`` gives, its first moment at time 0 where it isn't
    the file's own start. Of a ``piece`` of that, ``frames`` gives what the piece reads, numbered as in the whole.
    """

    def __init__(
        self,
        path: Path,
        span: Span | None = None,
        notes: Notes | None = None,
        formats: str = opening.FORMATS,
        piece: Piece | None = None,
        reading: Reading | None = None,
    ) -> None:
        """Open the file; raises ``SourceError``."""
        self.path = path
        self.reading = reading or Reading()
        self._piece = piece
        self._formats = formats
        self.span = span or Span()
        self.notes = notes or Notes()
        self._container, self._video = self._opened()
        self.media = probe.describe(self._container, self._video, path)
        self._before: list[InputContainer] = []
        """Containers that were opened before: perhaps somebody still looks at one."""
        self._decoder = Decoder(self._container, self._video)
        self._shift = round((self.media.origin + self.span.start) / self.media.time_base)
        self._turned = False
        self.static_metadata = StaticMetadata()
        """HDR's, known once the first frame was read."""
        self._doubtful = self._stale = 0
        self._ends = Fraction(0)
        self.given = 0
        """How many frames ``frames`` has given."""

    def _opened(self) -> tuple[InputContainer, VideoStream]:
        device = decoders.hwaccel(self.reading.hwaccel)
        container = opening.open_input(self.path, self._formats, self.reading, device)
        try:
            return container, probe.main_video(container, self.path, self.reading)
        except BaseException:
            container.close()
            raise

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        for container in (*self._before, self._container):
            container.close()

    @property
    def container(self) -> InputContainer:
        """The open container, for what it says of itself (metadata, chapters); its packets are ``frames``'."""
        return self._container

    @property
    def offset(self) -> Fraction:
        """Seconds from where the file starts to play to the moment that is 0 here, in whole ticks of its clock."""
        return self._shift * self.media.time_base - self.media.origin

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

        What is damaged is passed over and noted, or, as ``reading`` says, fails. Raises ``SourceError`` also where
        there is no frame, or where their size changes on the way.
        """
        for frame in self._numbered():
            self.given += 1
            yield frame
        if not self.given:
            raise SourceError(str(self.path), self._why_empty())
        damage = Damage(
            self._decoder.bad_packets, self._missing() + self._stale, self._doubtful, ended=self._decoder.gave_up
        )
        self._refuse(damage)
        self.notes.lost(damage)

    def _missing(self) -> int:
        """Frames that are announced and didn't come; told of a whole file alone."""
        if self.span != Span() or self._piece is not None:
            return 0
        announced = probe.announced(self._container, self._video)
        late = Fraction(0) if announced is None else announced - self._ends
        return max(self._decoder.missing, round(late * self.media.rate) if late > 1 else 0)

    def _refuse(self, damage: Damage) -> None:
        if damage and self.reading.on_damage == "fail":
            raise SourceError(str(self.path), f"is {damage.sentence} (--on-damage keep does what is left)")

    def _watched(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """The same, the doubtful ones counted."""
        for picture in pictures:
            self._doubtful += picture.is_corrupt
            self._refuse(Damage(self._decoder.bad_packets, 0, self._doubtful))
            self._ends = (picture.pts or 0) * self.media.time_base - self.media.origin + 1 / self.media.rate
            yield picture

    def _why_empty(self) -> str:
        if self._decoder.bad_packets:
            return "no frame of it can be decoded"
        if self.span != Span():
            return "has no frame between --start and --end"
        return "has no frames"

    def _numbered(self) -> Iterator[Frame]:
        """Pictures of the working format as frames, their times shifted to where the output begins."""
        pictures = self._upright(self._deinterlaced(self._watched(self._in_span(self._timed()))))
        begin = self._piece.begin if self._piece is not None else 0
        for index, picture in enumerate(self._smaller(working.worked_on(pictures, self.notes)), begin):
            unit = Fraction(picture.time_base or 0) / self.media.time_base
            yield Frame(
                picture,
                index,
                round((picture.pts or 0) * unit) - self._shift,
                self.media.time_base,
                round((picture.duration or 0) * unit),
                self._aspect(),
                self._shift,
            )

    def _smaller(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """At the scale that was asked for; sides are even, as most codecs need them."""
        if self.reading.scale == 1:
            yield from pictures
            return
        first = next(pictures, None)
        if first is None:
            return
        width, height = (max(2 * round(side * self.reading.scale / 2), 2) for side in (first.width, first.height))
        scale = (f"scale={width}:{height}:flags=area+accurate_rnd", f"format={first.format.name}")
        tags = Colour.of(first)
        for picture in filter_chain.filtered(chain([first], pictures), scale):
            tags.tag(picture)
            yield picture

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
        if self._video.metadata.get("alpha_mode") == "1":
            self.notes.say("its own transparency was left out")
        if not understood:
            self.notes.say("its rotation is no multiple of 90 degrees; it was left as it is stored")
        self._turned = orient.swaps_sides(turn)
        everything = chain([first], pictures)
        yield from (
            filter_chain.filtered(everything, orient.with_formats(turn, first.format.name)) if turn else everything
        )

    def _deinterlaced(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """From the first interlaced picture on, through bwdif; progressive ones pass as they are."""
        for picture in pictures:
            if picture.interlaced_frame:
                if self._piece is not None:
                    raise CutError(str(self.path), "it is interlaced")
                self.notes.say("interlaced: de-interlaced, one frame for each frame")
                rest = chain([picture], pictures)
                yield from filter_chain.filtered(rest, ("bwdif=mode=send_frame:deint=interlaced",))
                return
            yield picture

    def _in_span(self, pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Those inside the span; reading ends with it."""
        if self._piece is not None:
            yield from self._in_piece(pictures, self._piece)
            return
        for picture in pictures:
            time = Fraction(picture.pts or 0) * self.media.time_base - self.media.origin
            if self.span.end is not None and time >= self.span.end:
                return
            if time >= self.span.start:
                yield picture
            elif not self.span.start:  # damage has put it before the beginning, where no output can show it
                self._stale += 1

    def _in_piece(self, pictures: Iterator[av.VideoFrame], piece: Piece) -> Iterator[av.VideoFrame]:
        """Those that a piece reads, each of which must be at the time where it was found when the file was cut."""
        index = piece.begin
        expected = {piece.begin: piece.begin_pts, piece.first: piece.first_pts, piece.stop - 1: piece.last_pts}
        for picture in pictures:
            if (picture.pts or 0) < piece.begin_pts:
                continue
            if expected.pop(index, picture.pts) != picture.pts:
                break
            yield picture
            index += 1
            if index == piece.end:
                return
        raise CutError(str(self.path), "its frames are not where its index says")

    def _timed(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures with times that go forward, all of one size and layout."""
        step = round(1 / (self.media.rate * self.media.time_base))
        clock = timing.Clock(step)
        last: int | None = None
        pictures = self._decoded_alike()
        if self._container.format.name == "avi":
            pictures = timing.in_order(pictures)
        for picture in uniform.uniform(pictures, self.path, self.reading, self.notes):
            if self._is_stale(picture, last):
                self._stale += 1
                continue
            picture.pts = clock.time(picture.pts, picture.dts)
            picture.time_base = self.media.time_base
            self._check_gap(last, picture.pts)
            last = picture.pts
            yield picture
        if clock.repaired:
            self.notes.detail(f"{clock.repaired} frames had a missing or backward time, which was repaired")

    def _is_stale(self, picture: av.VideoFrame, last: int | None) -> bool:
        """Whether a decoder gives it too late, as it does behind damage with what it still held.

        The times of these containers are true, and one that is behind the last would make a ``Clock`` doubt all others.
        """
        damaged = self._decoder.bad_packets > 0 or picture.is_corrupt
        true = {"mov", "matroska"} & set(self._container.format.name.split(","))
        return bool(damaged and true and last is not None and picture.pts is not None and picture.pts <= last)

    def _check_gap(self, last: int | None, time: int) -> None:
        longest = self.reading.longest_gap
        gap = Fraction(0) if last is None else (time - last) * self.media.time_base
        if longest is not None and gap > longest:
            raise LimitError(
                str(self.path),
                f"{float(gap):g} s lie between two of its frames, more than {float(longest):g}: "
                f"--max-gap {float(gap) + 1:.0f} takes them",
            )

    def _decoded_alike(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures, the same whatever the number of threads.

        Of what is damaged several threads make other pictures than one, and not always the same: at its first sign one
        decodes all of it again, from where reading began, and the pictures that were given aren't given twice.
        """
        if self._piece is not None:
            yield from self._decoded_from_key(self._piece.key)
            return
        if threads.most() == 1 or self.reading.hwaccel != "none":
            yield from self._decoded_from_start()
            return
        given, held = 0, deque[av.VideoFrame]()
        for picture in self._decoded_from_start():
            if picture.is_corrupt or self._decoder.bad_packets:
                break
            held.append(picture)
            if len(held) > self._decoder.holds:
                yield held.popleft()
                given += 1
        else:
            if self.span != Span() or not (self._decoder.swallowed or self._decoder.bad_packets):
                yield from held
                return
        held.clear()
        self._open_again(most_threads=1)
        yield from islice(self._decoded_from_start(), given, None)

    def _open_again(self, most_threads: int | None) -> None:
        self._before.append(self._container)
        self._container, self._video = self._opened()
        self._decoder = Decoder(self._container, self._video, most_threads)

    def _decoded_from_start(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures from a key frame at or before the span's start, or from the file's beginning."""
        wanted = self.media.origin + self.span.start
        if self.span.start <= _SEEK_MARGIN:
            yield from self._decoder.pictures()
            return
        try:
            self._container.seek(int(wanted * 1_000_000), backward=True)
            pictures = self._decoder.pictures()
            ahead = list(islice(pictures, 1))
        except av.error.FFmpegError:
            ahead = []
        if ahead and ahead[0].pts is not None and ahead[0].pts * self.media.time_base <= wanted:
            yield from chain(ahead, pictures)
            return
        self._open_again(self._decoder.most_threads)
        yield from self._decoder.pictures()

    def _decoded_from_key(self, key: int) -> Iterator[av.VideoFrame]:
        """Decoded pictures from a key frame on; what can't be decoded just before it isn't this reading's business."""
        try:
            self._container.seek(key, stream=self._video, backward=True)
        except av.error.FFmpegError:
            raise CutError(str(self.path), "it can't be read from the middle") from None
        yield from self._decoder.pictures()
