"""Boxes: rectangles of blobs drawn by hand."""

from __future__ import annotations

import numpy as np

from vidseg.segmenters import boxes

SIZE = (180, 320)


def blobs(*rectangles: tuple[int, int, int, int]) -> np.ndarray:
    drawn = np.zeros(SIZE, np.float32)
    for left, top, right, bottom in rectangles:
        drawn[top:bottom, left:right] = 1
    return drawn


def test_a_blob_has_its_rectangle() -> None:
    assert boxes.found(blobs((40, 30, 90, 150)), None) == [(40, 30, 90, 150)]


def test_nobody_has_none() -> None:
    assert boxes.found(blobs(), None) == []


def test_two_people_apart_have_two_the_larger_first() -> None:
    assert boxes.found(blobs((10, 40, 60, 160), (200, 20, 300, 170)), None) == [(200, 20, 300, 170), (10, 40, 60, 160)]


def test_two_side_by_side_keep_one_each_though_they_touch() -> None:
    pair = [(64, 20, 120, 170), (10, 40, 60, 160)]
    assert boxes.found(blobs(*pair), None) == pair
    arm = blobs((55, 60, 105, 70)) * 4  # what moves between them belongs to both rectangles, which then overlap
    assert len(boxes.found(blobs((100, 20, 160, 170), (10, 40, 60, 160)), arm)) == 2


def test_one_that_lies_within_another_shares_its_box() -> None:
    drawn = blobs((10, 40, 110, 160))
    drawn[50:150, 20:100] = 0  # a frame around somebody
    drawn[80:140, 30:80] = 1
    assert boxes.found(drawn, None) == [(10, 40, 110, 160)]


def test_what_is_far_smaller_than_the_largest_is_left_out() -> None:
    assert boxes.found(blobs((10, 40, 110, 160), (250, 20, 270, 40)), None) == [(10, 40, 110, 160)]


def test_a_limb_that_moves_and_hangs_together_enlarges_the_box() -> None:
    moving = blobs((90, 80, 120, 100)) * 4
    (box,) = boxes.found(blobs((40, 30, 90, 150)), moving)
    assert box[:2] == (40, 30)
    assert 115 <= box[2] <= 125


def test_what_moves_elsewhere_does_not() -> None:
    assert boxes.found(blobs((40, 30, 90, 150)), blobs((200, 80, 260, 140)) * 4) == [(40, 30, 90, 150)]


def test_a_square_lies_around_and_inside_the_frame() -> None:
    assert list(boxes.squares([(100, 60, 140, 140)], (320, 180), (640, 360), 0.25)) == [(120, 80, 360, 320)]
    assert list(boxes.squares([(0, 60, 40, 140)], (320, 180), (640, 360), 0.25)) == [(0, 80, 240, 320)]


def test_a_square_larger_than_the_frame_is_cut() -> None:
    assert list(boxes.squares([(0, 0, 320, 180)], (320, 180), (640, 360), 0.25)) == [(0, 0, 640, 360)]
