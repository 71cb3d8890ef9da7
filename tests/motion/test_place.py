"""Place: a motion that is known is found, whatever a third of the picture does."""

from __future__ import annotations

import numpy as np
import pytest

from vidseg.motion.place import carried, grid, motion_of, unexplained

SIZE = (90, 160)


def flow_of(motion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float64)
    there = np.stack([columns, rows, np.ones(SIZE)], -1) @ motion.T
    return (there[..., 0] - columns).astype(np.float32), (there[..., 1] - rows).astype(np.float32)


MOTION = np.array([[1.02, -0.03, 4.0], [0.01, 0.98, -2.5], [0, 0, 1]])


def test_an_affine_motion_is_found() -> None:
    found = motion_of(flow_of(MOTION), grid(np.ones(SIZE, np.bool_), 6))
    assert found is not None
    assert np.allclose(found, MOTION, atol=2e-3)


def test_a_third_that_goes_elsewhere_does_not_change_it() -> None:
    flow = flow_of(MOTION)
    for one, more in zip(flow, (9, -7), strict=True):
        one[:, :53] += more
    found = motion_of(flow, grid(np.ones(SIZE, np.bool_), 6))
    assert found is not None
    corners = np.array([[0, 0, 1], [160, 0, 1], [0, 90, 1], [160, 90, 1]], np.float64)
    assert np.abs((corners @ found.T - corners @ MOTION.T)[:, :2]).max() < 0.3


def test_what_goes_elsewhere_is_unexplained() -> None:
    flow = flow_of(MOTION)
    for one, more in zip(flow, (1.2, -1.2), strict=True):
        one[:, :53] += more  # 1.7 points
    flow[0][:, 120:] += 1
    part = np.zeros(SIZE, np.bool_)
    part[20:60] = True
    away = np.zeros(SIZE, np.bool_)
    away[20:60, :53] = True
    assert np.array_equal(unexplained(flow, grid(part, 1), MOTION), grid(away, 1))


def test_of_too_few_points_no_motion_is_made() -> None:
    part = np.zeros(SIZE, np.bool_)
    part[:12, :12] = True
    assert motion_of(flow_of(MOTION), grid(part, 6)) is None


def test_what_is_carried_lies_where_the_motion_says() -> None:
    grey = np.random.default_rng(0).uniform(0, 255, SIZE).astype(np.float32)
    moved = carried(grey, np.array([[1, 0, 3], [0, 1, -2], [0, 0, 1]], np.float64))
    assert np.allclose(moved[2:, :-3], grey[:-2, 3:])
    assert (moved[:2] < 0).all()
    assert (moved[:, -3:] < 0).all()


@pytest.mark.parametrize("step", [2, 6])
def test_the_step_does_not_change_what_is_found(step: int) -> None:
    found = motion_of(flow_of(MOTION), grid(np.ones(SIZE, np.bool_), step))
    assert found is not None
    assert np.allclose(found, MOTION, atol=2e-3)
