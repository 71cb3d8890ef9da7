"""Video codecs: the encoder behind each name, what it takes, and how its settings are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from vidseg.errors import OptionError
from vidseg.media import formats
from vidseg.media.hdr import StaticMetadata

_X26X_PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
)  # fmt: skip


def _x264(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    return {"crf": crf, "preset": preset}


def _x265(crf: str, preset: str, hdr: StaticMetadata) -> dict[str, str]:
    parameters = {"log-level": "none", "repeat-headers": "1"} | hdr.x265()
    return {
        "crf": crf,
        "preset": preset,
        "a53cc": "1",
        "x265-params": ":".join(f"{k}={v}" for k, v in parameters.items()),
    }


def _svt_av1(crf: str, preset: str, hdr: StaticMetadata) -> dict[str, str]:
    options = {"crf": crf, "preset": preset}
    if parameters := hdr.svt_av1():
        options["svtav1-params"] = ":".join(f"{k}={v}" for k, v in parameters.items())
    return options


def _vp9(crf: str, preset: str, _: StaticMetadata) -> dict[str, str]:
    return {"crf": crf, "b": "0", "deadline": "good", "cpu-used": preset, "row-mt": "1"}


def _prores(profile: str) -> Callable[[str, str, StaticMetadata], dict[str, str]]:
    return lambda *_: {"profile": profile, "vendor": "apl0", "alpha_bits": "16"}


def _ffv1(*_: object) -> dict[str, str]:
    return {"level": "3", "slicecrc": "1"}  # version 3: what archives keep, each piece with its sum


def _without(*_: object) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Codec:
    """One ``--codec``: defaults are for footage that will be edited again, near to what the eye can't tell apart.

    One whose ``presets`` are none has neither ``--crf`` nor ``--preset``.
    """

    name: str
    encoder: str
    depths: tuple[int, ...]
    subsamplings: tuple[str, ...]
    crf: float
    best_and_worst_crf: tuple[float, float]
    preset: str
    presets: tuple[str, ...]
    options: Callable[[str, str, StaticMetadata], dict[str, str]]
    containers: tuple[str, ...]
    odd_sizes: bool = False
    limited_only: bool = False
    """Whether its pictures are of limited range by definition, so that full range is converted."""
    tells_aspect: bool = True
    """Whether its own stream says that pixels are not square; PyAV 18 can't have Matroska say it."""
    tags: dict[str, str] = field(default_factory=dict)


CODECS = {
    codec.name: codec
    for codec in (
        Codec(
            "h264", "libx264", (8, 10), ("420", "422", "444"), 18, (0, 51), "medium", _X26X_PRESETS, _x264,
            ("mp4", "mov", "matroska"),
        ),
        Codec(
            "hevc", "libx265", (8, 10, 12), ("420", "422", "444"), 20, (0, 51), "medium", _X26X_PRESETS, _x265,
            ("mp4", "mov", "matroska"), tags={"mp4": "hvc1", "mov": "hvc1"},  # the tag Apple's players ask for
        ),
        Codec(
            "av1", "libsvtav1", (8, 10), ("420",), 25, (0, 63), "8", tuple(str(n) for n in range(14)), _svt_av1,
            ("mp4", "matroska", "webm"), odd_sizes=True, tells_aspect=False,
        ),
        Codec(
            "vp9", "libvpx-vp9", (8,), ("420", "422", "444"), 24, (0, 63), "3", tuple(str(n) for n in range(9)), _vp9,
            ("mp4", "matroska", "webm"), odd_sizes=True, tells_aspect=False,
        ),
        Codec(
            "prores", "prores_ks", (10,), ("422",), 0, (0, 0), "", (), _prores("hq"),
            ("mov", "matroska"), odd_sizes=True, limited_only=True, tells_aspect=False,
        ),
        Codec(
            "ffv1", "ffv1", (8, 10, 12), ("420", "422", "444"), 0, (0, 0), "", (), _ffv1,
            ("matroska",), odd_sizes=True,
        ),
    )
}  # fmt: skip

PRORES_4444 = Codec(
    "prores4444", "prores_ks", (10,), ("444",), 0, (0, 0), "", (), _prores("4444"),
    ("mov", "matroska"), odd_sizes=True, limited_only=True, tells_aspect=False,
)  # fmt: skip
QTRLE = Codec("qtrle", "qtrle", (8,), ("444",), 0, (0, 0), "", (), _without, ("mov",), odd_sizes=True)
PNG = Codec(
    "png",
    "png",
    (8, 12),
    ("444",),
    0,
    (0, 0),
    "",
    (),
    lambda *_: {"pred": "up", "compression_level": "3"},
    ("mov", "sequence"),
    odd_sizes=True,
)
WEBP = Codec(
    "webp", "libwebp_anim", (8,), ("444",), 90, (0, 100), "", (), lambda *_: {"quality": "90"}, ("webp",),
    odd_sizes=True, tells_aspect=False,
)  # fmt: skip


def named(name: str) -> Codec:
    """The codec of this name; raises ``OptionError``."""
    try:
        return CODECS[name]
    except KeyError:
        raise OptionError("--codec", f"{name!r} is none of {', '.join(CODECS)}") from None


def encoders() -> tuple[str, ...]:
    """FFmpeg's encoders behind all that can be written, each once."""
    return tuple(sorted({codec.encoder for codec in (*CODECS.values(), PRORES_4444, QTRLE, PNG, WEBP)}))


