"""The length that an MP4 or QuickTime file tells of itself, for FFmpeg tells another where times vary."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path


def movie_length(path: Path) -> Fraction | None:
    """The length in an MP4's or QuickTime file's movie header (ISO 14496-12, 4.2 and 8.2.2), in seconds."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            body = size - 8
            if size == 1:
                body = struct.unpack(">Q", file.read(8))[0] - 16
            if kind == b"mvhd":  # a version, flags, when it was made and changed, clock, length
                written = ">B3x16xIQ" if file.peek(1)[:1] == b"\1" else ">B3x8xII"
                _, clock, length = struct.unpack(written, file.read(struct.calcsize(written)))
                return Fraction(length, clock) if clock else None
            if body < 0:  # to the end of the file, or damage
                return None
            if kind != b"moov":
                file.seek(body, 1)
    return None
