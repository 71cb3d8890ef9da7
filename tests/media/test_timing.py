"""The clock: every picture gets a time later than the one before, the file's own wherever that is possible."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from vidseg.media.timing import Clock


def run(stamps: Iterable[tuple[int | None, int | None]], step: int = 10) -> tuple[list[int], int]:
    clock = Clock(step)
    return [clock.time(pts, dts) for pts, dts in stamps], clock.repaired


def test_good_times_pass_as_they_are() -> None:
    assert run([(0, 0), (10, 10), (25, 20), (26, 25)]) == ([0, 10, 25, 26], 0)


def test_a_late_and_a_negative_start_are_kept() -> None:
    assert run([(700, None), (710, None)])[0] == [700, 710]
    assert run([(-40, None), (-30, None)])[0] == [-40, -30]


def test_reordered_decoding_times_do_not_disturb_good_presentation_times() -> None:
    """B-frames: decoding times stand two frames behind."""
    assert run([(0, -20), (10, -10), (20, 0), (30, 10)]) == ([0, 10, 20, 30], 0)


def test_without_any_times_frames_follow_a_step_apart_from_zero() -> None:
    """As in a bare H.264 stream."""
    assert run([(None, None)] * 4, step=40) == ([0, 40, 80, 120], 4)


def test_a_missing_presentation_time_is_taken_from_the_decoding_time() -> None:
    assert run([(0, 0), (None, 10), (20, 20)]) == ([0, 10, 20], 1)


def test_a_missing_time_without_a_decoding_time_is_a_step_later() -> None:
    assert run([(5, None), (None, None), (25, None)]) == ([5, 15, 25], 1)


def test_a_duplicate_time_is_moved_on_by_a_step() -> None:
    assert run([(0, None), (20, None), (20, None), (40, None)]) == ([0, 20, 30, 40], 1)


def test_a_time_that_falls_back_is_moved_on_by_a_step() -> None:
    assert run([(0, None), (100, None), (50, None), (200, None)]) == ([0, 100, 110, 200], 1)


def test_permuted_presentation_times_lose_to_good_decoding_times() -> None:
    """AVI with B-frames: pts in the order of decoding, dts right. From the first reversal on the dts are believed,
    and where something had run ahead of them, single steps follow."""
    pts = [0, 30, 10, 20, 60, 40, 50, 90]
    times, _ = run(zip(pts, range(0, 80, 10), strict=True))
    # 30 is still believed; the dts 20, 30, ... 70 are each no later than what was given before: a step each
    assert times == [0, 30, 40, 50, 60, 70, 80, 90]


def test_good_presentation_times_win_over_bad_decoding_times() -> None:
    assert run([(0, 0), (10, 0), (20, 0), (30, 0)]) == ([0, 10, 20, 30], 0)


@pytest.mark.parametrize("step", [0, -3])
def test_a_step_is_at_least_one_tick(step: int) -> None:
    assert run([(None, None)] * 3, step=step)[0] == [0, 1, 2]


def test_whatever_comes_in_times_go_forward() -> None:
    bad = [None, 7, 7, -100, None, 3, 10**12, 5, None, 0]
    times, _ = run(zip(bad, reversed(bad), strict=True))
    assert all(later > earlier for earlier, later in pairwise(times))
