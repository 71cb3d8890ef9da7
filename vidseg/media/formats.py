"""Pixel formats: which planar YUV format a source's pictures are worked on in."""

from __future__ import annotations

import av

FULL_RANGE_NAMES = ("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p")
"""FFmpeg's old names for full-range formats; their planes are laid out as those of the name without the j."""

_SHIFTS = {"420": (1, 1), "422": (1, 0), "444": (0, 0)}
_DEPTHS = (8, 10, 12)


def name_of(subsampling: str, depth: int) -> str:
    """The name of the planar YUV format with this subsampling (``420``, ``422``, ``444``) and depth (8, 10, 12)."""
    return f"yuv{subsampling}p" + ("" if depth == 8 else f"{depth}le")


def subsampling_of(name: str) -> str:
    """``420``, ``422`` or ``444``: the subsampling of a working format."""
    return name[3:6]


def depth_of(name: str) -> int:
    """8, 10 or 12: the bits a sample of a working format."""
    return int(name[7:9]) if name.endswith("le") else 8


def working_format(name: str) -> str:
    """The working format nearest to a pixel format: 8, 10 or 12 bit, 4:2:0, 4:2:2 or 4:4:4, never less than it holds.

    RGB, grey and paletted pictures go to 4:2:0, which every player shows; alpha is left out.
    """
    format_ = av.VideoFormat(name, 64, 64)
    bits = max(component.bits for component in format_.components)
    depth = next((depth for depth in _DEPTHS if bits <= depth), _DEPTHS[-1])
    if format_.is_rgb or format_.has_palette or len(format_.components) < 3:
        return name_of("420", 8 if bits <= 8 else depth)
    halved = (format_.chroma_width(64) < 64, format_.chroma_height(64) < 64)
    subsampling = {(True, True): "420", (True, False): "422"}.get(halved, "444")
    if format_.chroma_width(64) == 16 and format_.chroma_height(64) == 64:  # 4:1:1
        subsampling = "422"
    return name_of(subsampling, depth)


def is_grey(name: str) -> bool:
    """Whether a pixel format is luma alone, with alpha or without."""
    return name.startswith(("gray", "ya"))


def shifts(name: str) -> tuple[int, int]:
    """By how many binary places a working format's chroma is smaller across and down."""
    return _SHIFTS[subsampling_of(name)]


def chroma_size(name: str, width: int, height: int) -> tuple[int, int]:
    """Width and height of the chroma planes of a working format at this size, odd sizes rounded up."""
    across, down = shifts(name)
    return -(-width >> across), -(-height >> down)


def same_planes(name: str) -> str:
    """The working format whose planes a picture of this format has as they are, or the name itself."""
    return name.replace("yuvj", "yuv") if name in FULL_RANGE_NAMES else name
