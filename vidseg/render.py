"""Render: one job, file to file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar, cast

import cv2

from vidseg.errors import IncompleteError
from vidseg.frame import Cutout, Frame
from vidseg.job import Done, Job, Progress, Recipe
from vidseg.media import containers, decoders, encoders
from vidseg.media.notes import Notes
from vidseg.media.sequence import SequenceSink
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.prefetch import prefetch
from vidseg.recording import Recorder
from vidseg.stages import Filter, Segmenter, numbered, window_of

T = TypeVar("T")


def check(recipe: Recipe) -> None:
    """Raise a ``RequestError`` unless all of a recipe can work on this machine: stages, encoder, decoder."""
    recipe.check()
    encoders.check(recipe.encoding)
    decoders.check(recipe.reading)


def render(
    job: Job,
    progress: Callable[[Progress], None] = lambda _: None,
    *,
    overwrite: bool = False,
    record: bool = False,
) -> Done:
    """Do one job; the target is there, whole, when this returns, and untouched when it raises a ``JobError``.

    With ``record`` what a report shows is taken on the way.
    """
    began = time.perf_counter()
    notes = Notes()
    count = 0
    with ExitStack() as stack:
        stack.enter_context(one_thread_for_opencv())
        source = stack.enter_context(Source(job.source, job.span, notes, reading=job.recipe.reading))
        recipe = job.recipe
        sink = _sink(job, source, notes, overwrite=overwrite)
        stack.callback(sink.close)
        cutouts = cutouts_of(stack, recipe.segmenter, recipe.filters, source)
        total = source.total
        recorder = Recorder(total) if record else None
        if recorder is not None:
            cutouts = closed(stack, recorder.cutouts(cutouts))
        progress(Progress(0, total))
        for frame in closed(stack, prefetch(closed(stack, recipe.effect(cutouts)), 1)):
            if recorder is not None:
                recorder.frame(frame)
            sink.write(frame)
            count += 1
            progress(Progress(count, total))
        if count != source.given:
            raise IncompleteError(str(job.target), f"{source.given} frames were read, {count} made of them")
        sink.finish(lambda: progress(Progress(count, None)))
    seen = None if recorder is None else recorder.record()
    return Done(job, count, time.perf_counter() - began, notes.told, tuple(notes.details), seen, notes.damage)


def _sink(job: Job, source: Source, notes: Notes, *, overwrite: bool) -> Sink | SequenceSink:
    """What writes a job's target: a file, or a folder of pictures."""
    encoding = job.recipe.encoding
    if containers.container_of(job.target, encoding.content) == "sequence":
        return SequenceSink(job.target, encoding, source, notes, overwrite=overwrite)
    return Sink(job.target, encoding, source, notes, overwrite=overwrite, flat=job.recipe.effect.flat)


@contextmanager
def one_thread_for_opencv() -> Iterator[None]:
    """Its threads would wait actively for pieces of work too small for them, on the encoder's processors."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def mattes(source: Source, segmenter: Segmenter, filters: Sequence[Filter]) -> Generator[Cutout]:
    """The cutouts of a source, without an effect."""
    with ExitStack() as stack:
        yield from cutouts_of(stack, segmenter, filters, source)


def cutouts_of(
    stack: ExitStack,
    segmenter: Segmenter,
    filters: Sequence[Filter],
    source: Source,
    watched: Callable[[Iterable[Frame]], Iterator[Frame]] = iter,
    wanted: tuple[int, int] | None = None,
) -> Iterator[Cutout]:
    """Decoding, segmenting and filtering, each in a thread of its own, a little ahead of who asks.

    All is closed with the stack; ``watched`` sees every frame that is read. ``wanted`` are the numbers of the first
    frame whose cutout is wanted and of the first behind it whose is not: no stage works on what is of no use to these.
    """

    def reach(after: int) -> int:
        """How many frames to either side the filters from number ``after`` on look."""
        clues = any(stage.clues_window for stage in (segmenter, *filters[:after]))
        return window_of(filters[after:], clues=clues) or 0

    frames: Iterator[Frame] = closed(stack, prefetch(_seen(source, watched)))
    segmenting = segmenter if wanted is None else segmenter.between(wanted[0] - reach(0), wanted[1] + reach(0))
    cutouts = closed(stack, prefetch(closed(stack, segmenting(frames))))
    for n, filter_ in enumerate(filters):
        cutouts = closed(stack, filter_(closed(stack, numbered(cutouts, wanted, reach(n)))))
    return closed(stack, prefetch(closed(stack, numbered(cutouts, wanted))))


def _seen(source: Source, watched: Callable[[Iterable[Frame]], Iterator[Frame]]) -> Iterator[Frame]:
    with closing(cast("Generator[Frame]", source.frames())) as frames:
        yield from watched(frames)


def closed(stack: ExitStack, stream: Iterable[T]) -> Iterator[T]:
    """A stage's generator that is closed with the stack, before what it reads from."""
    return stack.enter_context(closing(cast("Generator[T]", stream)))
