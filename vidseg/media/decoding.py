"""Decoding that goes on: packet by packet, so that a damaged one loses itself and not what comes after."""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vidseg import threads

MOST_BAD_PACKETS = 64
"""As many packets in a row that can't be decoded end the reading: what follows is not video."""


class Decoder:
    """The pictures of one stream of an open container, and what was wrong on the way."""

    def __init__(self, container: InputContainer, video: VideoStream) -> None:
        self._container, self._video = container, video
        video.thread_type = "AUTO"
        video.codec_context.thread_count = threads.most()
        self.bad_packets = 0
        """Packets that couldn't be decoded, so far."""
        self.good_packets = 0
        """Packets that could."""
        self.gave_up = False
        """Whether reading ended at a part that is no video."""

    @property
    def missing(self) -> int:
        """How many frames an MP4 announces and doesn't hold, once it is read; other formats count loosely."""
        declared = self._video.frames if "mp4" in self._container.format.name else 0
        return 0 if self.gave_up else max(declared - self.good_packets - self.bad_packets, 0)

    def pictures(self) -> Iterator[av.VideoFrame]:
        """Decoded pictures in the order they are shown."""
        in_a_row = 0
        packets = self._container.demux(self._video)
        while in_a_row < MOST_BAD_PACKETS:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                pictures = packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, av.error.DecoderNotFoundError):
                self.bad_packets += 1
                in_a_row += 1
                continue
            self.good_packets += packet.size > 0
            if pictures:
                in_a_row = 0
            yield from pictures
        self.gave_up = True
