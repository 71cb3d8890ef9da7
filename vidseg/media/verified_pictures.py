"""Verified pictures: numbered PNGs and animated WebPs, which FFmpeg's containers don't read, looked at again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from vidseg.errors import IncompleteError
from vidseg.media import picture_size
from vidseg.media.spread import SAMPLES, spread
from vidseg.media.written import Written

_PNG_END = bytes(4) + b"IEND\xaeB`\x82"


def check_pictures(
    folder: Path,
    names: Sequence[str],
    target: Path,
    size: tuple[int, int] | None,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Look at the head and the end of all PNGs of a folder, and decode a few.

    Raises ``IncompleteError`` unless they have this width and height; without ``size``, unless all have the first
    one's.
    """
    for name in names:
        alive()
        with (folder / name).open("rb") as file:
            file.seek(-min(len(_PNG_END), file.seek(0, 2)), 2)
            ended = file.read() == _PNG_END
        told = picture_size.of(folder / name) if ended else (0, 0)
        size = size or told
        if not ended or told != size:
            raise IncompleteError(str(target), f"{name} can't be read again")
    for name in spread(names, SAMPLES):
        picture = cv2.imdecode(np.fromfile(folder / name, np.uint8), cv2.IMREAD_UNCHANGED)
        if picture is None or (picture.shape[1], picture.shape[0]) != size:
            raise IncompleteError(str(target), f"{name} can't be read again")


def check_webp(path: Path, target: Path, went_in: Written) -> None:
    """Compare an animated WebP with what went in by its own chunks, for FFmpeg reads none; to the millisecond.

    Equal frames in a row are one that lasts longer, and nothing but equal frames a still picture. Raises
    ``IncompleteError``. The layout is that of Google's WebP Container Specification: an ANMF chunk's duration is in its
    bytes 12 to 14.
    """
    data = path.read_bytes()
    at, frames, milliseconds, still = 12, 0, 0, False
    torn = len(data) != 8 + int.from_bytes(data[4:8], "little")
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ANMF":
            frames += 1
            milliseconds += int.from_bytes(data[at + 20 : at + 23], "little")
        still |= data[at : at + 4] in (b"VP8 ", b"VP8L")
        at += 8 + size + size % 2
    short = milliseconds < (went_in.last - went_in.first) * 1000 - 1
    if torn or (not still and (not 0 < frames <= len(went_in.times) or short)):
        raise IncompleteError(
            str(target), f"{len(went_in.times)} frames went in, {frames} came out, of {milliseconds} ms"
        )
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise IncompleteError(str(target), "its first frame can't be decoded")
    went_in.check_size(picture.shape[1], picture.shape[0], target)
