"""Render: a file whole, or no file and no trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg.effects.replace import Replace
from vidseg.errors import IncompleteError, SourceError, VidsegError, WriteError
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import FULL, Cutout, Frame
from vidseg.job import Encoding, Job, Progress, Reading, Recipe, Span
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.render import mattes, render
from vidseg.stages import Effect, Filter, Segmenter
from vidseg.testing import Clip, Disc, FailsAt

FRAMES = 10


@dataclass(frozen=True)
class BreakingSegmenter(Segmenter):
    """Finds nobody until, at a frame, it raises."""

    index: int
    error: type[BaseException] = RuntimeError

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        for frame in frames:
            if frame.index == self.index:
                raise self.error("as asked")
            yield Cutout(frame, np.zeros((8, 8), np.float32))


@dataclass(frozen=True)
class BreakingFilter(Filter):
    """Passes mattes on until, at a frame, it raises."""

    index: int
    error: type[BaseException] = RuntimeError

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        for cutout in cutouts:
            if cutout.frame.index == self.index:
                raise self.error("as asked")
            yield cutout


@dataclass(frozen=True)
class Loses(Effect):
    """Gives no frame back at all: a broken effect."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        for _ in cutouts:
            continue
        yield from ()


@dataclass(frozen=True)
class LosesOne(Effect):
    """Gives all frames back but one."""

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        for cutout in cutouts:
            if cutout.frame.index != 4:
                yield cutout.frame


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return Clip(frames=FRAMES).write(tmp_path / "in" / "clip.mkv")


def job(
    clip: Path,
    *,
    effect: Effect | None = None,
    segmenter: Segmenter | None = None,
    filters: tuple[Filter, ...] = (Enlarge(),),
    span: Span | None = None,
    name: str = "clip.mkv",
) -> Job:
    recipe = Recipe(segmenter or Disc(), filters, effect or Replace("green"), Encoding(preset="ultrafast"))
    return Job(clip, clip.parents[1] / "out" / name, recipe, span or Span())


def left(job: Job) -> list[str]:
    """What is in the output's folder, hidden files included."""
    return [path.name for path in job.target.parent.iterdir()]


def decoded(path: Path) -> list[tuple[Fraction, list[bytes]]]:
    with av.open(str(path)) as container:
        return [
            (Fraction(one.pts or 0) * Fraction(one.time_base or 0), [bytes(plane) for plane in one.planes])
            for one in container.decode(video=0)
        ]


def test_the_output_is_there_and_nothing_else(clip: Path) -> None:
    one = job(clip)
    done = render(one)
    assert left(one) == ["clip.mkv"]
    assert done.job == one
    assert done.frames == len(decoded(one.target)) == FRAMES


def test_every_frame_keeps_its_time(tmp_path: Path) -> None:
    times = [0, 1, 5, 6, 40, 41, 100]
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    clip = Clip(times=times, time_base=Fraction(1, 1000)).write(tmp_path / "in" / "uneven.mkv")
    one = job(clip)
    render(one)
    assert [time for time, _ in decoded(one.target)] == [Fraction(time, 1000) for time in times]


def test_progress_counts_every_frame_and_knows_how_many_there_are(clip: Path) -> None:
    seen: list[Progress] = []
    render(job(clip), seen.append)
    assert seen == [Progress(n, FRAMES) for n in range(FRAMES + 1)]


def test_a_span_is_rendered_from_time_0(clip: Path) -> None:
    one = job(clip, span=Span(Fraction(2, 25), Fraction(6, 25)))
    assert render(one).frames == 4
    assert [time for time, _ in decoded(one.target)] == [Fraction(n, 25) for n in range(4)]


def test_the_same_job_gives_the_same_pictures(clip: Path) -> None:
    one, other = job(clip, name="one.mkv"), job(clip, name="other.mkv")
    render(one)
    render(other)
    assert decoded(one.target) == decoded(other.target)


BREAKING: dict[str, Callable[[int, type[BaseException]], dict[str, Any]]] = {
    "effect": lambda index, error: {"effect": FailsAt(index, error)},
    "segmenter": lambda index, error: {"segmenter": BreakingSegmenter(index, error)},
    "filter": lambda index, error: {"filters": (Enlarge(), BreakingFilter(index, error))},
}
every_place = pytest.mark.parametrize("place", BREAKING)
every_error = pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, MemoryError])


@every_place
@every_error
@pytest.mark.parametrize("index", [0, 5, FRAMES - 1])
def test_a_stage_that_raises_leaves_no_file_and_no_trace(
    clip: Path, place: str, error: type[BaseException], index: int
) -> None:
    one = job(clip, **BREAKING[place](index, error))
    with pytest.raises(error, match="as asked"):
        render(one)
    assert left(one) == []


@every_place
def test_a_stage_that_raises_leaves_an_output_that_was_there(clip: Path, place: str) -> None:
    one = job(clip, **BREAKING[place](5, RuntimeError))
    one.target.write_bytes(b"from an earlier run")
    with pytest.raises(RuntimeError):
        render(one, overwrite=True)
    assert left(one) == ["clip.mkv"]
    assert one.target.read_bytes() == b"from an earlier run"


def test_a_caller_who_raises_leaves_no_trace(clip: Path) -> None:
    def gives_up(now: Progress) -> None:
        if now.frames == 3:
            raise KeyboardInterrupt

    one = job(clip)
    with pytest.raises(KeyboardInterrupt):
        render(one, gives_up)
    assert left(one) == []


