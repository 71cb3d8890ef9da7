"""Forms: what frames become in an output, by what it holds and where it goes: the codec, and what it is handed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from vidseg.errors import OptionError, WriteError
from vidseg.frame import Frame
from vidseg.job import Encoding
from vidseg.media import alpha, codecs, encoders, fitting, formats
from vidseg.media.codecs import Codec
from vidseg.media.colour import FULL_RANGE, LIMITED, Colour
from vidseg.media.fitting import Fitter
from vidseg.media.notes import Notes

_RANGES = {"limited": LIMITED, "full": FULL_RANGE}
_STILL_DEPTHS = (8, 16)
_FINER = 14
"""By how much the usual ``--crf`` is lower for a matte, whose edge is all that is in it."""


@dataclass(frozen=True)
class Form:
    """The codec of an output, and what fits frames to it."""

    codec: Codec
    fit: Fitter


def check(encoding: Encoding, container: str) -> None:
    """Raise ``OptionError`` for what can't work whatever the source is."""
    if encoding.alpha is not None:
        format_ = alpha.in_container(encoding.codec, container)
        codecs.check_settings(format_.codec, encoding.crf, encoding.preset)
        if encoding.alpha == "premultiplied":
            alpha.check_premultiplied(format_)
        return
    if container == "sequence":
        if encoding.codec is not None:
            raise OptionError("--codec", f"a sequence is PNG, not {encoding.codec}")
        codecs.check_settings(codecs.PNG, encoding.crf, encoding.preset)
        if encoding.depth not in (None, *_STILL_DEPTHS):
            raise OptionError("--depth", f"a PNG has 8 or 16 bits, not {encoding.depth}")
        return
    if encoding.content == "matte" and encoding.encoder not in ("auto", "software"):
        raise OptionError("--encoder", "a matte is encoded by software, for its edge is all that is in it")
    codec = _codec(encoding, container, 8)
    codecs.check_settings(encoders.asked(encoding, codec), encoding.crf, encoding.preset)
    codecs.check_container(codec, container)
    if encoding.content == "matte":
        if encoding.depth not in (None, *codec.depths):
            raise OptionError("--depth", f"{codec.name} has {_either(codec.depths)} bits, not {encoding.depth}")
        if encoding.range == "full" and codec.limited_only:
            raise OptionError("--range", f"{codec.name} is of limited range always: use --codec hevc, or .mkv")


def of(encoding: Encoding, container: str, frame: Frame, target: Path, notes: Notes) -> Form:
    """The form for frames like this one; raises ``WriteError`` where they can't have it."""
    if encoding.alpha is not None:
        return _with_alpha(encoding, container, frame, target, notes)
    if encoding.content == "matte":
        return _matte(encoding, container, frame, notes)
    return _picture(encoding, container, frame, target, notes)


def _codec(encoding: Encoding, container: str, depth: int) -> Codec:
    """The one that was asked for, or the usual one."""
    if encoding.codec is not None:
        return codecs.named(encoding.codec)
    if encoding.content == "matte":
        return codecs.usual_for_matte(container, limited=encoding.range == "limited")
    return codecs.usual(container, depth)


def _picture(encoding: Encoding, container: str, frame: Frame, target: Path, notes: Notes) -> Form:
    codec = _codec(encoding, container, frame.depth)
    format_ = formats.same_planes(frame.picture.format.name)
    if encoding.encoder != "software":
        form = _on_a_card(encoding, codec, format_, frame, notes)
        if form is not None:
            return form
        if encoding.encoder != "auto":
            what = f"{frame.width}x{frame.height} {format_}"
            raise WriteError(str(target), f"{encoding.encoder} can't hold {what} without loss: use --encoder software")
    encoded = codecs.encoded_format(codec, format_, frame.width, frame.height)
    keeping = codecs.keeping(container, format_, frame.width, frame.height)
    if encoded is None:
        advice = f"use --codec {_either(keeping)}" if keeping else "use .mkv and --codec hevc"
        raise WriteError(str(target), f"{codec.name} can't hold {format_} without loss here: {advice}")
    if codec.odd_sizes and encoded != format_:
        notes.detail(f"{codec.name} holds {format_} as {encoded}")
    elif encoded != format_:
        advice = f" (--codec {_either(keeping)} keeps it as it is)" if keeping else ""
        notes.say(
            f"{frame.width}x{frame.height} is odd, which {codec.name} holds in 4:4:4 only: chroma was enlarged{advice}"
        )
    return Form(codec, fitting.Converted(encoded, _range(codec, frame, notes)))


