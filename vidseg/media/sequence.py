"""A sequence of numbered PNGs in a folder of its own, which takes its name when all of them are in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Self

import av

from vidseg import threads
from vidseg.errors import IncompleteError, WriteError
from vidseg.frame import Frame
from vidseg.job import Encoding
from vidseg.media import containers, forms, verified_pictures
from vidseg.media.colour import Colour
from vidseg.media.forms import Form
from vidseg.media.notes import Notes
from vidseg.media.source import Source
from vidseg.media.whole import TemporaryFolder, telling


class SequenceSink:
    """One folder of pictures, numbered from 1; a context that leaves nothing behind unless ``finish`` was reached."""

    def __init__(self, target: Path, encoding: Encoding, source: Source, notes: Notes, *, overwrite: bool) -> None:
        """``target`` is the pictures' name with the number's place in it; raises ``WriteError``."""
        self.target = target
        self._encoding, self._source, self._notes, self._overwrite = encoding, source, notes, overwrite
        self._form: Form | None = None
        self._encoder: av.VideoCodecContext | None = None
        self._size = (0, 0)
        self._written = 0
        self._times: list[int] = []
        self._place()

    def _place(self) -> None:
        """Take the folder that is written to."""
        self._temporary = TemporaryFolder(self.target.parent, partial(containers.belongs, self.target))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what isn't finished."""
        self._temporary.remove()

    def write(self, frame: Frame) -> None:
        """Encode one frame; raises ``WriteError``."""
        if self._form is None:
            self._form = forms.of(self._encoding, "sequence", frame, self.target, self._notes)
            self._size = (frame.width, frame.height)
            if self._source.container.streams.audio and self._encoding.audio:
                self._notes.say("sound was left out: a sequence of pictures holds none")
        if (frame.width, frame.height) != self._size:
            raise WriteError(str(self.target), f"a frame has {frame.width}x{frame.height}, not the first one's size")
        with telling(self.target):
            picture = self._form.fit(frame)
            if self._encoder is None:
                self._encoder = self._begin(frame, picture)
            picture.pts, picture.time_base = frame.pts, frame.time_base
            self._store(self._encoder.encode(picture))
        self._times.append(frame.pts)

    def _begin(self, frame: Frame, picture: av.VideoFrame) -> av.VideoCodecContext:
        assert self._form is not None  # noqa: S101 - for the type checker
        codec = self._form.codec
        encoder = av.CodecContext.create(codec.encoder, "w")
        assert isinstance(encoder, av.VideoCodecContext)  # noqa: S101 - a video encoder's
        encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, picture.format.name
        encoder.sample_aspect_ratio = frame.sample_aspect_ratio
        encoder.time_base = frame.time_base
        encoder.options = codec.options("", "", self._source.static_metadata)
        encoder.thread_type = "FRAME"
        encoder.thread_count = threads.most()
        colour = Colour.of(picture)
        encoder.color_range, encoder.colorspace = colour.range, colour.matrix
        encoder.color_primaries, encoder.color_trc = colour.primaries, colour.transfer
        return encoder

    def _store(self, packets: list[av.Packet]) -> None:  # type: ignore[type-arg]
        """Each packet of the encoder is one file."""
        for packet in packets:
            self._written += 1
            (self._temporary.path / containers.numbered(self.target, self._written)).write_bytes(bytes(packet))

    def finish(self, alive: Callable[[], None] = lambda: None) -> None:
        """Write what is left, count, and give the folder its name.

        Raises ``WriteError``; ``IncompleteError`` where there aren't as many pictures as frames.
        """
        self._flush()
        self._publish(alive)

    def _flush(self) -> None:
        """Have what the encoder still holds."""
        if self._encoder is None:
            raise IncompleteError(str(self.target), "no frame was written")
        with telling(self.target):
            self._store(self._encoder.encode(None))

    def _publish(self, alive: Callable[[], None]) -> None:
        """Count, look at some, and give the folder its name."""
        with telling(self.target):
            names = sorted(file.name for file in self._temporary.path.iterdir() if file.stat().st_size)
            if len(names) != len(self._times):
                raise IncompleteError(str(self.target), f"{len(self._times)} frames went in, {len(names)} came out")
            size = None if self._encoder is None else (self._encoder.width, self._encoder.height)
            verified_pictures.check_pictures(self._temporary.path, names, self.target, size, alive)
        steps = [after - before for before, after in pairwise(self._times)]
        if steps and max(steps) - min(steps) > 1:
            self._notes.say("frames last unequally long, which a sequence of pictures doesn't tell")
        self._temporary.publish(overwrite=self._overwrite)
