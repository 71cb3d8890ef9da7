"""Formats with alpha: the codec behind each name, the containers it goes into, and where its alpha lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import av

from vidseg.errors import OptionError
from vidseg.job import Encoding
from vidseg.media import codecs
from vidseg.media.codecs import Codec

Layout = Literal["channel", "below", "beside"]
"""Where the alpha is: a channel of the picture, or in grey below or beside it in a picture twice as large."""


@dataclass(frozen=True)
class AlphaFormat:
    """One ``--format``. ``pixel_formats`` are those that are used, the smallest first.

    The first of the containers, by FFmpeg's names, is the usual one.
    """

    name: str
    codec: Codec
    pixel_formats: tuple[str, ...]
    containers: tuple[str, ...]
    suffix: str
    layout: Layout = "channel"
    straight_only: bool = False
    """Whether its alpha is straight by definition, so that every player takes it for that."""

    def fitting(self, frame_format: str) -> tuple[str, bool]:
        """The first pixel format that holds a frame's bits and chroma, or else the last; and whether it does."""
        for name in self.pixel_formats:
            if _holds(name, frame_format):
                return name, True
        return self.pixel_formats[-1], False


def _holds(name: str, frame_format: str) -> bool:
    """Whether a format has at least the bits and the chroma of another."""
    ours, theirs = av.VideoFormat(name, 64, 64), av.VideoFormat(frame_format, 64, 64)
    rgb = ours.is_rgb
    return ours.components[0].bits >= theirs.components[0].bits and (
        rgb or (ours.chroma_width() >= theirs.chroma_width() and ours.chroma_height() >= theirs.chroma_height())
    )


_VP9 = replace(
    codecs.CODECS["vp9"], options=lambda *settings: codecs.CODECS["vp9"].options(*settings) | {"auto-alt-ref": "0"}
)
_H264 = codecs.CODECS["h264"]
_FFV1 = (
    "yuva420p", "yuva422p", "yuva444p", "yuva420p10le", "yuva422p10le", "yuva444p10le",
    "yuva420p16le", "yuva422p16le", "yuva444p16le",  # for 12 bits, of which older FFmpegs read none with alpha
)  # fmt: skip

FORMATS = {
    format_.name: format_
    for format_ in (
        AlphaFormat("prores4444", codecs.PRORES_4444, ("yuva444p10le",), ("mov", "matroska"), ".mov"),
        AlphaFormat("vp9", _VP9, ("yuva420p",), ("webm", "matroska"), ".webm", straight_only=True),
        AlphaFormat("ffv1", codecs.CODECS["ffv1"], _FFV1, ("matroska",), ".mkv"),
        AlphaFormat("qtrle", codecs.QTRLE, ("argb",), ("mov",), ".mov"),
        AlphaFormat("png", codecs.PNG, ("rgba", "rgba64be"), ("mov", "sequence"), ".mov", straight_only=True),
        AlphaFormat("webp", codecs.WEBP, ("bgra",), ("webp",), ".webp", straight_only=True),
        AlphaFormat("stacked", _H264, ("yuv420p",), ("mp4", "mov", "matroska"), ".mp4", "below"),
        AlphaFormat("side-by-side", _H264, ("yuv420p",), ("mp4", "mov", "matroska"), ".mp4", "beside"),
    )
}

USUAL = {"mov": "prores4444", "webm": "vp9", "matroska": "ffv1", "webp": "webp", "sequence": "png"}
"""The format for a container where none was asked for; an MP4 has no alpha of its own."""

PRESETS = {"resolve": "prores4444", "premiere": "prores4444", "finalcut": "prores4444", "web": "vp9", "obs": "vp9"}
"""The format that is read best by where a cut-out goes (``--for``)."""


def named(name: str) -> AlphaFormat:
    """The format of this name; raises ``OptionError``."""
    try:
        return FORMATS[name]
    except KeyError:
        raise OptionError("--format", f"{name!r} is none of {', '.join(FORMATS)}") from None


def chosen(name: str | None, preset: str | None) -> str | None:
    """The format that ``--format`` and ``--for`` ask for together, if any; raises ``OptionError``."""
    return codecs.by_destination(PRESETS, preset, "--format", None if name is None else named(name).name)


def encoding(name: str | None, *, premultiplied: bool) -> Encoding:
    """The encoding of a cut-out in the format of this name, or in the container's usual one."""
    return Encoding(name, content="premultiplied" if premultiplied else "straight")


def in_container(name: str | None, container: str) -> AlphaFormat:
    """The format of this name, or the usual one, for a container; raises ``OptionError`` where it can't hold it."""
    fitting = [one.name for one in FORMATS.values() if container in one.containers]
    if name is None and container not in USUAL:
        raise OptionError(
            "--format",
            f"{container} holds no alpha channel: use .mov, .webm or .mkv, or --format {' or '.join(fitting)}",
        )
    format_ = named(name or USUAL[container])
    if container not in format_.containers:
        what = "a sequence of PNGs" if container == "sequence" else container
        raise OptionError("--format", f"{what} can't hold {format_.name}; it holds {', '.join(fitting)}")
    return format_


def check_premultiplied(format_: AlphaFormat) -> None:
    """Raise ``OptionError`` where alpha is straight by definition."""
    if format_.straight_only:
        others = ", ".join(one.name for one in FORMATS.values() if not one.straight_only)
        raise OptionError(
            "--premultiplied", f"alpha is always straight in {format_.name}; these may be premultiplied: {others}"
        )
