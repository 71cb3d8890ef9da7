"""Written: what goes into an output, noted while it does, so that the finished file can be compared with it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from av.packet import Packet
from av.stream import Stream

from vidseg.errors import IncompleteError


@dataclass(frozen=True)
class Beside:
    """A stream beside the picture: its kind, and where it has packets, when the first begins and the last ends.

    In seconds; ``longest`` is how long a packet lasts at most, for containers cut some streams into others.
    """

    kind: str
    first: Fraction | None = None
    end: Fraction = Fraction(0)
    longest: Fraction = Fraction(0)


@dataclass(frozen=True)
class Written:
    """What went into a file: each frame's time on a ``clock`` of so many seconds, and when the last one ends.

    ``size`` is the encoded picture's, ``streams`` are beside it, and ``others`` as many there must be at least.
    ``keys`` are a few key frames' times in seconds, which are decoded again.
    """

    times: Sequence[int]
    clock: Fraction
    end: Fraction
    size: tuple[int, int]
    others: int = 0
    streams: tuple[Beside, ...] = ()
    keys: tuple[Fraction, ...] = ()

    @property
    def first(self) -> Fraction:
        """When the first frame is shown, in seconds."""
        return min(self.times) * self.clock

    @property
    def last(self) -> Fraction:
        """When the last frame is shown, in seconds."""
        return max(self.times) * self.clock

    def check_size(self, width: int, height: int, target: Path) -> None:
        """Raise ``IncompleteError`` unless what was found in a finished output has the size that went in."""
        if (width, height) != self.size:
            raise IncompleteError(
                str(target), f"it says that it is {width}x{height}, not {self.size[0]}x{self.size[1]}"
            )


@dataclass
class Tally:
    """Counts what goes into a file while it does."""

    clock: Fraction = Fraction(1)
    times: array[int] = field(default_factory=lambda: array("q"))
    end: Fraction = Fraction(0)
    beside: dict[int, Beside] = field(default_factory=dict)

    def picture(self, pts: int, duration: int, clock: Fraction) -> None:
        """A frame is to be shown."""
        self.clock = clock
        self.times.append(pts)
        self.end = max(self.end, (pts + max(duration, 0)) * clock)

    def other(self, packet: Packet[Any]) -> None:
        """A packet goes to a stream beside the picture."""
        if packet.pts is None or not packet.size:
            return
        first, length = packet.pts * packet.time_base, (packet.duration or 0) * packet.time_base
        known = self.beside.get(packet.stream.index, Beside(packet.stream.type, first))
        assert known.first is not None  # noqa: S101 - it has a packet
        self.beside[packet.stream.index] = Beside(
            known.kind, min(known.first, first), max(known.end, first + length), max(known.longest, length)
        )

    def streams(self, output: Iterable[Stream]) -> tuple[Beside, ...]:
        """All of an output's but its picture, which comes first."""
        return tuple(self.beside.get(one.index, Beside(one.type)) for one in islice(output, 1, None))
