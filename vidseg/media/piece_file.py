"""A piece's file: the packets of its encoded frames with their exact times, and what joining must know of them.

::

    magic
    for each packet: pts, dts, duration, size, size of what is beside it, whether it is a key frame, bytes
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

from av.packet import Packet, PacketSideData, PktSideDataT, packet_sidedata_type_from_literal

from vidseg.errors import IncompleteError, WriteError
from vidseg.media.whole import Temporary, telling

_MAGIC = b"vidseg piece 2\n"
_HEAD = struct.Struct("<qqqII?")
_LENGTH = struct.Struct("<Q")
_NO_TIME = -(1 << 63)
_BESIDE: PktSideDataT = "matroska_block_additional"
"""What a packet has beside it that belongs to the picture: the alpha of VP9."""


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
        """One more packet."""
        dts = _NO_TIME if packet.dts is None else packet.dts
        beside = bytes(packet.get_sidedata(_BESIDE)) if packet.has_sidedata(_BESIDE) else b""
        sizes = packet.size, len(beside)
        with telling(self._target):
            self._file.write(_HEAD.pack(packet.pts or 0, dts, packet.duration or 0, *sizes, packet.is_keyframe))
            self._file.write(bytes(packet) + beside)
        self.times.append(packet.pts or 0)

    def check(self, frames: int, made: int) -> None:
        """Raise ``IncompleteError`` unless as many frames as a piece has were made, and all of them are here."""
        if not len(self.times) == made == frames:
            raise IncompleteError(
                str(self._target), f"a piece has {frames} frames, {made} were made, {len(self.times)} encoded"
            )

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
            pts, dts, duration, size, size_beside, key = _HEAD.unpack(file.read(_HEAD.size))
            packet: Packet[Any] = Packet(file.read(size))
            if size_beside:
                beside = PacketSideData(packet_sidedata_type_from_literal(_BESIDE), size_beside)  # type: ignore[call-arg]
                beside.update(file.read(size_beside))
                packet.set_sidedata(beside)
            packet.pts, packet.dts = pts, None if dts == _NO_TIME else dts
            packet.duration, packet.time_base = duration, time_base
            packet.is_keyframe = key
            yield packet
