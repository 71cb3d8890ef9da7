"""Info: what a file is, and what vidseg would make of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import av
from av.audio.stream import AudioStream
from av.stream import Disposition, Stream
from av.video.reformatter import ColorPrimaries, ColorTrc
from av.video.stream import VideoStream

from vidseg.errors import SourceError
from vidseg.job import Reading, Span
from vidseg.json_line import json_line
from vidseg.media import codecs, colour, containers, formats, opening, orient
from vidseg.media.copied import CopiedStreams
from vidseg.media.decoding import Decoder, demuxed
from vidseg.media.notes import Notes
from vidseg.media.probe import Media, main_video
from vidseg.media.source import Source
from vidseg.media.transparency import Alpha, alpha_of

_TURNS: dict[tuple[str, ...], tuple[int, bool]] = {
    (): (0, False),
    ("hflip",): (0, True),
    ("vflip",): (180, True),
    ("hflip", "vflip"): (180, False),
    ("transpose=clock",): (90, False),
    ("transpose=cclock",): (270, False),
    ("transpose=cclock_flip",): (90, True),
    ("transpose=clock_flip",): (270, True),
}
"""``orient``'s filters as degrees clockwise, and whether left and right change places after that."""

_RANGES = {1: "limited", 2: "full"}
_MATRICES = {
    1: "BT709", 4: "FCC", 5: "BT470BG", 6: "SMPTE170M", 7: "SMPTE240M", 9: "BT2020NC", 10: "BT2020C",
}  # fmt: skip

_PACKETS = 1000
"""Packets that are read for their times: an hour's film isn't read for a question."""


@dataclass(frozen=True)
class StreamInfo:
    """One stream; ``detail`` is what its kind has to say (a size, a sample rate)."""

    index: int
    kind: str
    codec: str
    detail: str
    language: str | None
    title: str | None
    default: bool


@dataclass(frozen=True)
class Times:
    """When frames are shown.

    ``frames`` were ``counted``, are ``declared`` by the container, or ``estimated`` by its length. ``shortest`` and
    ``longest`` are seconds between two of the first thousand frames; ``rate`` is frames a second.
    """

    frames: int | None
    known: Literal["counted", "declared", "estimated", "unknown"]
    rate: Fraction
    variable: bool
    shortest: float | None
    longest: float | None
    starts: float


@dataclass(frozen=True)
class PictureInfo:
    """The main picture stream, as it is stored.

    It is seen turned by ``rotation`` degrees clockwise, then ``mirrored`` left to right, with the size ``upright``.
    """

    stream: int
    codec: str
    width: int
    height: int
    pixel_format: str
    depth: int
    upright: tuple[int, int]
    rotation: int
    mirrored: bool
    aspect: Fraction
    interlaced: bool


@dataclass(frozen=True)
class ColourInfo:
    """By the names of H.273's numbers; ``guessed`` where the file doesn't say all of it."""

    range: str
    matrix: str
    primaries: str
    transfer: str
    guessed: bool


@dataclass(frozen=True)
class Made:
    """What ``replace`` and its like would make without ``--codec``; ``refused`` says why they can't."""

    suffix: str
    codec: str
    encoder: str
    pixel_format: str | None
    refused: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Info:
    """All that ``vidseg info`` tells; times in seconds."""

    source: Path
    container: str
    bytes: int
    seconds: float | None
    streams: tuple[StreamInfo, ...]
    picture: PictureInfo
    times: Times
    colour: ColourInfo
    alpha: Alpha
    made: Made

    def to_json(self) -> str:
        """One line; fractions as ``30000/1001``."""
        values = asdict(self)
        values["alpha"]["used"] = self.alpha.used
        return json_line(values, default=str)


def info(path: Path, reading: Reading | None = None) -> Info:
    """Look at one file: its streams, the first packets, and some pictures. Raises ``SourceError``."""
    raw, interlaced = _first_picture(path, reading)
    turn, _ = orient.turn_of(raw)
    notes = Notes()
    with Source(path, notes=notes, reading=reading) as source:
        media, container = source.media, source.container
        frame = next(source.frames(), None)
        if frame is None:
            raise SourceError(str(path), "has no frames")
        streams = tuple(_stream(stream) for stream in container.streams)
        codec = container.streams[media.stream].codec_context
        picture = PictureInfo(
            media.stream, codec.name if codec else "", raw.width, raw.height, raw.format.name, media.depth,
            (frame.width, frame.height), *_TURNS[turn], frame.sample_aspect_ratio, interlaced,
        )  # fmt: skip
        made = _made(path, media, frame.picture.format.name, frame.width, frame.height, notes, reading)
        return Info(
            path, container.format.long_name, path.stat().st_size,
            None if media.duration is None else float(media.duration),
            streams, picture, _times(path, media, reading), _colour(raw), alpha_of(path, reading), made,
        )  # fmt: skip