def _on_a_card(encoding: Encoding, codec: Codec, format_: str, frame: Frame, notes: Notes) -> Form | None:
    """The form for an encoder of a graphics card, where there is one that holds frames of this format."""
    for made, kind in encoders.found(encoding, codec):
        encoded = codecs.encoded_format(made, format_, frame.width, frame.height)
        if encoded is not None and formats.subsampling_of(encoded) in made.subsamplings:
            notes.detail(f"encoded by {made.encoder}")
            return Form(made, fitting.Converted(kind.layout(encoded)))
    if encoding.encoder == "auto":
        notes.detail(f"no hardware encodes {codec.name} of {format_} here: encoded by {codec.encoder}")
    return None


def _matte(encoding: Encoding, container: str, frame: Frame, notes: Notes) -> Form:
    if container == "sequence":
        return Form(codecs.PNG, fitting.GreyStill(encoding.depth or _STILL_DEPTHS[0]))
    codec = _codec(encoding, container, 10)
    depth = encoding.depth or codecs.usual_matte_depth(codec)
    encoded = codecs.encoded_format(codec, formats.name_of("420", depth), frame.width, frame.height)
    assert encoded is not None  # noqa: S101 - every codec has a format for each of its depths
    if codec.presets:
        codec = replace(codec, crf=max(codec.crf - _FINER, codec.best_and_worst_crf[0]))
    return Form(codec, fitting.Grey(encoded, _RANGES[encoding.range]))


def _with_alpha(encoding: Encoding, container: str, frame: Frame, target: Path, notes: Notes) -> Form:
    format_ = alpha.in_container(encoding.codec, container)
    codec, original = format_.codec, formats.same_planes(frame.picture.format.name)
    encoded, holds = format_.fitting(original)
    eight_bits = encoded in ("argb", "bgra", "yuva420p", "yuv420p")
    if eight_bits and Colour.of(frame.picture).is_hdr:
        raise WriteError(str(target), f"{format_.name} has 8 bits, too few for HDR: use prores4444, ffv1 or png")
    if format_.layout != "channel" and (frame.width % 2 or frame.height % 2):
        raise WriteError(
            str(target), f"{frame.width}x{frame.height} is odd, which {format_.name} can't hold: use another --format"
        )
    if not holds:
        fewer = "10 bits" if "10" in encoded else "8 bits"
        lost = [fewer] if frame.depth > int(fewer.split()[0]) else []
        lost += ["4:2:0"] if "420" in encoded and "420" not in original else []
        notes.say(f"{original} was brought to {' and '.join(lost)}, which is what {format_.name} holds")
    if format_.layout != "channel":
        return Form(codec, fitting.Doubled(encoded, format_.layout))
    if encoded.startswith("yuv"):
        return Form(codec, fitting.InYuv(encoded, _range(codec, frame, notes)))
    return Form(codec, fitting.InRgb(encoded, still=container in ("sequence", "webp")))


def _range(codec: Codec, frame: Frame, notes: Notes) -> int | None:
    """The range that a codec insists on, if it does."""
    if not codec.limited_only:
        return None
    if int(frame.picture.color_range) == FULL_RANGE:
        notes.say(f"full range was brought to limited, which is what {codec.name} holds")
    return LIMITED


def _either(values: object) -> str:
    return " or ".join(str(value) for value in values)  # type: ignore[attr-defined]
