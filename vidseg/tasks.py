"""Tasks: what a worker is asked for, and what it answers. They travel, so they hold nothing but values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from vidseg.errors import CutError, RequestError, SourceError, VidsegError
from vidseg.job import Done, Failed, Job, Piece, Progress, Recipe
from vidseg.media import cuts, decoders, encoders, joining, piece_file, probe
from vidseg.media.whole import sweep
from vidseg.piecing import join, render_piece
from vidseg.render import render

log = logging.getLogger(__name__)

_LONGER = Fraction(3, 2)
"""As many times as long as a piece must a job be to be cut."""


@dataclass(frozen=True)
class Terms:
    """How the jobs of a run are done.

    Whether an output that is there is replaced; the length of a piece in seconds (``None``: no job is cut); whether
    what a report shows is taken.
    """

    overwrite: bool = False
    piece: Fraction | None = None
    record: bool = False


@dataclass(frozen=True)
class Check:
    """Find what is wrong with a recipe; answered by ``Checked``."""

    recipe: Recipe


@dataclass(frozen=True)
class Begin:
    """Do a job, or say into what pieces it is cut, their files in ``folder``.

    ``uncut`` is why it isn't cut, where that is known. Answered by ``Done``, ``Failed`` or ``Cut``.
    """

    job: Job
    terms: Terms
    folder: Path
    uncut: str = ""


@dataclass(frozen=True)
class Make:
    """Do one piece; ``total`` is the number of the job's frames. Answered by ``Made``, ``Failed`` or ``Uncut``."""

    piece: Piece
    total: int
    record: bool = False

    @property
    def job(self) -> Job:
        """Whose piece it is."""
        return self.piece.job


@dataclass(frozen=True)
class Join:
    """Join a job's pieces; answered by ``Done``, ``Failed`` or ``Uncut``."""

    job: Job
    pieces: tuple[Piece, ...]
    overwrite: bool


@dataclass(frozen=True)
class Checked:
    """What is wrong with a recipe, if anything is."""

    error: RequestError | None


@dataclass(frozen=True)
class Cut:
    """A job's pieces, and the numbers of those that an earlier run has finished."""

    pieces: tuple[Piece, ...]
    finished: frozenset[int]


@dataclass(frozen=True)
class Made:
    """A piece that is done."""

    piece: Piece


@dataclass(frozen=True)
class Uncut:
    """A job that can't be done in pieces, and why."""

    reason: str


Task = Check | Begin | Make | Join
Answer = Checked | Done | Failed | Cut | Made | Uncut


def perform(task: Task, progress: Callable[[Progress], None] = lambda _: None) -> Answer:
    """Do it; whatever goes wrong is an answer, and only an interruption is raised."""
    if isinstance(task, Check):
        return _checked(task.recipe)
    try:
        if isinstance(task, Begin):
            return _begin(task, progress)
        if isinstance(task, Join):
            return join(task.job, task.pieces, progress, overwrite=task.overwrite)
        render_piece(task.piece, progress, record=task.total if task.record else None)
        return Made(task.piece)
    except CutError as error:
        return Uncut(error.reason)
    except VidsegError as error:
        return Failed(task.job, _reason(error))
    except Exception as error:
        log.debug("unforeseen", exc_info=True)
        return Failed(task.job, " ".join(f"unforeseen {type(error).__name__}: {error}".rstrip(": ").split()))


def _reason(error: VidsegError) -> str:
    if isinstance(error, SourceError):
        return error.reason  # its file is the job's source, which is named anyway
    return str(error)


def _checked(recipe: Recipe) -> Checked:
    try:
        recipe.check()
        encoders.check(recipe.encoding)
        decoders.check(recipe.reading)
    except RequestError as error:
        return Checked(error)
    return Checked(None)


def _begin(task: Begin, progress: Callable[[Progress], None]) -> Done | Cut:
    """In pieces where it is long enough and safe, else whole."""
    uncut = task.uncut
    if task.terms.piece is not None and not uncut and _is_long(task.job, task.terms.piece):
        try:
            return _cut(task, task.terms.piece, progress)
        except CutError as error:
            uncut = error.reason
    done = render(task.job, progress, overwrite=task.terms.overwrite, record=task.terms.record)
    return replace(done, details=(*done.details, f"not cut into pieces: {uncut}")) if uncut else done


def _is_long(job: Job, piece: Fraction) -> bool:
    duration = probe.probe(job.source, job.recipe.reading).duration
    if duration is None:
        return False
    end = duration if job.span.end is None else min(job.span.end, duration)
    return end - job.span.start > piece * _LONGER


def _cut(task: Begin, length: Fraction, progress: Callable[[Progress], None]) -> Cut:
    joining.check(task.job)
    window = task.job.recipe.window
    if window is None:
        raise CutError(str(task.job.source), "every frame depends on the whole of it")
    found = cuts.find(task.job, lambda: progress(Progress(0, None)))
    pieces = found.pieces(task.job, length, max(window, 1) if task.terms.record else window, task.folder)
    if task.folder.is_symlink():
        raise CutError(str(task.job.source), f"{task.folder.name} is a symbolic link")
    task.folder.mkdir(exist_ok=True)
    sweep(task.folder)
    return Cut(pieces, frozenset(piece.number for piece in pieces if _is_finished(piece, task.terms.record)))


def _is_finished(piece: Piece, record: bool) -> bool:
    known = piece_file.read(piece.file)
    return known is not None and known.frames == piece.frames and ("record" in known.more or not record)
