"""A piece's file: the packets of its encoded frames with their exact times, and what joining must know of them.

::

    magic
    for each packet: pts, dts, duration, size, whether it is a key frame, bytes
    JSON, its length, magic

It is whole or it isn't there, and its last bytes say which format it is in; nothing in it is ever executed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from av.packet import Packet

from vidseg.errors import CutError, WriteError
from vidseg.media.whole import Temporary, telling

_MAGIC = b"vidseg piece 1\n"
_HEAD = struct.Struct("<qqqI?")
_LENGTH = struct.Struct("<Q")
_NO_TIME = -(1 << 63)


@dataclass(frozen=True)
class Contents:
    """What a piece's file says of itself.

    ``first`` and ``last`` are when its first and last frame are shown, in seconds; ``times`` is each packet's, in units
    of ``time_base``. ``like`` is the shape of its frames, ``headers`` are the encoder's, as hexadecimal digits.
    ``before`` and ``after`` are sums over the source's own frames at the piece's beginning and behind its end, by which
    pieces that belong together are known; ``more`` is JSON for whoever asked for it.
    """

    frames: int
    first: str
    last: str
    time_base: str
    times: list[int]
    like: dict[str, Any]
    headers: str
    display: str
    before: str
    after: str
    notes: list[str]
    details: list[str]
    more: dict[str, Any]


class PieceWriter:
    """A piece's file that is being written; raises ``WriteError``."""

    def __init__(self, path: Path, target: Path) -> None:
        """``target`` is what errors are told of."""
        self._target = target
        self._temporary = Temporary(path)
        with telling(target):
            self._file: BinaryIO = self._temporary.path.open("wb")
            self._file.write(_MAGIC)
        self.times: list[int] = []

    def add(self, packet: Packet[Any]) -> None:
        """One more packet; raises ``CutError`` for what can't be kept apart from its container."""
        if packet.has_sidedata("matroska_block_additional"):
            raise CutError(str(self._target), "its transparency is kept beside its frames")
        dts = _NO_TIME if packet.dts is None else packet.dts
        with telling(self._target):
            self._file.write(_HEAD.pack(packet.pts or 0, dts, packet.duration or 0, packet.size, packet.is_keyframe))
            self._file.write(bytes(packet))
        self.times.append(packet.pts or 0)

    def finish(self, contents: Contents) -> None:
        """Write what is said of it and give the file its name, replacing one that was there."""
        with telling(self._target):
            said = json.dumps(asdict(contents)).encode()
            self._file.write(said + _LENGTH.pack(len(said)) + _MAGIC)
            self._file.close()
        self._temporary.publish(overwrite=True)

    def close(self) -> None:
        """Leave nothing, unless it was finished."""
        self._file.close()
        self._temporary.remove()


def read(path: Path) -> Contents | None:
    """What a piece's file says of itself, or None where it is no whole file of a piece."""
    try:
        with path.open("rb") as file:
            tail = _LENGTH.size + len(_MAGIC)
            file.seek(-tail, 2)
            end = file.tell()
            length, magic = file.read(_LENGTH.size), file.read()
            (size,) = _LENGTH.unpack(length)
            if magic != _MAGIC or size > end:
                return None
            file.seek(end - size)
            return Contents(**json.loads(file.read(size)))
    except (OSError, ValueError, TypeError):
        return None


def packets(path: Path, contents: Contents, target: Path) -> Iterator[Packet[Any]]:
    """The packets of a piece's file, in the order in which they were encoded; raises ``WriteError``."""
    time_base = Fraction(contents.time_base)
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise WriteError(str(target), f"{path.name} is damaged: delete it and try again")
        for _ in contents.times:
            pts, dts, duration, size, key = _HEAD.unpack(file.read(_HEAD.size))
            packet: Packet[Any] = Packet(file.read(size))
            packet.pts, packet.dts = pts, None if dts == _NO_TIME else dts
            packet.duration, packet.time_base = duration, time_base
            packet.is_keyframe = key
            yield packet
