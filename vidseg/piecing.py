"""Piecing: one piece of a job to its file, and a job's pieces to its output."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any, cast

from vidseg.errors import CutError, IncompleteError
from vidseg.frame import Frame
from vidseg.job import Done, Job, Piece, Progress, Record
from vidseg.media import containers, piece_file
from vidseg.media.joining import JoinSink, PieceSink
from vidseg.media.notes import Notes
from vidseg.media.sequence_pieces import SequenceJoinSink, SequencePieceSink
from vidseg.media.source import Source
from vidseg.pieces import remove
from vidseg.prefetch import prefetch
from vidseg.recording import Recorder
from vidseg.render import closed, cutouts_of, one_thread_for_opencv
from vidseg.stages import numbered


def render_piece(
    piece: Piece, progress: Callable[[Progress], None] = lambda _: None, *, record: int | None = None
) -> None:
    """Do one piece; its file is there, whole, when this returns.

    Where ``record`` is given, it is the number of the job's frames, and what a report shows goes into the file. Raises
    a ``JobError``; ``CutError`` where the source can't be cut, which shows only when it is read.
    """
    job, notes = piece.job, Notes()
    seam = _Seam(piece)
    effect = job.recipe.effect.begun_at(piece.began)
    around = effect.window or 0
    kept = around if record is None else max(around, 1)  # a record compares a matte with the one before
    count = 0
    with ExitStack() as stack:
        stack.enter_context(one_thread_for_opencv())
        source = stack.enter_context(Source(job.source, job.span, notes, piece=piece, reading=job.recipe.reading))
        sink = _piece_sink(piece, source, notes)
        stack.callback(sink.close)
        cutouts = cutouts_of(
            stack, job.recipe.segmenter, job.recipe.filters, source, seam.watched,
            (piece.first - kept, piece.stop + kept),
        )  # fmt: skip
        recorder = None if record is None else Recorder(record, piece.first, piece.stop)
        if recorder is not None:
            cutouts = closed(stack, recorder.cutouts(cutouts))
        near = closed(stack, numbered(cutouts, (piece.first, piece.stop), around))
        progress(Progress(0, piece.frames))
        for frame in closed(stack, prefetch(closed(stack, effect(near)), 1)):
            if piece.first <= frame.index < piece.stop:
                if recorder is not None:
                    recorder.frame(frame)
                sink.write(frame)
                count += 1
                progress(Progress(count, piece.frames))
        if count != piece.frames:
            raise CutError(str(job.source), "its frames are not where its index says")
        if notes.damage:
            raise CutError(str(job.source), "it is damaged")
        sink.finish_piece(piece.frames, seam.before, seam.after, _more(recorder))


def _piece_sink(piece: Piece, source: Source, notes: Notes) -> PieceSink | SequencePieceSink:
    job, encoding = piece.job, piece.job.recipe.encoding
    if containers.container_of(job.target, encoding.content) == "sequence":
        return SequencePieceSink(piece.file, job.target, encoding, source, notes)
    return PieceSink(piece.file, job.target, encoding, source, notes, flat=job.recipe.effect.flat)


def _join_sink(job: Job, source: Source, notes: Notes, *, overwrite: bool) -> JoinSink | SequenceJoinSink:
    encoding = job.recipe.encoding
    if containers.container_of(job.target, encoding.content) == "sequence":
        return SequenceJoinSink(job.target, encoding, source, notes, overwrite=overwrite)
    return JoinSink(job.target, encoding, source, notes, overwrite=overwrite, flat=job.recipe.effect.flat)


def _more(recorder: Recorder | None) -> dict[str, Any]:
    return {} if recorder is None else {"record": recorder.record().to_json()}


class _Seam:
    """Sums over the source's frames at a piece's ends, taken as they pass."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self.before = self.after = ""

    def watched(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames."""
        for frame in frames:
            if frame.index == self._piece.first:
                self.before = _sum(frame)
            if frame.index == self._piece.stop:
                self.after = _sum(frame)
            yield frame


def _sum(frame: Frame) -> str:
    """A checksum over a frame's format, time and planes."""
    value = zlib.crc32(f"{frame.picture.format.name} {frame.pts}".encode())
    for plane in frame.planes:
        value = zlib.crc32(plane.tobytes(), value)
    return f"{value:08x}"


def join(
    job: Job, pieces: Sequence[Piece], progress: Callable[[Progress], None] = lambda _: None, *, overwrite: bool = False
) -> Done:
    """Join a job's pieces; the target is there, whole, when this returns, and the pieces' files are gone.

    Raises a ``JobError``; ``CutError`` where the pieces don't fit together.
    """
    began = time.perf_counter()
    notes = Notes()
    total = sum(piece.frames for piece in pieces)
    contents = []
    for piece in pieces:
        known = piece_file.read(piece.file)
        if known is None or known.frames != piece.frames:
            raise IncompleteError(str(job.target), f"{piece.file.name} is missing or damaged")
        contents.append(known)
        for said in known.notes:
            notes.say(said)
        for detail in known.details:
            notes.detail(detail)
    with Source(job.source, job.span, notes, reading=job.recipe.reading) as source:
        with closing(cast("Generator[Frame]", source.frames())) as frames:
            next(frames)  # by which the source knows what it tells of all
        with closing(_join_sink(job, source, notes, overwrite=overwrite)) as sink:
            sink.join([piece.file for piece in pieces], contents, lambda n: progress(Progress(n, total)))
            sink.finish(lambda: progress(Progress(total, None)))
    remove(pieces)  # with what a worker that died had begun
    notes.detail(f"done in {len(pieces)} pieces")
    records = [Record.from_json(known.more["record"]) for known in contents if "record" in known.more]
    seen = sum(records[1:], records[0]) if len(records) == len(pieces) else None
    return Done(job, total, time.perf_counter() - began, notes.told, tuple(notes.details), seen, notes.damage)
