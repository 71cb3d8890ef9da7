"""What a file is, before anything is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from vidseg.errors import LimitError, SourceError
from vidseg.job import Reading
from vidseg.media import opening

RATES = (Fraction(1), Fraction(240))
"""Between these a container's frame rate is believed; outside it is a clock's, not a camera's."""


@dataclass(frozen=True)
class Media:
    """A video file's main picture stream.

    ``frames`` is the container's own count or one by its length, None where it says neither; ``origin`` is the time
    at which the file starts to play, in seconds on its own clock; ``duration`` is in seconds.
    """

    path: Path
    stream: int
    width: int
    height: int
    pixel_format: str
    depth: int
    rate: Fraction
    time_base: Fraction
    origin: Fraction
    frames: int | None
    duration: Fraction | None


def main_video(container: InputContainer, path: Path, reading: Reading | None = None) -> VideoStream:
    """The stream to work on: the first real video (not a cover picture) that there is a decoder for.

    Raises ``SourceError``.
    """
    reading = reading or Reading()
    videos = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not videos:
        what = "only sound" if container.streams.audio else "nothing that moves"
        raise SourceError(str(path), f"holds no video, {what}")
    for stream in sorted(videos, key=lambda video: not video.disposition & Disposition.default):
        context = stream.codec_context
        if context is not None and context.width * context.height > reading.most_pixels:
            raise LimitError(str(path), too_large(context.width, context.height, reading.most_pixels))
        if context is not None and context.width and context.height and context.pix_fmt:
            bound = max(reading.most_pixels, opening.padded(context.width, context.height))
            context.options = {"max_pixels": opening.told(bound)}  # the picture may say more than its container
            return stream
    width, height = opening.claimed_size(path)
    if width * height > reading.most_pixels:
        raise LimitError(str(path), too_large(width, height, reading.most_pixels))
    raise SourceError(str(path), "holds a video stream that can't be decoded (no decoder, or no picture in it)")


_FFMPEGS_BOUND = (1 << 31) // 8
"""Pixels that FFmpeg takes whatever it is told (``av_image_check_size2``), 128 more counted in each direction."""


def too_large(width: int, height: int, most: int) -> str:
    """Why a picture isn't taken, and what would take it, if anything does."""
    said = f"its picture has {width}x{height} pixels, more than {most} in all"
    if (width + 128) * (height + 128) >= _FFMPEGS_BOUND:
        return f"{said}, and more than can be read at all"
    return f"{said}: --max-pixels {width * height} takes them"


def plausible_rate(stream: VideoStream) -> Fraction:
    """Frames a second by what the container says, within ``RATES``, 25 where it says nothing."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and RATES[0] <= rate <= RATES[1]:
            return Fraction(rate)
    return Fraction(25)


_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)


def announced(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """When a Matroska file's picture ends, in seconds, by its writer's own tag; other formats guess it."""
    if "matroska" not in container.format.name.split(","):
        return None
    said = next((value for key, value in stream.metadata.items() if key.upper().startswith("DURATION")), "")
    if match := _CLOCK.match(said):
        hours, minutes, seconds = match.groups()
        return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    alone = len(container.streams) == 1 and container.duration
    return Fraction(container.duration or 0, 1_000_000) if alone else None


ARBITRARY_CLOCKS = {"mpegts", "mpeg", "flv", "asf", "live_flv", "mxf", "rm", "wtv", "dv", "ogg", "vob"}
"""Demuxers whose first time means nothing: what plays first plays at 0."""


def origin_of(container: InputContainer, video: VideoStream) -> Fraction:
    """The time on the file's clock that is 0 in the output: the same for every stream, so that they keep in step.

    0 where the format's clock starts at 0 (a late start is then meant), the earliest stream's start where it starts
    anywhere; a negative start of the picture is always brought to 0, for outputs can't hold it.
    """
    starts = {
        stream.index: stream.start_time * stream.time_base
        for stream in container.streams
        if stream.start_time is not None and stream.time_base and stream.type in ("video", "audio")
    }
    if set(container.format.name.split(",")) & ARBITRARY_CLOCKS and starts:
        return min(starts.values())
    return min(Fraction(0), starts.get(video.index, Fraction(0)))


def describe(container: InputContainer, stream: VideoStream, path: Path) -> Media:
    """A ``Media`` of an open container's stream."""
    context = stream.codec_context
    rate = plausible_rate(stream)
    duration: Fraction | None = None
    if stream.duration and stream.time_base:
        duration = stream.duration * stream.time_base
    elif container.duration:
        duration = Fraction(container.duration, 1_000_000)
    frames = stream.frames or (round(duration * (stream.average_rate or rate)) if duration else None)
    return Media(
        path=path,
        stream=stream.index,
        width=context.width,
        height=context.height,
        pixel_format=context.pix_fmt or "",
        depth=max(component.bits for component in context.format.components) if context.format else 8,
        rate=rate,
        time_base=Fraction(stream.time_base or Fraction(1, 1000)),
        origin=origin_of(container, stream),
        frames=frames or None,
        duration=duration,
    )


def probe(path: Path, reading: Reading | None = None) -> Media:
    """What a file's main picture stream is, without decoding it; raises ``SourceError``."""
    with opening.opened(path, reading=reading) as container:
        return describe(container, main_video(container, path, reading), path)
