"""Pieces of a sequence of pictures: each kept as a piece's file, and all of them written out as one folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from vidseg.frame import Frame
from vidseg.job import Encoding
from vidseg.media import piece_file
from vidseg.media.joining import check_fit, shape_of
from vidseg.media.notes import Notes
from vidseg.media.piece_file import Contents, PieceWriter
from vidseg.media.sequence import SequenceSink
from vidseg.media.source import Source
from vidseg.media.whole import telling


class SequencePieceSink(SequenceSink):
    """A sink that keeps its pictures in a piece's file."""

    def __init__(self, file: Path, target: Path, encoding: Encoding, source: Source, notes: Notes) -> None:
        """``target`` is the pictures' name with the number's place in it."""
        self._writer = PieceWriter(file, target)
        self._like: dict[str, Any] = {}
        self._time_base = Fraction(1)
        super().__init__(target, encoding, source, notes, overwrite=True)

    def _place(self) -> None:
        """No folder of its own: the writer has a file."""

    def write(self, frame: Frame) -> None:
        """Encode one frame; raises ``WriteError``."""
        self._like = self._like or shape_of(frame)
        super().write(frame)

    def _store(self, packets: list[Any]) -> None:
        for packet in packets:
            self._time_base = packet.time_base
            self._writer.add(packet)

    def close(self) -> None:
        """Remove what isn't finished."""
        self._writer.close()

    def finish_piece(self, frames: int, before: str, after: str, more: dict[str, Any]) -> None:
        """Write what is left and give the file its name; raises ``IncompleteError``, ``WriteError``."""
        self._flush()
        self._writer.check(frames, len(self._times))
        first, last = (self._times[n] * self._time_base for n in (0, -1))
        self._writer.finish(
            Contents(
                frames=frames, first=str(first), last=str(last), time_base=str(self._time_base),
                times=self._writer.times, headers="", display=repr(self._source.static_metadata), before=before,
                after=after, like=self._like, notes=self._notes.said, details=self._notes.details, more=more,
            )
        )  # fmt: skip


class SequenceJoinSink(SequenceSink):
    """A sink whose pictures come from pieces."""

    def join(self, files: Sequence[Path], contents: Sequence[Contents], alive: Callable[[int], None]) -> None:
        """Write every picture, numbered through. Raises ``CutError`` where the pieces don't fit together."""
        check_fit(self._source, contents, b"")
        for path, piece in zip(files, contents, strict=True):
            for packet in piece_file.packets(path, piece, self.target):
                with telling(self.target):
                    self._store([packet])
                self._times.append(packet.pts or 0)
                alive(len(self._times))

    def finish(self, alive: Callable[[], None] = lambda: None) -> None:
        """Count, and give the folder its name; raises ``IncompleteError``, ``WriteError``."""
        self._publish(alive)