def _first_picture(path: Path, reading: Reading | None) -> tuple[av.VideoFrame, bool]:
    """As it is stored."""
    with opening.opened(path, reading=reading) as container:
        picture = next(Decoder(container, main_video(container, path, reading)).pictures(), None)
        if picture is None:
            raise SourceError(str(path), "no frame of it can be decoded")
        return picture, bool(picture.interlaced_frame)


def _stream(stream: Stream) -> StreamInfo:
    context = stream.codec_context
    detail = ""
    if isinstance(stream, VideoStream):
        detail = f"{stream.codec_context.width}x{stream.codec_context.height}"
        if stream.disposition & Disposition.attached_pic:
            detail += ", a cover picture"
    elif isinstance(stream, AudioStream) and context is not None:
        detail = f"{stream.codec_context.sample_rate} Hz, {stream.codec_context.layout.name}"
    return StreamInfo(
        stream.index,
        stream.type,
        context.name if context is not None else "unknown",
        detail,
        stream.metadata.get("language"),
        stream.metadata.get("title") or stream.metadata.get("filename"),
        bool(stream.disposition & Disposition.default),
    )


def _times(path: Path, media: Media, reading: Reading | None) -> Times:
    stamps: list[int] = []
    with opening.opened(path, reading=reading) as container:
        video = container.streams[media.stream]
        whole, count = True, 0
        with suppress(av.error.FFmpegError):
            for packet in demuxed(container, (video,)):
                if count == _PACKETS:
                    whole = False
                    break
                if packet.size:
                    count += 1
                    if packet.pts is not None:
                        stamps.append(packet.pts)
        declared = video.frames
    stamps.sort()
    if not whole:  # the last ones' neighbours are still to come
        stamps = stamps[:-32]
    steps = [(after - before) * media.time_base for before, after in pairwise(stamps)]
    shortest, longest = (min(steps), max(steps)) if steps else (None, None)
    variable = False
    if shortest is not None and longest is not None:
        variable = longest - shortest > max(2 * media.time_base, Fraction(1, 500))
    known: Literal["counted", "declared", "estimated", "unknown"]
    known = "counted" if whole else "declared" if declared else "estimated" if media.frames else "unknown"
    return Times(
        count if whole else media.frames,
        known,
        media.rate,
        variable,
        None if shortest is None else float(shortest),
        None if longest is None else float(longest),
        float(stamps[0] * media.time_base - media.origin) if stamps else 0.0,
    )


def _colour(picture: av.VideoFrame) -> ColourInfo:
    resolved, guessed = colour.resolve(picture)
    rgb = picture.format.is_rgb or picture.format.has_palette
    return ColourInfo(
        "full" if rgb else _RANGES[resolved.range],
        "RGB" if rgb else _MATRICES[resolved.matrix],
        _name(ColorPrimaries, resolved.primaries),
        _name(ColorTrc, resolved.transfer),
        guessed,
    )


def _name(kind: Any, number: int) -> str:
    try:
        return str(kind(number).name)
    except ValueError:
        return str(number)


def _made(
    path: Path, media: Media, working: str, width: int, height: int, notes: Notes, reading: Reading | None
) -> Made:
    """By the code that makes it: the container's choice, the codec's, and the streams' on a file that nobody keeps."""
    suffix = containers.usual_suffix(path)
    container = containers.BY_SUFFIX[suffix.lower()]
    codec = codecs.usual(container, formats.depth_of(formats.same_planes(working)))
    encoded = codecs.encoded_format(codec, formats.same_planes(working), width, height)
    refused = None if encoded else f"{codec.name} can't hold {working} without loss in {suffix}"
    others = CopiedStreams(path, media.stream, Fraction(0), Span(), notes, reading=reading)
    try:
        with containers.scratch(container) as output:
            others.add_to(output, container)
    except av.error.FFmpegError as error:
        refused = refused or f"its other streams can't be written ({opening.reason(error)})"
    finally:
        others.close()
    return Made(suffix, codec.name, codec.encoder, encoded, refused, tuple(notes.said))
