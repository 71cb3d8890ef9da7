"""For tests, ours and others': small clips made on the spot, a segmenter with a known answer, stages that fail."""

from __future__ import annotations

import math
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from vidseg.frame import FULL, Cutout, Frame, Matte, Plane, planes_of
from vidseg.job import Encoding, Span
from vidseg.media.notes import Notes
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.stages import Effect, Filter, Segmenter

Painter = Callable[[int, list[Plane]], None]


def paint(n: int, planes: list[Plane]) -> None:
    """Fill a picture's planes with a pattern that differs in every frame and plane, away from the code range's ends."""
    top = 255 if planes[0].dtype == np.uint8 else 1023
    for index, plane in enumerate(planes):
        rows, columns = np.ogrid[: plane.shape[0], : plane.shape[1]]
        wave = np.sin((rows + 3 * n) / 7 + index) + np.cos((columns - 2 * n) / 9)
        plane[:] = np.rint(top * (0.5 + 0.15 * wave)).astype(plane.dtype)


def picture(
    n: int = 0, width: int = 64, height: int = 48, pixel_format: str = "yuv420p", painter: Painter = paint
) -> av.VideoFrame:
    """One planar picture, tagged as limited-range BT.709."""
    made = av.VideoFrame(width, height, pixel_format)
    painter(n, planes_of(made))
    made.color_range = made.colorspace = made.color_primaries = made.color_trc = 1
    return made


def frame(n: int = 0, width: int = 64, height: int = 48, pixel_format: str = "yuv420p") -> Frame:
    """One frame, at ``n`` twenty-fifths of a second."""
    return Frame(picture(n, width, height, pixel_format), n, n, Fraction(1, 25), 1)


def grey(width: int = 64, height: int = 48) -> Frame:
    """One grey frame, from black at the top to white at the bottom."""
    made = av.VideoFrame(width, height, "gray16le")
    planes_of(made)[0][:] = np.linspace(0, FULL, height).round().astype(np.uint16)[:, np.newaxis]
    made.color_range, made.colorspace, made.color_primaries, made.color_trc = 2, 1, 1, 1
    return Frame(made, 0, 0, Fraction(1, 25), 1)


@dataclass(frozen=True)
class Clip:
    """What a test clip is to be; ``write`` makes it.

    ``times`` are the frames' pts in ``time_base`` (25 frames a second without). Lossless (FFV1) in ``.mkv``, H.264 at
    crf 10 or ``codec`` elsewhere. ``tags`` are range, matrix, primaries and transfer as FFmpeg's numbers. ``sound`` is
    the start of a 440 Hz tone in seconds, or None for none; ``rotation`` is in degrees counter-clockwise.
    """

    frames: int = 10
    width: int = 64
    height: int = 48
    pixel_format: str = "yuv420p"
    codec: str | None = None
    times: Sequence[int] | None = None
    time_base: Fraction = Fraction(1, 25)
    tags: tuple[int, int, int, int] = (1, 1, 1, 1)
    aspect: Fraction = Fraction(1)
    sound: Fraction | None = None
    rotation: int = 0
    mirrored: bool = False
    painter: Painter = paint
    keys: int | None = None
    """Frames from one key frame to the next, the encoder's choice without."""
    options: tuple[tuple[str, str], ...] = ()

    def write(self, path: Path) -> Path:
        """Make the file; gives its path."""
        codec = self.codec or ("ffv1" if path.suffix == ".mkv" else "libx264")
        options = {"crf": "10", "preset": "ultrafast"} if codec == "libx264" else {}
        options |= dict(self.options)
        times = self.times if self.times is not None else range(self.frames)
        with av.open(str(path), "w", container_options={"avoid_negative_ts": "disabled"}) as out:
            video = out.add_stream(codec, rate=25, options=options, time_base=self.time_base)
            assert isinstance(video, av.VideoStream)  # noqa: S101 - a video encoder's
            context = video.codec_context
            context.width, context.height, context.pix_fmt = self.width, self.height, self.pixel_format
            context.color_range, context.colorspace, context.color_primaries, context.color_trc = self.tags
            context.sample_aspect_ratio = self.aspect
            if self.keys is not None:
                context.gop_size = self.keys
            if self.rotation or self.mirrored:
                video.set_display_rotation(self.rotation, hflip=self.mirrored)
            audio = None
            if self.sound is not None:
                audio = out.add_stream("aac" if path.suffix != ".webm" else "libopus", rate=48000)
                assert isinstance(audio, av.AudioStream)  # noqa: S101 - an audio encoder's
            for n, pts in enumerate(times):
                made = picture(n, self.width, self.height, self.pixel_format, self.painter)
                made.color_range, made.colorspace, made.color_primaries, made.color_trc = self.tags
                made.pts, made.time_base = pts, self.time_base
                out.mux(video.encode(made))
            out.mux(video.encode(None))
            if audio is not None and self.sound is not None:
                seconds = math.ceil((times[-1] + 1) * self.time_base)
                for piece in _tone(self.sound, seconds):
                    out.mux(audio.encode(piece))
                out.mux(audio.encode(None))
        return path


@dataclass(frozen=True)
class Shown:
    """One picture as PyAV alone decodes it, neither turned nor converted: what our reading is compared with."""

    time: Fraction
    planes: list[Plane]


