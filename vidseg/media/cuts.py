"""Cuts: where a source may be cut into pieces, by its index alone, without decoding it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from vidseg.errors import CutError
from vidseg.job import Job, Piece
from vidseg.media import opening, probe
from vidseg.media.decoding import demuxed

CONTAINERS = {"mov", "mp4", "matroska", "webm"}
"""Those whose demuxers find a key frame where they say it is."""

_ALIVE_EVERY = 2000
"""Packets after which a long scan says that it is alive."""


@dataclass(frozen=True)
class Cuts:
    """The frames of a job: their times on the source's clock, in order, and the numbers of the key frames."""

    times: tuple[int, ...]
    keys: tuple[int, ...]
    time_base: Fraction
    origin: Fraction

    def pieces(self, job: Job, length: Fraction, window: int, folder: Path, lead: int = 0) -> tuple[Piece, ...]:
        """Pieces of about ``length`` seconds; raises ``CutError``.

        They read ``window`` frames more on either side, and ``lead`` more before: it is this reading that begins at a
        key frame, so that nothing is decoded in vain.
        """
        total = len(self.times)
        firsts = self._firsts(job, length, window + lead)
        stops = (*firsts[1:], total)
        made = []
        for number, (first, stop) in enumerate(zip(firsts, stops, strict=True)):
            begin, end = max(first - window - lead, 0), min(stop + max(window, 1), total)
            made.append(
                Piece(
                    job, number, len(firsts), first, stop, begin, end,
                    key=self.times[self.keys[bisect_right(self.keys, begin) - 1]],
                    begin_pts=self.times[begin], first_pts=self.times[first], last_pts=self.times[stop - 1],
                    began=self.times[0] * self.time_base - self.origin - job.span.start,
                    file=folder / f"{number + 1:04}-of-{len(firsts):04}.piece",
                )
            )  # fmt: skip
        return tuple(made)

    def _firsts(self, job: Job, length: Fraction, before: int) -> list[int]:
        """The first frame of each piece: nearest to equal parts, ``before`` frames behind a key frame.

        In the first ``before`` frames, for which all is read from the start, it is at a key frame. No piece is shorter
        than half of what is wanted.
        """
        behind = [key + before for key in self.keys if key + before < len(self.times)]
        starts = [key for key in self.keys if key < before] + behind
        start = self.times[0]
        lasts = (self.times[-1] - start) * self.time_base
        count = max(round(lasts / length), 1)
        firsts = [0]
        least = length / 2 / self.time_base
        for n in range(1, count):
            wanted = start + round(lasts * n / count / self.time_base)
            near = bisect_left(starts, bisect_left(self.times, wanted))
            choices = [start for start in starts[max(near - 1, 0) : near + 1] if start > firsts[-1]]
            if not choices:
                continue
            chosen = min(choices, key=lambda start: abs(self.times[start] - wanted))
            if min(self.times[chosen] - self.times[firsts[-1]], self.times[-1] - self.times[chosen]) >= least:
                firsts.append(chosen)
        if len(firsts) == 1:
            raise CutError(str(job.source), "it has no key frame where it could be cut")
        return firsts


def find(job: Job, alive: Callable[[], None] = lambda: None) -> Cuts:
    """The cuts of a job's source; raises ``CutError`` where cutting isn't safe, ``SourceError``."""
    reading = job.recipe.reading
    with opening.opened(job.source, reading=reading) as container:
        video = probe.main_video(container, job.source, reading)
        if not set(container.format.name.split(",")) & CONTAINERS:
            raise CutError(str(job.source), f"{container.format.name} has no index to trust")
        media = probe.describe(container, video, job.source)
        found = _packets(container, video, job.source, alive)
    shift = media.origin
    inside = [(pts, key) for pts, key in found if job.span.holds(pts * media.time_base - shift)]
    if not inside:
        raise CutError(str(job.source), "it has no frames in this span")
    # a span may begin between key frames: the last one before it is where decoding begins
    times = tuple(pts for pts, _ in inside)
    keys = [n for n, (_, key) in enumerate(inside) if key]
    if not keys or keys[0]:
        if job.span.start == 0:
            raise CutError(str(job.source), "it doesn't begin with a key frame")
        keys.insert(0, 0)
    return Cuts(times, tuple(keys), media.time_base, media.origin)


def _packets(
    container: InputContainer, video: VideoStream, path: Path, alive: Callable[[], None]
) -> list[tuple[int, bool]]:
    """The time of every frame and whether it is a key frame, in the order they are shown."""
    for stream in container.streams:
        if stream is not video:
            stream.discard = Discard.all
    found: list[tuple[int, bool]] = []
    read = 0
    try:
        for number, packet in enumerate(demuxed(container, (video,))):
            if not number % _ALIVE_EVERY:
                alive()
            read += packet.size > 0
            if not packet.size or packet.is_discard:
                continue
            if packet.is_corrupt:
                raise CutError(str(path), "it is damaged")
            if packet.pts is None:
                raise CutError(str(path), "its frames have no times")
            found.append((packet.pts, packet.is_keyframe))
    except av.error.FFmpegError:
        raise CutError(str(path), "it is damaged") from None
    if "mp4" in container.format.name and read < video.frames:
        raise CutError(str(path), "it is cut short")
    found.sort()
    if any(before[0] == after[0] for before, after in pairwise(found)):
        raise CutError(str(path), "two of its frames have one time")
    return found
