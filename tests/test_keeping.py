"""Keeping: what stays in a folder after a run, and what doesn't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import pytest

from vidseg.errors import TargetError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Failed, Job, Recipe, Skipped
from vidseg.keeping import Keeping
from vidseg.manifest import Earlier, History
from vidseg.pieces import folder_for, pieces_of
from vidseg.tasks import Terms
from vidseg.testing import Disc, FailsAt

TERMS = Terms(piece=Fraction(30))


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    recipe = Recipe(Disc(), (Enlarge(),), FailsAt(0))
    made = []
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"")
        made.append(Job(tmp_path / name, tmp_path / f"out-{name}", recipe))
    return made


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"a.mp4", "b.mp4"}


@contextmanager
def interrupted(jobs: list[Job]) -> Iterator[Keeping]:
    """A run that Ctrl-C ends after what is inside."""
    with suppress(KeyboardInterrupt), Keeping(jobs, None, TERMS) as kept:
        yield kept
        raise KeyboardInterrupt


def begin(job: Job, *, finished: bool) -> Path:
    """What a worker leaves that was at a piece."""
    folder = folder_for(job, TERMS.piece)
    folder.mkdir()
    (folder / ".vidseg-00.part").write_bytes(b"")
    if finished:
        (folder / "0001-of-0002.piece").write_bytes(b"")
    (job.target.parent / ".vidseg-11.part").write_bytes(b"")
    return folder


def test_a_folder_for_outputs_keeps_its_manifest(jobs: list[Job], tmp_path: Path) -> None:
    with Keeping(jobs, tmp_path, TERMS) as kept:
        for job in jobs:
            kept.begun(job)
            kept.ended(Done(job, 1, 1.0))
        kept.ended(Skipped(jobs[0]))
    assert names(tmp_path) == {".vidseg.jsonl"}


@pytest.mark.parametrize("many", [True, False])
def test_among_the_user_s_files_nothing_stays_after_an_orderly_end(jobs: list[Job], tmp_path: Path, many: bool) -> None:
    some = jobs if many else jobs[:1]
    with Keeping(some, None, TERMS) as kept:
        for job in some:
            kept.begun(job)
            begin(job, finished=True)
            kept.ended(Failed(job, "why"))
        assert len(names(tmp_path)) > 1
    assert names(tmp_path) == set()


def test_an_interruption_keeps_what_can_be_used_again(jobs: list[Job], tmp_path: Path) -> None:
    with interrupted(jobs) as kept:
        kept.begun(jobs[0])
        begin(jobs[0], finished=False)
        kept.begun(jobs[1])
        folder = begin(jobs[1], finished=True)
    assert names(tmp_path) == {".vidseg.jsonl", folder.name}
    assert [path.name for path in folder.iterdir()] == ["0001-of-0002.piece"]


def test_an_interruption_before_anything_was_done_keeps_nothing(jobs: list[Job], tmp_path: Path) -> None:
    with interrupted(jobs) as kept:
        kept.begun(jobs[0])
    assert names(tmp_path) == set()


def test_after_an_interruption_what_is_done_is_remembered(jobs: list[Job], tmp_path: Path) -> None:
    with interrupted(jobs) as kept:
        kept.begun(jobs[0])
        kept.ended(Done(jobs[0], 1, 1.0))
    assert names(tmp_path) == {".vidseg.jsonl"}


def test_an_output_that_a_worker_named_before_it_could_say_so_is_remembered(jobs: list[Job], tmp_path: Path) -> None:
    with interrupted(jobs) as kept:
        for job in jobs:
            kept.begun(job)
        jobs[0].target.write_bytes(b"whole")
    assert names(tmp_path) == {".vidseg.jsonl", jobs[0].target.name}
    assert History(None)(jobs[0]) == Earlier(done=True)


def test_a_folder_for_outputs_remembers_what_was_begun_for_a_cluster_may_still_end_it(
    jobs: list[Job], tmp_path: Path
) -> None:
    with suppress(KeyboardInterrupt), Keeping(jobs, tmp_path, TERMS) as kept:
        kept.begun(jobs[0])
        raise KeyboardInterrupt
    jobs[0].target.write_bytes(b"whole")
    assert History(tmp_path)(jobs[0]) == Earlier(done=True)


def test_pieces_of_another_recipe_are_removed_at_the_beginning(jobs: list[Job], tmp_path: Path) -> None:
    mine = begin(jobs[0], finished=True)
    other = tmp_path / f"{pieces_of(jobs[0].target)}0123456789abcdef"
    other.mkdir()
    somebody_s = tmp_path / f"{pieces_of(tmp_path / 'c.mp4')}0123456789abcdef"
    somebody_s.mkdir()
    with Keeping(jobs, tmp_path, TERMS):
        assert names(tmp_path) == {".vidseg.jsonl", mine.name, somebody_s.name}
    assert names(tmp_path) == {".vidseg.jsonl", mine.name, somebody_s.name}


def test_a_folder_for_outputs_in_which_nothing_was_begun_is_left_as_it_was(jobs: list[Job], tmp_path: Path) -> None:
    with Keeping(jobs, tmp_path, TERMS):
        begin(jobs[0], finished=False)
    assert names(tmp_path) == set()


def test_a_second_run_is_kept_out_and_opens_nothing(jobs: list[Job], tmp_path: Path) -> None:
    with (
        Keeping(jobs, tmp_path, TERMS),
        pytest.raises(TargetError, match="another run"),
        Keeping(jobs, tmp_path, TERMS),
    ):
        pytest.fail("it was let in")
    with Keeping(jobs, tmp_path, TERMS):
        pass


def test_two_files_of_one_folder_can_be_done_by_two_runs(jobs: list[Job]) -> None:
    with Keeping(jobs[:1], None, TERMS), Keeping(jobs[1:], None, TERMS):
        pass
