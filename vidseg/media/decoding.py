"""Decoding that goes on: packet by packet, so that a damaged one loses itself and not what comes after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from vidseg import threads

MOST_BAD_PACKETS = 64
"""As many packets in a row that can't be read or decoded end the reading: what follows is not video."""

_ONE_TO_ONE = frozenset({"h264", "hevc", "mpeg4", "mjpeg", "prores", "ffv1", "dnxhd", "png", "qtrle", "dvvideo"})
"""Codecs of which each packet of an indexed container gives a picture; others have packets that show nothing."""


def demuxed(container: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet[Any]]:
    """The packets of these streams, and of each an empty one at the end, by which a decoder gives what it holds.

    PyAV's own reading ends in an ``IndexError`` where a stream has appeared on the way, as damage in an MPEG-TS makes
    one: after the last packet, when it would end the streams that it didn't know when the file was opened.
    """
    try:
        yield from container.demux(tuple(streams))
    except IndexError:
        for stream in streams:
            end: Packet[Any] = Packet()
            end.stream, end.time_base = stream, Fraction(stream.time_base or 1)
            yield end


def packets(
    container: InputContainer, streams: Sequence[Stream], failed: Callable[[bool], None]
) -> Iterator[Packet[Any]]:
    """The packets of these streams, and behind what can't be read the next that can.

    ``failed`` is called for each place that can't be; with True where that was one too many in a row, and the end.
    """
    in_a_row = 0
    while in_a_row < MOST_BAD_PACKETS:
        try:
            for packet in demuxed(container, streams):
                in_a_row = 0
                yield packet
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            in_a_row += 1
            failed(in_a_row == MOST_BAD_PACKETS)
        else:
            return


_REORDERED = 4
"""Encoders rarely have more B-frames in a row, which are shown before a picture that they are decoded by."""


class Decoder:
    """The pictures of one stream of an open container, and what was wrong on the way."""

    def __init__(self, container: InputContainer, video: VideoStream, most_threads: int | None = None) -> None:
        """``most_threads`` is of this one, without it as many as codecs may have in this process."""
        self._container, self._video, self.most_threads = container, video, most_threads
        video.thread_type = "AUTO"
        video.codec_context.thread_count = threads.most() if most_threads is None else most_threads
        self.bad_packets = 0
        """Packets that couldn't be decoded, so far."""
        self.good_packets = 0
        """Packets that could."""
        self.gave_up = False
        """Whether reading ended at a part that is no video."""
        self._shown = self._pictures = 0

    @property
    def missing(self) -> int:
        """How many frames the container has told of that didn't come, once it is read from its beginning to its end."""
        if self.gave_up:
            return 0
        declared = self._video.frames if "mp4" in self._container.format.name else 0
        absent = max(declared - self.good_packets - self.bad_packets, 0)
        return absent + self.swallowed

    @property
    def swallowed(self) -> int:
        """How many pictures a decoder's threads have lost and said nothing, as far as that can be known, likewise."""
        indexed = {"mov", "matroska"} & set(self._container.format.name.split(","))
        if not indexed or self._video.codec_context.name not in _ONE_TO_ONE:
            return 0
        return max(self._shown - self.bad_packets - self._pictures, 0)

    @property
    def holds(self) -> int:
        """How many pictures may be shown before one that they are decoded by."""
        return _REORDERED if self._video.codec_context.has_b_frames else 0

    def pictures(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures in the order they are shown."""
        in_a_row = 0
        for packet in packets(self._container, (self._video,), self._failed):
            try:
                pictures = packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, av.error.DecoderNotFoundError):
                in_a_row += 1
                self._failed(in_a_row == MOST_BAD_PACKETS)
                self._shown += packet.size > 0
                if self.gave_up:
                    break
                continue
            self.good_packets += packet.size > 0
            self._shown += packet.size > 0 and not packet.is_discard
            if pictures:
                in_a_row = 0
            self._pictures += len(pictures)
            yield from pictures
        if self.gave_up:
            yield from self._held()

    def _failed(self, end: bool) -> None:
        self.bad_packets += 1
        self.gave_up |= end

    def _held(self) -> Iterator[av.VideoFrame]:
        """What the decoder still holds of before the damage."""
        try:
            pictures = self._video.codec_context.decode(None)
        except av.error.FFmpegError:
            return
        for picture in pictures:
            picture.time_base = self._video.time_base
            yield picture
