"""The size of a picture by its head alone, for one that is too large must not be decoded to find that out."""

from __future__ import annotations

import re
from pathlib import Path

from vidseg.media import opening

_HEAD = 512

_TOLD = (
    (re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR(?P<width>.{4})(?P<height>.{4})", re.DOTALL), "big", 0),
    (re.compile(rb"RIFF.{4}WEBPVP8X.{8}(?P<width>.{3})(?P<height>.{3})", re.DOTALL), "little", 1),
    (re.compile(rb"P[Ff]\s+(?P<width>\d{1,9})\s+(?P<height>\d{1,9})\s"), "text", 0),
    (re.compile(rb"P7\n(?:.*\n)*?WIDTH (?P<width>\d{1,9})\nHEIGHT (?P<height>\d{1,9})\n"), "text", 0),
    (re.compile(rb"#\?R(?:.*\n)*?[-+]Y (?P<height>\d{1,9}) [-+]X (?P<width>\d{1,9})\n"), "text", 0),
)
"""Heads of which FFmpeg doesn't tell the size, or not that of a very large one: PNG (W3C, 11.2.1), extended WebP (RFC
9649, 2.7: one less than the size), PFM, PAM, Radiance. How the numbers are written, and what is added to them."""


def of(path: Path) -> tuple[int, int]:
    """Width and height in pixels, without decoding; 0x0 where the file doesn't tell in a way that is known."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for pattern, written, more in _TOLD:
        if match := pattern.match(head):
            return _number(match["width"], written) + more, _number(match["height"], written) + more
    return opening.claimed_size(path)


def _number(said: bytes, written: str) -> int:
    if written == "text":
        return int(said)
    return int.from_bytes(said, "big" if written == "big" else "little")
