"""Finding: every second frame is looked at, and the others know what it saw, where that has gone."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.motion.conftest import HEIGHT, WIDTH, frame, texture
from vidseg.frame import Cutout
from vidseg.motion.watch import watched
from vidseg.segmenters import finding, stretches
from vidseg.segmenters.network import Network


class Bright:
    """Sees what is bright, and counts how often it looks."""

    width, height = 160, 90

    def __init__(self) -> None:
        self.looks = 0

    def matte(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.looks += 1
        return (rgb[:, :, 1] > 190).astype(np.float32)


def scene(count: int, cut: int) -> tuple[list[Cutout], list[NDArray[np.bool_]]]:
    """A bright textured disc that walks before a darker wall, and from ``cut`` on another one elsewhere."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    cutouts, truths = [], []
    for n in range(count):
        second = n >= cut
        middle = 230 - 4 * n if second else 80 + 4 * n
        disc = np.hypot(rows - HEIGHT / 2, columns - middle) < 40
        wall, coat = (texture(2 * second + k, HEIGHT, 2 * WIDTH) for k in (0, 1))
        shift = round(middle)
        cloth = 205 + 25 * np.tanh((coat[:, WIDTH - shift : 2 * WIDTH - shift] - 128) / 45)
        luma = np.where(disc, cloth, wall[:, :WIDTH] * 0.6)
        cutouts.append(Cutout(frame(luma, n), np.zeros((1, 1), np.float32)))
        truths.append(disc)
    return cutouts, truths


def found(cutouts: list[Cutout]) -> tuple[list[Cutout], int]:
    finder = Bright()
    made = list(finding.found(watched(cutouts), cast("Network", finder)))
    return made, finder.looks


def test_half_of_the_frames_are_looked_at_and_all_know_where_the_person_is() -> None:
    cutouts, truths = scene(20, 11)
    made, looks = found(cutouts)
    assert 10 <= looks <= 13
    for cutout, truth in zip(made, truths, strict=True):
        seen = cutout.matte > 0.5
        assert cutout.matte.shape == truth.shape
        assert (seen & truth).sum() / (seen | truth).sum() > 0.9


def test_if_it_is_to_it_looks_at_each() -> None:
    cutouts, truths = scene(8, 8)
    finder = Bright()
    for cutout, truth in zip(
        finding.found(watched(cutouts), cast("Network", finder), every_frame=True), truths, strict=True
    ):
        seen = cutout.matte > 0.5
        assert (seen & truth).sum() / (seen | truth).sum() > 0.9
    assert finder.looks == 8


def test_where_a_shot_begins_it_looks() -> None:
    for cut in (9, 10):
        cutouts, truths = scene(14, cut)
        made, _ = found(cutouts)
        clues = made[cut].clues
        assert clues is not None
        assert clues.begins
        seen = made[cut].matte > 0.5
        assert (seen & truths[cut]).sum() / (seen | truths[cut]).sum() > 0.9


def test_frames_without_times_of_their_own_are_followed_for_one_frame_at_most() -> None:
    cutouts, _ = scene(10, 10)
    still = [replace(one, frame=replace(one.frame, pts=0)) for one in cutouts]
    _, looks = found(still)
    assert looks >= 5


@pytest.mark.parametrize("first", [3, 4])
def test_from_the_middle_it_gives_what_it_gives_from_the_start(first: int) -> None:
    cutouts, _ = scene(16, 16)
    whole, _ = found(cutouts)
    part, _ = found(cutouts[first:])
    before = 3 + stretches.BEFORE
    for one, other in zip(whole[first + before :], part[before:], strict=True):
        assert np.array_equal(one.matte, other.matte)


def test_without_clues_a_frame_that_is_left_out_has_all_that_is_seen_around_it() -> None:
    cutouts, truths = scene(13, 13)
    finder = Bright()
    made = list(finding.found_without_clues((one.frame for one in cutouts), cast("Network", finder)))
    assert [one.frame.index for one in made] == list(range(13))
    assert finder.looks <= 8
    for cutout, truth in zip(made, truths, strict=True):
        seen = cv2.resize(cutout.matte, (WIDTH, HEIGHT)) > 0.5
        assert (seen & truth).sum() / truth.sum() > 0.95
        assert (seen & ~truth).sum() / truth.sum() < 0.15


def test_without_clues_too_it_gives_from_the_middle_what_it_gives_from_the_start() -> None:
    cutouts, _ = scene(16, 16)
    frames = [one.frame for one in cutouts]
    for first, stop in ((3, 13), (4, 12), (0, 11)):
        whole = list(finding.found_without_clues(frames, cast("Network", Bright())))
        part = list(finding.found_without_clues(frames[first:stop], cast("Network", Bright())))
        before = stretches.BEFORE + 1 if first else 0
        for one, other in zip(whole[first + before : stop - 1], part[before:-1], strict=True):
            assert np.array_equal(one.matte, other.matte)
