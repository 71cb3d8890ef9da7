"""Encoders of graphics cards, in the place of the software's, where they work.

They are quick, and at the same size of file not as good. All of them take 4:2:0 of 8 or 10 bits and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from vidseg.errors import OptionError
from vidseg.job import Encoding
from vidseg.media import formats, hardware
from vidseg.media.codecs import Codec
from vidseg.media.hdr import StaticMetadata

_LAMBDA = 118
"""FFmpeg's unit of ``global_quality`` (``FF_QP2LAMBDA``)."""


@dataclass(frozen=True)
class Kind:
    """One ``--encoder``: the codecs it has an encoder for with their depths, and how those are told a quality.

    ``packed`` says that pictures are handed over with their chroma in one plane, as the card has them.
    """

    name: str
    depths: dict[str, tuple[int, ...]]
    preset: str
    presets: tuple[str, ...]
    options: Callable[[str, str, StaticMetadata], dict[str, str]]
    packed: bool = True

    def of(self, codec: Codec) -> Codec | None:
        """A codec with this kind's encoder, where there is one."""
        if codec.name not in self.depths:
            return None
        return replace(
            codec,
            encoder=f"{codec.name}_{self.name}",
            depths=self.depths[codec.name],
            subsamplings=("420",),
            odd_sizes=False,
            preset=self.preset,
            presets=self.presets,
            options=self.options,
        )

    def layout(self, encoded: str) -> str:
        """The pixel format by which a working format is handed over."""
        if formats.depth_of(encoded) > 8:
            return "p010le"
        return "nv12" if self.packed else encoded


def _nvenc(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    return {"rc": "vbr", "cq": crf, "b": "0", "preset": preset}


def _qsv(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    return {"global_quality": str(max(round(float(crf)), 1)), "preset": preset}


def _videotoolbox(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    quality = min(max(round(100 - 2 * float(crf)), 1), 100)  # of 100; 64 for H.264's usual 18
    speed = "1" if preset == "speed" else "0"
    return {"flags": "+qscale", "global_quality": str(quality * _LAMBDA), "prio_speed": speed}


def _amf(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    steps = str(round(float(crf)))
    return {"rc": "cqp", "qp_i": steps, "qp_p": steps, "quality": preset}


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "nvenc", {"h264": (8,), "hevc": (8, 10), "av1": (8, 10)}, "p5", tuple(f"p{n}" for n in range(1, 8)),
            _nvenc, packed=False,
        ),
        Kind(
            "qsv", {"h264": (8,), "hevc": (8, 10), "av1": (8, 10)}, "medium",
            ("veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"), _qsv,
        ),
        Kind("videotoolbox", {"h264": (8,), "hevc": (8, 10)}, "quality", ("speed", "quality"), _videotoolbox),
        Kind("amf", {"h264": (8,), "hevc": (8, 10)}, "quality", ("speed", "balanced", "quality"), _amf),
    )
}  # fmt: skip

ENCODERS = ("auto", "software", *KINDS)


@cache
def _refused(encoder: str) -> str | None:
    """Why an encoder doesn't work on this machine; asked once in a process."""
    return hardware.works(encoder)


def working() -> str | None:
    """The first kind of which an encoder works here, if any does."""
    for kind in KINDS.values():
        if any(_refused(f"{codec}_{kind.name}") is None for codec in kind.depths):
            return kind.name
    return None


def check(encoding: Encoding) -> None:
    """Raise ``OptionError`` where the encoder that was asked for doesn't work on this machine."""
    kind = KINDS.get(encoding.encoder)
    if kind is None:
        if encoding.encoder not in ENCODERS:
            raise OptionError("--encoder", f"{encoding.encoder!r} is none of {', '.join(ENCODERS)}")
        return
    codec = encoding.codec or "h264"
    why = _refused(f"{codec}_{kind.name}")
    if why is not None:
        raise OptionError("--encoder", f"{codec}_{kind.name} doesn't work here ({why}): use auto or software")


def asked(encoding: Encoding, codec: Codec) -> Codec:
    """The codec with the encoder that was asked for by name, or itself; raises ``OptionError`` where it has none."""
    kind = KINDS.get(encoding.encoder)
    if kind is None:
        return codec
    made = kind.of(codec)
    if made is None:
        raise OptionError("--encoder", f"{kind.name} encodes {' and '.join(kind.depths)}, not {codec.name}")
    return made


def found(encoding: Encoding, codec: Codec) -> list[tuple[Codec, Kind]]:
    """What may encode in this one's place, the best first: what was asked for, or with ``auto`` all that works."""
    if encoding.encoder in KINDS:
        return [(asked(encoding, codec), KINDS[encoding.encoder])]
    if encoding.encoder != "auto":
        return []
    every = [(kind.of(codec), kind) for kind in KINDS.values()]
    return [(made, kind) for made, kind in every if made is not None and _refused(made.encoder) is None]
