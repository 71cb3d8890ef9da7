"""Tasks: whether there is room for one is looked at by the job's own rules."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.test_piecing import RECIPE
from vidseg import heap
from vidseg.job import Failed, Job, Reading
from vidseg.room import LEAST, Room
from vidseg.tasks import Begin, Large, Terms, perform
from vidseg.testing import Clip

SMALL = Room(LEAST // 2, all=False)


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    source = Clip(frames=3).write(tmp_path / "a.mp4")
    return Begin(Job(source, tmp_path / "b.mp4", RECIPE), Terms(piece=Fraction(30)), tmp_path / "pieces")


def test_what_takes_more_than_its_part_of_the_memory_is_not_begun(begin: Begin) -> None:
    answer = perform(begin, room=SMALL)
    assert isinstance(answer, Large)
    assert answer.shares == 3  # 500 MB and a little, of 250 MB each
    assert not begin.job.target.exists()


def test_what_the_job_s_own_limits_refuse_is_refused_and_not_put_off(begin: Begin) -> None:
    strict = replace(begin.job, recipe=replace(RECIPE, reading=Reading(most_pixels=10)))
    answer = perform(replace(begin, job=strict), room=SMALL)
    assert isinstance(answer, Failed)
    assert "--max-pixels" in answer.reason


def test_after_a_task_what_is_free_goes_back_to_the_system_also_if_it_failed(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(heap, "give_back", lambda: given_back.append(begin.job.target.exists()))
    perform(begin)
    strict = replace(begin.job, recipe=replace(RECIPE, reading=Reading(most_pixels=10)))
    perform(replace(begin, job=strict))
    assert given_back == [True, True]
