"""An output file: encoded, joined by the source's other streams, checked, and only then given its name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vidseg import threads
from vidseg.errors import IncompleteError, WriteError
from vidseg.frame import Frame
from vidseg.job import Encoding
from vidseg.media import codecs, containers, formats, forms, opening
from vidseg.media.colour import Colour
from vidseg.media.copied import CopiedStreams, plain_metadata
from vidseg.media.forms import Form
from vidseg.media.hdr import StaticMetadata
from vidseg.media.notes import Notes
from vidseg.media.source import Source
from vidseg.media.spread import SAMPLES, spread
from vidseg.media.verified import check
from vidseg.media.verified_pictures import check_webp
from vidseg.media.whole import Temporary, of_the_disk, telling
from vidseg.media.written import Tally, Written

_BETTER = "use .mp4 or .mov"


class Sink:
    """One output file; a context that leaves nothing behind unless ``finish`` was reached.

    It is written under a temporary name in the target's folder and takes its name when it is whole.
    """

    def __init__(
        self, target: Path, encoding: Encoding, source: Source, notes: Notes, *, overwrite: bool, flat: bool = False
    ) -> None:
        """``source`` gives what is copied beside the picture, ``flat`` is an effect's; raises ``WriteError``."""
        self.target = target
        self._flat = flat
        self._encoding, self._source, self._notes, self._overwrite = encoding, source, notes, overwrite
        self._container_name = containers.container_of(target, encoding.content)
        self._form: Form | None = None
        self._size = (0, 0)
        self._stream: VideoStream | None = None
        self._durations: dict[int, int] = {}
        self._keys: list[Fraction] = []
        self._count = 0
        self._tally = Tally()
        self._joined = False
        """Whether the picture was encoded elsewhere, so that the encoder holds nothing."""
        self._first = self._last = Fraction(0)
        self._output: OutputContainer | None = None
        self._copied: CopiedStreams | None = None
        self._temporary: Temporary | None = None
        self._place()

    def _place(self) -> None:
        """Take the file that is written to."""
        self._temporary = Temporary(self.target)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close everything, and remove what isn't finished."""
        if self._copied is not None:
            self._copied.close()
        if self._output is not None:
            output, self._output = self._output, None
            with suppress(av.error.FFmpegError, ValueError, OSError):
                output.close()  # writes a trailer to what is thrown away
        if self._temporary is not None:
            self._temporary.remove()

    def write(self, frame: Frame) -> None:
        """Encode one frame; times must go forward. Raises ``WriteError``."""
        if self._form is None:
            self._form = forms.of(self._encoding, self._container_name, frame, self.target, self._notes)
            self._size = (frame.width, frame.height)
        if (frame.width, frame.height) != self._size:
            raise WriteError(str(self.target), f"a frame has {frame.width}x{frame.height}, not the first one's size")
        with telling(self.target):
            picture = self._form.fit(frame)
            if self._stream is None:
                self._stream = self._begin(frame, picture, self._form.codec)
            picture.pts, picture.time_base = frame.pts, frame.time_base
            self._durations[frame.pts] = frame.duration
            self._mux_picture(self._stream.encode(picture))
        self._first = self._first if self._count else frame.time
        self._last = frame.time
        self._count += 1
        self._tally.picture(frame.pts, frame.duration, frame.time_base)

    def _begin(self, frame: Frame, picture: av.VideoFrame, codec: codecs.Codec) -> VideoStream:
        """Set up the streams, by the first frame and what is encoded of it."""
        if frame.sample_aspect_ratio != 1 and self._container_name not in ("mp4", "mov") and not codec.tells_aspect:
            self._notes.say(f"pixels are not square, which can't be said with {codec.name} here: {_BETTER}")
        if self._encoding.encoder != "auto":  # where a preset may be another encoder's
            codecs.check_settings(codec, self._encoding.crf, self._encoding.preset)
        media = self._source.media
        self._output = self._opened()
        stream = self._output.add_stream(
            codec.encoder,
            rate=media.rate,
            options=threads.told(codec.encoder, self._encoder_options(codec, picture)),
            time_base=frame.time_base,
        )
        assert isinstance(stream, VideoStream)  # noqa: S101 - a video encoder's
        self._dress(stream, frame, picture, codec)
        self._add_others()
        if self._encoding.alpha is not None:
            said = self._output.metadata.get("comment", "")
            self._output.metadata["comment"] = f"{said}; {self._encoding.alpha} alpha".removeprefix("; ")
        try:
            self._output.start_encoding()
        except av.error.FFmpegError as error:
            if of_the_disk(error) is not None:  # the header finds no room
                raise
            what = f"{picture.width}x{picture.height} {picture.format.name}"
            raise WriteError(str(self.target), f"{codec.encoder} refuses {what} ({opening.reason(error)})") from error
        return stream

    def _opened(self) -> OutputContainer:
        assert self._temporary is not None  # noqa: S101 - for the type checker
        return av.open(
            str(self._temporary.path), "w", format=self._container_name, container_options=self._container_options()
        )

    def _add_others(self) -> None:
        """The source's other streams."""
        assert self._output is not None  # noqa: S101 - for the type checker
        media, span = self._source.media, self._source.span
        alone = self._container_name in containers.ALONE
        self._copied = CopiedStreams(
            self._source.path, media.stream, media.origin + span.start, span, self._notes,
            alone=alone or not self._encoding.audio, reading=self._source.reading,
        )  # fmt: skip
        if alone and self._source.container.streams.audio and self._encoding.audio:
            self._notes.say(f"sound was left out: {self._container_name} holds none")
        self._copied.add_to(self._output, self._container_name)

    def _encoder_options(self, codec: codecs.Codec, picture: av.VideoFrame) -> dict[str, str]:
        if self._flat:
            codec = codecs.keeping_flat(codec)
        crf = codec.crf if self._encoding.crf is None else self._encoding.crf
        content = self._encoding.content
        hdr = StaticMetadata() if content == "matte" else self._source.static_metadata  # a matte has no light
        preset = self._encoding.preset if self._encoding.preset in codec.presets else None
        options = codec.options(f"{crf:g}", preset or codec.preset, hdr)
        options = codecs.looking_ahead(codec.encoder, options, picture.width * picture.height)
        if hdr != StaticMetadata() and codec.encoder not in ("libx265", "libsvtav1"):
            advice = "; --codec hevc does" if content == "picture" else ""
            self._notes.say(f"{codec.name} carries no mastering display and light level here{advice}")
        return options

    def _container_options(self) -> dict[str, str]:
        if self._container_name not in ("mp4", "mov"):
            # Matroska's muxer would shift the picture by the little that an encoder's first sound comes before it
            return {"avoid_negative_ts": "disabled"}
        clock = self._source.media.time_base.denominator
        while clock < 10_000:  # as the muxer chooses the track's clock, so that a late start is exact in the film's
            clock *= 2
        options = {"movie_timescale": str(min(clock, 1_000_000))}
        if any(key.startswith(("com.apple.quicktime", "com.android")) for key in self._source.container.metadata):
            options["movflags"] = "use_metadata_tags"
        return options

    def _dress(self, stream: VideoStream, frame: Frame, picture: av.VideoFrame, codec: codecs.Codec) -> None:
        context = stream.codec_context
        context.thread_count = threads.most()
        context.width, context.height = picture.width, picture.height
        context.pix_fmt = formats.same_planes(picture.format.name)
        context.sample_aspect_ratio = frame.sample_aspect_ratio
        colour = Colour.of(picture)
        context.color_range, context.colorspace = colour.range, colour.matrix
        context.color_primaries, context.color_trc = colour.primaries, colour.transfer
        if tag := codec.tags.get(self._container_name):
            context.codec_tag = tag
        source = self._source.container.streams[self._source.media.stream]
        stream.metadata.update(plain_metadata(source.metadata))
        stream.disposition = source.disposition

    def _mux_picture(self, packets: list[Packet[Any]]) -> None:
        assert self._output is not None  # noqa: S101 - for the type checker
        assert self._copied is not None  # noqa: S101
        for packet in packets:
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, 0) or packet.duration
            if packet.is_keyframe and packet.pts is not None:
                self._keys.append(packet.pts * packet.time_base)
            time = (packet.dts if packet.dts is not None else packet.pts or 0) * packet.time_base
            self._output.mux(packet)
            for other in self._copied.until(time):
                self._tally.other(other)
                self._output.mux(other)

    def _flushed(self, stream: VideoStream) -> list[Packet[Any]]:
        """What the encoder still holds."""
        pictures = stream.encode(None)
        for packet in pictures if self._count < 3 else ():
            packet.dts = packet.pts  # libx265 leaves it unset where there are fewer frames than it looks ahead
        return pictures

    def finish(self, alive: Callable[[], None] = lambda: None) -> None:
        """Write what is left, close, check, and give the file its name; ``alive`` is called on the way.

        Raises ``WriteError``; ``IncompleteError`` where the finished file isn't what was written.
        """
        if self._stream is None or self._output is None or self._copied is None or self._temporary is None:
            raise IncompleteError(str(self.target), "no frame was written")
        with telling(self.target):
            if not self._joined:
                self._mux_picture(self._flushed(self._stream))
            for packet in self._copied.rest():
                self._tally.other(packet)
                self._output.mux(packet)
            streams = self._tally.streams(self._output.streams)
            if any(one.kind == "audio" and one.first is None for one in streams):
                self._notes.say("nothing of a stream of sound was there to be copied")
            output, self._output = self._output, None
            output.close()
        size = self._stream.codec_context.width, self._stream.codec_context.height
        keys = tuple(spread(self._keys, SAMPLES))
        went_in = Written(
            self._tally.times, self._tally.clock, self._tally.end, size, len(self._tally.beside), streams, keys
        )
        if self._container_name == "webp":
            check_webp(self._temporary.path, self.target, went_in)
        else:
            check(self._temporary.path, self.target, went_in, self._source.media.time_base, alive)
        self._temporary.publish(overwrite=self._overwrite)
