"""Estimate: how long jobs will take and how large their outputs will be, by a short trial of the first one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from vidseg.errors import VidsegError
from vidseg.job import Job, Span
from vidseg.media import probe
from vidseg.media.containers import output_of
from vidseg.render import render

TRIAL = Fraction(1)
"""Seconds of the first job's middle that are tried."""


@dataclass(frozen=True)
class Size:
    """What a job has before it: frames, seconds, pixels of a frame, and the bytes of its source; None where unknown."""

    width: int
    height: int
    frames: int | None
    seconds: Fraction | None
    source: int

    @property
    def pixels(self) -> int:
        """Of all frames together, 0 where they aren't known."""
        return self.width * self.height * (self.frames or 0)


@dataclass(frozen=True)
class Estimate:
    """Seconds of one worker, and bytes, for a pixel of a frame."""

    seconds: float
    output: float


def size(job: Job) -> Size | None:
    """By what the source's container says; None where it can't be read."""
    try:
        media = probe.probe(job.source, job.recipe.reading)
        length = job.source.stat().st_size
    except (VidsegError, OSError):
        return None
    seconds, frames = media.duration, media.frames
    if seconds is not None and job.span != Span():
        end = seconds if job.span.end is None else min(job.span.end, seconds)
        seconds = max(end - job.span.start, Fraction(0))
        frames = round(seconds * media.rate)
    return Size(media.width, media.height, frames, seconds, length)


def estimate(jobs: Sequence[Job], sizes: Sequence[Size | None]) -> Estimate | None:
    """By doing a second of the first job that can be done, to a folder that is thrown away; None where none can."""
    for job, known in zip(jobs, sizes, strict=True):
        if known is None or not known.pixels or known.seconds is None:
            continue
        start = job.span.start + max(known.seconds - TRIAL, Fraction(0)) / 2
        with tempfile.TemporaryDirectory(prefix="vidseg-") as folder:
            place = Path(folder, "trial").with_suffix(output_of(job).suffix)
            target = place if output_of(job) == job.target else place / job.target.name
            trial = replace(job, target=target, span=Span(start, start + TRIAL))
            try:
                done = render(trial)
            except Exception:  # noqa: S112 - what fails is told when it is done in earnest
                continue
            pixels = done.frames * known.width * known.height
            files = place.iterdir() if place.is_dir() else (place,)
            return Estimate(done.seconds / pixels, sum(file.stat().st_size for file in files) / pixels)
    return None
