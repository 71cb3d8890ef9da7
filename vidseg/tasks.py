"""Tasks: what a worker is asked for, and what it answers. They travel, so they hold nothing but values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av

from vidseg import heap
from vidseg import room as rooms
from vidseg.errors import CutError, DiskError, RequestError, SourceError, VidsegError
from vidseg.job import Done, Failed, Job, Piece, Progress, Recipe
from vidseg.media import cuts, joining, piece_file, probe
from vidseg.media.whole import sweep
from vidseg.piecing import join, render_piece
from vidseg.render import check, render
from vidseg.room import Room

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


@dataclass(frozen=True)
class Large:
    """A job that wasn't begun: it takes about the memory of so many workers."""

    shares: int


@dataclass(frozen=True)
class Starved:
    """A task for which the room was too small, and what to say if there is no more."""

    reason: str


@dataclass(frozen=True)
class Full:
    """A task that was given up because nothing can be written there any more."""

    path: str
    reason: str


Task = Check | Begin | Make | Join
Answer = Checked | Done | Failed | Cut | Made | Uncut | Large | Starved | Full


def perform(task: Task, progress: Callable[[Progress], None] = lambda _: None, room: Room | None = None) -> Answer:
    """Do it; whatever goes wrong is an answer, and only an interruption is raised.

    It is done within ``room``, if there is a bound.
    """
    if isinstance(task, Check):
        return _checked(task.recipe)
    if room is not None and not room.all and isinstance(task, Begin) and (needed := _needed(task.job)) > room.bytes:
        return Large(-(-needed // room.bytes))
    try:
        with rooms.bounded(room):
            return _performed(task, progress)
    except CutError as error:
        return Uncut(error.reason)
    except DiskError as error:
        return Full(error.path, error.reason)
    except Exception as error:
        return _failed(task.job, error, room)
    finally:
        heap.give_back()


def _performed(task: Begin | Make | Join, progress: Callable[[Progress], None]) -> Answer:
    if isinstance(task, Begin):
        return _begin(task, progress)
    if isinstance(task, Join):
        return join(task.job, task.pieces, progress, overwrite=task.overwrite)
    render_piece(task.piece, progress, record=task.total if task.record else None)
    return Made(task.piece)


def _needed(job: Job) -> int:
    """Bytes, as far as the source says; what can't be read fails soon enough."""
    try:
        media = probe.probe(job.source, job.recipe.reading)
    except VidsegError:
        return 0
    return rooms.needed(media.width, media.height, media.pixel_format, media.depth)


def _failed(job: Job, error: Exception, room: Room | None) -> Failed | Starved:
    """What an error means; where it comes of too little room, or may, the task is looked at again with more."""
    if rooms.lacking(error):
        if room is None:
            return Failed(job, "needs more memory than there is")
        return Starved(f"needs more memory than the {_amount(room.bytes)} that there are for it (--memory)")
    if isinstance(error, VidsegError):
        reason = _reason(error)
    else:
        log.debug("unforeseen", exc_info=True)
        reason = " ".join(f"unforeseen {type(error).__name__}: {error}".rstrip(": ").split())
    if room is not None and not room.all and rooms.nearly_full(room) and _is_refusal(error):
        return Starved(reason)
    return Failed(job, reason)


def _amount(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 10**9 else f"{count / 1e6:.0f} MB"


def _is_refusal(error: BaseException) -> bool:
    """Whether it is an encoder or decoder that gives up without saying why, as those do that get no memory."""
    return isinstance(error.__cause__ or error.__context__, av.error.ExternalError | av.error.UnknownError)


def _reason(error: VidsegError) -> str:
    if isinstance(error, SourceError):
        return error.reason  # its file is the job's source, which is named anyway
    return str(error)


def _checked(recipe: Recipe) -> Checked:
    try:
        check(recipe)
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
    window = max(window, 1) if task.terms.record else window
    pieces = found.pieces(task.job, length, window, task.folder, task.job.recipe.lead)
    if task.folder.is_symlink():
        raise CutError(str(task.job.source), f"{task.folder.name} is a symbolic link")
    task.folder.mkdir(exist_ok=True)
    sweep(task.folder)
    return Cut(pieces, frozenset(piece.number for piece in pieces if _is_finished(piece, task.terms.record)))


def _is_finished(piece: Piece, record: bool) -> bool:
    known = piece_file.read(piece.file)
    return known is not None and known.frames == piece.frames and ("record" in known.more or not record)