def shown(path: Path, stream: int = 0) -> list[Shown]:
    """What the video stream of this number shows of a planar format, and when."""
    with av.open(str(path)) as container:
        return [
            Shown(Fraction(one.pts or 0) * Fraction(one.time_base or 0), [plane.copy() for plane in planes_of(one)])
            for one in container.decode(video=stream)
        ]


def pass_through(
    source: Path, target: Path, encoding: Encoding | None = None, span: Span | None = None, *, overwrite: bool = False
) -> Notes:
    """Read a file and write it again with nothing done to it; gives what was said of it."""
    notes = Notes()
    with (
        Source(source, span, notes) as opened,
        Sink(target, encoding or Encoding(preset="ultrafast"), opened, notes, overwrite=overwrite) as sink,
    ):
        for one in opened.frames():
            sink.write(one)
        sink.finish()
    return notes


def _tone(start: Fraction, seconds: int) -> Iterator[av.AudioFrame]:
    for at in range(0, seconds * 48000, 1024):
        phase = 2 * math.pi * 440 * np.arange(at, at + 1024) / 48000
        piece = av.AudioFrame.from_ndarray(np.tile(np.sin(phase).astype(np.float32) / 4, (2, 1)), "fltp", "stereo")
        piece.sample_rate, piece.pts, piece.time_base = 48000, at + round(start * 48000), Fraction(1, 48000)
        yield piece


@dataclass(frozen=True)
class Disc(Segmenter):
    """A segmenter whose answer is known: a soft-edged disc in the middle, of ``radius`` as a part of the height."""

    radius: float = 0.3
    size: int = 64

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """The same matte for every frame."""
        rows, columns = np.ogrid[: self.size, : self.size]
        distance = np.hypot(rows - self.size / 2 + 0.5, columns - self.size / 2 + 0.5) / self.size
        matte = np.clip((self.radius - distance) * 20 + 0.5, 0, 1).astype(np.float32)
        for one in frames:
            yield Cutout(one, matte)


@dataclass(frozen=True)
class FailsAt(Effect):
    """An effect that gives its frames back until, at frame ``index``, it raises."""

    index: int
    error: type[BaseException] = RuntimeError

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """The frames as they are."""
        for cutout in cutouts:
            if cutout.frame.index == self.index:
                raise self.error("as asked")
            yield cutout.frame


@dataclass(frozen=True)
class Light(Segmenter):
    """A segmenter that looks: what is lighter than half is person, at the size of the frame's luma over ``by``."""

    by: int = 2

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """The luma itself, from 0 to 1."""
        for one in frames:
            luma = one.planes[0][:: self.by, :: self.by]
            yield Cutout(one, luma.astype(np.float32) / (255 if one.depth == 8 else (1 << one.depth) - 1))


@dataclass(frozen=True)
class MeanOf(Filter):
    """The mean of a matte and its neighbours, ``reach`` to either side, as many as there are: a bounded window."""

    reach: int = 2

    @property
    def window(self) -> int:
        """As far as it reaches."""
        return self.reach

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Mattes of the same kind."""
        near: deque[Cutout] = deque()
        at = 0
        for cutout in cutouts:
            near.append(cutout)
            if len(near) - at > self.reach:
                yield self._mean(near, at)
                at += 1
                if at > self.reach:
                    near.popleft()
                    at -= 1
        while at < len(near):
            yield self._mean(near, at)
            at += 1
            if at > self.reach:
                near.popleft()
                at -= 1

    def _mean(self, near: Sequence[Cutout], at: int) -> Cutout:
        mattes: list[Matte] = [
            near[n].matte for n in range(max(at - self.reach, 0), min(at + self.reach + 1, len(near)))
        ]
        return Cutout(near[at].frame, np.asarray(np.mean(mattes, axis=0, dtype=np.float32)))


@dataclass(frozen=True)
class Shows(Effect):
    """The matte itself as luma, so that mattes can be read out of a file without loss."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Grey frames."""
        for cutout in cutouts:
            made = av.VideoFrame(cutout.frame.width, cutout.frame.height, cutout.frame.picture.format.name)
            luma, *chroma = planes_of(made)
            luma[:] = cutout.matte >> (16 - cutout.frame.depth)
            for plane in chroma:
                plane[:] = 1 << (cutout.frame.depth - 1)
            yield cutout.frame.with_picture(made)


@dataclass(frozen=True)
class Hungry(Effect):
    """An effect that wants ``bytes`` of memory at once for its first frame, all of them written to."""

    bytes: int

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """The frames as they are."""
        for cutout in cutouts:
            if cutout.frame.index == 0:
                np.ones(self.bytes, np.uint8)
            yield cutout.frame


@dataclass(frozen=True)
class DiesAt(Effect):
    """An effect whose process, at frame ``index``, is ended by ``by``, or hangs where that is 0.

    With ``once``, the path of a file that isn't there, it does so the first time only: it makes the file.
    """

    index: int
    by: int = signal.SIGKILL
    once: str | None = None

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """The frames as they are."""
        for cutout in cutouts:
            if cutout.frame.index == self.index and self._now():
                while not self.by:
                    time.sleep(60)
                os.kill(os.getpid(), self.by)
            yield cutout.frame

    def _now(self) -> bool:
        if self.once is None:
            return True
        try:
            os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True
