"""Pieces of a picture: each encoded to a file of its own, and all of them joined without encoding anything again."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vidseg.errors import CutError, IncompleteError
from vidseg.frame import Frame
from vidseg.job import Encoding, Job
from vidseg.media import containers, encoders, forms, piece_file
from vidseg.media.codecs import Codec
from vidseg.media.notes import Notes
from vidseg.media.piece_file import Contents, PieceWriter
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.media.whole import telling


def check(job: Job) -> None:
    """Raise ``CutError`` for an output whose pieces can't be joined, whatever its source is."""
    encoding = job.recipe.encoding
    if containers.container_of(job.target, encoding.content) == "webp":
        raise CutError(str(job.source), "an animated WebP is made whole")
    if encoding.encoder != "software" and (encoding.encoder != "auto" or encoders.working() is not None):
        raise CutError(str(job.source), "what hardware encodes is made whole")


class PieceSink(Sink):
    """A sink that keeps its packets in a piece's file, without the source's other streams."""

    def __init__(
        self, file: Path, target: Path, encoding: Encoding, source: Source, notes: Notes, *, flat: bool = False
    ) -> None:
        """``target`` is what the joined file will be called: its suffix says how it is encoded."""
        self._writer = PieceWriter(file, target)
        super().__init__(target, encoding, source, notes, overwrite=True, flat=flat)

    def _begin(self, frame: Frame, picture: av.VideoFrame, codec: Codec) -> VideoStream:
        self._like = shape_of(frame)
        return super()._begin(frame, picture, codec)

    def _place(self) -> None:
        """No file of its own: the writer has one."""

    def _opened(self) -> OutputContainer:
        """A container like the joined file's, so that the encoder is told the same; what is in it is thrown away."""
        return av.open(
            io.BytesIO(), "w", format=self._container_name, container_options=self._container_options()
        )  # fmt: skip

    def _add_others(self) -> None:
        """None: they are copied when the pieces are joined."""

    def _mux_picture(self, packets: list[Packet[Any]]) -> None:
        for packet in packets:
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, 0) or packet.duration
            if packet.size:
                self._time_base = packet.time_base
                self._writer.add(packet)

    def close(self) -> None:
        """Close everything, and remove what isn't finished."""
        super().close()
        self._writer.close()

    def finish_piece(self, frames: int, before: str, after: str, more: dict[str, Any]) -> None:
        """Write what is left and give the file its name; raises ``IncompleteError``, ``WriteError``."""
        if self._stream is None:
            raise IncompleteError(str(self.target), "no frame was written")
        with telling(self.target):
            self._mux_picture(self._flushed(self._stream))
        self._writer.check(frames, self._count)
        self._writer.finish(
            Contents(
                frames=frames, first=str(self._first), last=str(self._last), time_base=str(self._time_base),
                times=self._writer.times, headers=headers(self._stream.codec_context).hex(),
                display=repr(self._source.static_metadata), before=before, after=after,
                like=self._like, notes=self._notes.said, details=self._notes.details, more=more,
            )
        )  # fmt: skip


class JoinSink(Sink):
    """A sink whose picture comes from pieces that are encoded already."""

    def join(self, files: Sequence[Path], contents: Sequence[Contents], alive: Callable[[int], None]) -> None:
        """Write all packets, their decoding times made anew over the whole.

        The source must have given a frame. ``alive`` is called with the number of frames written. Raises ``CutError``
        where the pieces don't fit together.
        """
        frame = frame_like(contents[0].like, alpha=self._encoding.alpha is not None)
        form = forms.of(self._encoding, self._container_name, frame, self.target, self._notes)
        with telling(self.target):
            self._stream = self._begin(frame, form.fit(frame), form.codec)
        check_fit(self._source, contents, headers(self._stream.codec_context))
        decoding = iter(decoding_times([time for piece in contents for time in piece.times]))
        for path, piece in zip(files, contents, strict=True):
            for packet in piece_file.packets(path, piece, self.target):
                packet.dts = next(decoding)
                packet.stream = self._stream
                self._tally.picture(packet.pts or 0, packet.duration or 0, packet.time_base)
                if packet.pts is not None:
                    self._durations[packet.pts] = packet.duration or 0
                with telling(self.target):
                    self._mux_picture([packet])
                self._count += 1
                alive(self._count)
        self._first, self._last = Fraction(contents[0].first), Fraction(contents[-1].last)
        self._joined = True


def check_fit(source: Source, contents: Sequence[Contents], own: bytes) -> None:
    """Raise ``CutError`` unless pieces belong in a row, encoded under an encoder's ``own`` headers."""
    for before, after in pairwise(contents):
        if before.after != after.before:
            raise CutError(str(source.path), "it is decoded otherwise from the middle")
    if any(piece.headers != own.hex() or piece.display != repr(source.static_metadata) for piece in contents):
        raise CutError(str(source.path), "its pieces were encoded in more than one way")
    if len({piece.time_base for piece in contents}) != 1:
        raise CutError(str(source.path), "its pieces count time in more than one way")


def shape_of(frame: Frame) -> dict[str, Any]:
    """What an encoder is set up by, as JSON."""
    picture = frame.picture
    tags = (picture.color_range, picture.colorspace, picture.color_primaries, picture.color_trc)
    return {
        "size": [frame.width, frame.height], "format": picture.format.name, "time_base": str(frame.time_base),
        "aspect": str(frame.sample_aspect_ratio), "tags": [int(tag) for tag in tags],
    }  # fmt: skip


def frame_like(shape: dict[str, Any], *, alpha: bool) -> Frame:
    """An empty frame of this shape, with an ``alpha`` where the output has one."""
    width, height = shape["size"]
    picture = av.VideoFrame(width, height, shape["format"])
    picture.color_range, picture.colorspace, picture.color_primaries, picture.color_trc = shape["tags"]
    clear = np.zeros((height, width), np.uint16) if alpha else None
    return Frame(picture, 0, 0, Fraction(shape["time_base"]), 0, Fraction(shape["aspect"]), alpha=clear)


def decoding_times(times: Sequence[int]) -> list[int]:
    """Decoding times for presentation times in the order of decoding: each later than the last, none after its frame's.

    The sorted times, as many frames late as a frame is ever decoded before its turn: what encoders do themselves.
    """
    ranks = {time: rank for rank, time in enumerate(sorted(times))}
    late = max((n - ranks[time] for n, time in enumerate(times)), default=0)
    ordered = sorted(times)
    step = min((after - before for before, after in pairwise(ordered)), default=1)
    return [ordered[0] - (late - n) * step if n < late else ordered[n - late] for n in range(len(times))]


def headers(context: Any) -> bytes:
    """An encoder's headers, without the remarks (SEI) of x264 and x265, which tell the number of threads."""
    data = bytes(context.extradata or b"")
    if context.name not in ("libx264", "libx265") or not data.startswith((b"\0\0\1", b"\0\0\0\1")):
        return data
    units = [unit.rstrip(b"\0") for unit in data.split(b"\0\0\1")]
    remark = (
        (lambda unit: unit[0] & 31 == 6) if context.name == "libx264" else (lambda unit: unit[0] >> 1 & 63 in (39, 40))
    )
    return b"\0\0\1".join(unit for unit in units if unit and not remark(unit))