def usual(container: str, depth: int) -> Codec:
    """The codec for a container where none was asked for: H.264, HEVC above 8 bits, VP9 or AV1 in WebM."""
    if container == "webm":
        return CODECS["vp9" if depth == 8 else "av1"]
    return CODECS["h264" if depth == 8 else "hevc"]


def usual_for_matte(container: str, *, limited: bool) -> Codec:
    """The codec for a matte: what editors read and what loses nothing come first."""
    if container == "mov" and limited:
        return CODECS["prores"]
    return CODECS["ffv1"] if container == "matroska" else usual(container, 10)


MATTES = {"resolve": "prores", "premiere": "prores", "finalcut": "prores", "web": "h264", "obs": "h264"}
"""The codec that is read best by where a matte goes (``--for``)."""

MATTE_SUFFIXES = {"prores": ".mov", "h264": ".mp4"}
"""What a matte's name ends with then."""


def by_destination(means: dict[str, str], destination: str | None, option: str, given: str | None) -> str | None:
    """What an ``option`` and ``--for`` ask for together, if anything; raises ``OptionError``."""
    if destination is None:
        return given
    if destination not in means:
        raise OptionError("--for", f"{destination!r} is none of {', '.join(means)}")
    if given not in (None, means[destination]):
        raise OptionError("--for", f"{destination} means {option} {means[destination]}: give one of the two")
    return means[destination]


def usual_matte_depth(codec: Codec) -> int:
    """Ten bits, but where few decoders read them."""
    return 8 if codec.name == "h264" or 10 not in codec.depths else 10


def check_settings(codec: Codec, crf: float | None, preset: str | None) -> None:
    """Raise ``OptionError`` where a codec doesn't know a setting."""
    for option, value in (("--crf", crf), ("--preset", preset)):
        if value is not None and not codec.presets:
            raise OptionError(option, f"{codec.name} has no such setting")
    best, worst = codec.best_and_worst_crf
    if crf is not None and not best <= crf <= worst:
        raise OptionError("--crf", f"{crf:g} is outside {best:g} to {worst:g}, which {codec.name} has")
    if preset is not None and preset not in codec.presets:
        raise OptionError("--preset", f"{preset!r} is none of {codec.name}'s: {', '.join(codec.presets)}")


def check_container(codec: Codec, container: str) -> None:
    """Raise ``OptionError`` where a container can't hold a codec."""
    if container not in codec.containers:
        fitting = [name for name, other in CODECS.items() if container in other.containers]
        raise OptionError("--codec", f"{container} can't hold {codec.name}; it holds {', '.join(fitting)}")


_FLAT: dict[str, tuple[float, str, str, str]] = {
    "libx265": (12, "medium", "x265-params", "rskip=0"),
    "libsvtav1": (18, "5", "svtav1-params", "enable-tf=0"),
}
"""For pictures that are of one colour in large parts: usual ``--crf`` and ``--preset``, and one more parameter.

x265 otherwise may take a block for that of the frame before without looking into it (``rskip``), so that a ghost
of what was there stays; looking takes it a quarter more time. SVT-AV1 otherwise mixes frames with their neighbours
before it encodes them (``enable-tf``), which carries what moves far into what doesn't; and its quicker presets leave
traces of several codes all over the picture.
"""


def keeping_flat(codec: Codec) -> Codec:
    """The codec, set up so that one colour stays that colour beside what moves; x264 and libvpx do so by themselves."""
    if codec.encoder not in _FLAT:
        return codec
    crf, preset, parameters, setting = _FLAT[codec.encoder]

    def options(*settings: Any) -> dict[str, str]:
        usual = codec.options(*settings)
        return usual | {parameters: ":".join(filter(None, (usual.get(parameters), setting)))}

    return replace(codec, crf=crf, preset=preset, options=options)


_LARGE, _AHEAD = 6_000_000, 20
"""Pixels of a picture that is large, and the frames that x264 looks ahead there at most."""


def looking_ahead(encoder: str, options: dict[str, str], pixels: int) -> dict[str, str]:
    """An encoder's options for pictures of so many pixels.

    x264 holds 3 bytes for each pixel of every frame that it looks ahead: at 4K, where ``medium`` looks 40 ahead, 1 GB.
    More than 20 frames bring it little.
    """
    preset = options.get("preset")
    if encoder != "libx264" or pixels <= _LARGE or preset not in _X26X_PRESETS[_X26X_PRESETS.index("fast") :]:
        return options
    return options | {"rc-lookahead": str(_AHEAD)}


def encoded_format(codec: Codec, frame_format: str, width: int, height: int) -> str | None:
    """The format in which a codec takes frames of this format and size, or None where it can't without loss.

    The nearest that has as many bits and as much chroma; where the size is odd and the codec can't halve it (H.264
    and HEVC crop in whole chroma samples: ITU-T H.264, 7.4.2.1.1), that in 4:4:4.
    """
    depth = min((d for d in codec.depths if d >= formats.depth_of(frame_format)), default=None)
    subsampling = min((s for s in codec.subsamplings if s >= formats.subsampling_of(frame_format)), default=None)
    if depth is None or subsampling is None:
        return None
    odd = (subsampling in ("420", "422") and width % 2) or (subsampling == "420" and height % 2)
    return formats.name_of("444" if odd and not codec.odd_sizes else subsampling, depth)


def keeping(container: str, frame_format: str, width: int, height: int) -> list[str]:
    """The names of the codecs that a container takes and that hold frames of this format and size as they are."""
    return [
        name
        for name, codec in CODECS.items()
        if container in codec.containers and encoded_format(codec, frame_format, width, height) == frame_format
    ]