def test_an_effect_that_loses_all_frames_is_found_out(clip: Path) -> None:
    one = job(clip, effect=Loses())
    with pytest.raises(IncompleteError):
        render(one)
    assert left(one) == []


def test_an_effect_that_loses_one_frame_is_found_out(clip: Path) -> None:
    one = job(clip, effect=LosesOne())
    with pytest.raises(IncompleteError):
        render(one)
    assert left(one) == []


def test_a_source_that_is_no_video_fails_without_a_trace(clip: Path) -> None:
    clip.write_text("no video")
    one = job(clip)
    with pytest.raises(SourceError):
        render(one)
    assert left(one) == []


def test_a_span_without_frames_fails_without_a_trace(clip: Path) -> None:
    one = job(clip, span=Span(Fraction(100)))
    with pytest.raises(SourceError, match="--start"):
        render(one)
    assert left(one) == []


def test_an_output_that_appeared_meanwhile_is_left_alone(clip: Path) -> None:
    one = job(clip)

    def sneaks_in(now: Progress) -> None:
        if now.frames == 1:
            one.target.write_bytes(b"somebody else's")

    with pytest.raises(WriteError, match="meanwhile"):
        render(one, sneaks_in)
    assert left(one) == ["clip.mkv"]
    assert one.target.read_bytes() == b"somebody else's"


def test_overwriting_replaces_what_was_there(clip: Path) -> None:
    one = job(clip)
    one.target.write_bytes(b"from an earlier run")
    render(one, overwrite=True)
    assert len(decoded(one.target)) == FRAMES


def test_an_output_folder_that_is_gone_is_an_error_of_ours(clip: Path) -> None:
    one = job(clip)
    one.target.parent.rmdir()
    with pytest.raises(VidsegError):
        render(one)


def test_the_source_is_not_changed(clip: Path) -> None:
    before = clip.read_bytes(), clip.stat().st_mtime_ns
    render(job(clip))
    assert (clip.read_bytes(), clip.stat().st_mtime_ns) == before


@dataclass(frozen=True)
class Where(Filter):
    """Notes the thread in which it works; ``of`` is what for."""

    of: str
    seen: dict[str, set[int]]

    def __call__(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.seen.setdefault(self.of, set()).add(threading.get_ident())
            yield item


@dataclass(frozen=True)
class WhereEffect(Effect):
    """The same, as an effect that changes nothing."""

    seen: dict[str, set[int]]

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        for cutout in Where("effect", self.seen)(cutouts):
            yield cutout.frame


@dataclass(frozen=True)
class WhereDisc(Disc):
    """The same, as a segmenter."""

    seen: dict[str, set[int]] = field(default_factory=dict)

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        yield from Where("segmenter", self.seen)(super().__call__(frames))


def test_decoding_segmenting_filtering_compositing_and_encoding_each_have_a_thread(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, set[int]] = {}
    frames, write = Source.frames, Sink.write
    monkeypatch.setattr(Source, "frames", lambda source: Where("source", seen)(frames(source)))

    def watched(sink: Sink, frame: Frame) -> None:
        seen.setdefault("sink", set()).add(threading.get_ident())
        write(sink, frame)

    monkeypatch.setattr(Sink, "write", watched)
    filters = (Enlarge(), Where("filter", seen))
    render(job(clip, segmenter=WhereDisc(seen=seen), filters=filters, effect=WhereEffect(seen)))
    assert {name: len(threads) for name, threads in seen.items()} == dict.fromkeys(seen, 1)
    assert len(set.union(*seen.values())) == len(seen) == 5


def test_an_encoder_that_fails_ends_all_and_leaves_no_trace(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(sink: Sink, frame: Frame) -> None:
        if frame.index == 4:
            raise WriteError(str(sink.target), "the disk is full")

    monkeypatch.setattr(Sink, "write", full)
    one = job(clip)
    with pytest.raises(WriteError, match="the disk is full"):
        render(one)
    assert left(one) == []


@pytest.mark.parametrize("scale", [Fraction(1, 2), Fraction(1, 3)])
def test_a_proxy_is_smaller_and_else_the_same(clip: Path, scale: Fraction) -> None:
    one = job(clip)
    one = replace(one, recipe=replace(one.recipe, reading=Reading(scale)))
    assert render(one).frames == FRAMES
    with av.open(str(one.target)) as written, av.open(str(clip)) as read:
        assert (written.streams.video[0].width, written.streams.video[0].height) == (
            (32, 24) if scale == Fraction(1, 2) else (22, 16)
        )
        assert [f.time for f in written.decode(video=0)] == [f.time for f in read.decode(video=0)]


def test_mattes_come_with_their_frames_in_order(clip: Path) -> None:
    with Source(clip) as source:
        cutouts = list(mattes(source, Disc(), (Enlarge(),)))
    assert [cutout.frame.index for cutout in cutouts] == list(range(FRAMES))
    assert cutouts[0].matte.shape == (48, 64)
    assert cutouts[0].matte[24, 32] == FULL
    assert cutouts[0].matte[0, 0] == 0


def test_mattes_may_be_left_early(clip: Path) -> None:
    with Source(clip) as source, closing(mattes(source, Disc(), (Enlarge(),))) as cutouts:
        assert len(list(islice(cutouts, 3))) == 3
