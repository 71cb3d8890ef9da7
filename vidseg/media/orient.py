"""Orientation: the display matrix that cameras write instead of turning the picture, applied."""

from __future__ import annotations

import struct

import av

from vidseg.media import formats
from vidseg.media.side_data import side_data

TURNS: dict[tuple[int, int, int, int], tuple[str, ...]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): ("hflip",),
    (1, 0, 0, -1): ("vflip",),
    (-1, 0, 0, -1): ("hflip", "vflip"),
    (0, 1, -1, 0): ("transpose=clock",),
    (0, -1, 1, 0): ("transpose=cclock",),
    (0, 1, 1, 0): ("transpose=cclock_flip",),
    (0, -1, -1, 0): ("transpose=clock_flip",),
}
"""FFmpeg filters for a display matrix's signs (a, b, c, d), where x' = ax + cy and y' = bx + dy."""

_BY_ROTATION = {90: (0, -1, 1, 0), -90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), -180: (-1, 0, 0, -1)}


def turn_of(picture: av.VideoFrame) -> tuple[tuple[str, ...], bool]:
    """The filters that turn a decoded picture upright, and whether its matrix was understood.

    Multiples of 90 degrees, mirrored or not; another matrix (also a singular one) turns nothing.
    """
    rotation = picture.rotation
    carried = side_data(picture)
    signs: tuple[int, ...] | None = (1, 0, 0, 1)
    if carried is None:
        signs = _BY_ROTATION.get(rotation) if rotation else signs
    elif "DISPLAYMATRIX" in carried:
        signs = _signs(carried["DISPLAYMATRIX"])
    turn = TURNS.get(signs) if signs is not None else None  # type: ignore[arg-type]
    return (turn, True) if turn is not None else ((), False)


def _signs(matrix: bytes) -> tuple[int, ...] | None:
    """The signs of a matrix that only turns and mirrors, else None."""
    a, b, _, c, d, _, _, _, _ = struct.unpack("=9i", matrix[:36])
    largest = max(abs(value) for value in (a, b, c, d))
    if not largest:
        return None
    near = [value / largest for value in (a, b, c, d)]
    if any(0.01 < abs(value) < 0.99 for value in near):
        return None
    return tuple(round(value) for value in near)


def swaps_sides(turn: tuple[str, ...]) -> bool:
    """Whether width and height change places."""
    return any(name.startswith("transpose") for name in turn)


def with_formats(turn: tuple[str, ...], pixel_format: str) -> tuple[str, ...]:
    """A turn between conversions where FFmpeg can't turn the format as it is (4:2:2 by a quarter)."""
    target = formats.working_format(pixel_format)
    if not swaps_sides(turn) or formats.subsampling_of(target) != "422":
        return turn
    return (f"format={formats.name_of('444', formats.depth_of(target))}", *turn, f"format={target}")
