"""Estimate: sizes by the container's word, time and bytes by a trial that leaves nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from vidseg.estimate import Size, estimate, size
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Encoding, Job, Recipe, Span
from vidseg.testing import Clip, Disc, FailsAt

RECIPE = Recipe(Disc(), (Enlarge(),), FailsAt(10**9), Encoding(preset="ultrafast"))


def job(source: Path, recipe: Recipe = RECIPE, span: Span | None = None) -> Job:
    return Job(source, source.with_name("out.mp4"), recipe, span or Span())


def test_a_size_is_that_of_the_span(tmp_path: Path) -> None:
    clip = Clip(frames=50).write(tmp_path / "a.mp4")
    whole = size(job(clip))
    assert whole == Size(64, 48, 50, Fraction(2), clip.stat().st_size)
    part = size(job(clip, span=Span(Fraction(1, 2), Fraction(9))))
    assert part is not None
    assert (part.frames, part.seconds) == (38, Fraction(3, 2))


def test_what_can_not_be_read_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no video")
    assert size(job(tmp_path / "a.mp4")) is None
    assert size(job(tmp_path / "gone.mp4")) is None


def test_the_first_job_that_can_be_done_is_tried_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no video")
    clip = Clip(frames=50).write(tmp_path / "b.mp4")
    failing = Recipe(Disc(), (Enlarge(),), FailsAt(0), Encoding())
    jobs = [job(tmp_path / "a.mp4"), job(clip, failing), job(clip)]
    before = sorted(tmp_path.iterdir())
    guess = estimate(jobs, [size(one) for one in jobs])
    assert guess is not None
    assert guess.seconds > 0
    assert 0 < guess.output < 8
    assert sorted(tmp_path.iterdir()) == before
    assert estimate(jobs[:2], [size(one) for one in jobs[:2]]) is None
