"""Evidence: a piece of the wall that was taken for the person is found out, where anything moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.conftest import HEIGHT, WIDTH, Scene, frame, texture
from vidseg.frame import Cutout
from vidseg.motion.evidence import weighed, witnessed
from vidseg.motion.watch import watched

CLAIMED = (slice(70, 110), slice(85, 140))
"""A part of the wall that the mattes claim, which hangs together with the disc."""


def claimed(cutouts: list[Cutout]) -> list[Cutout]:
    out = []
    for cutout in cutouts:
        matte = cutout.matte * np.float32(0.97)
        matte[70:110, 85:185] = 0.97
        out.append(replace(cutout, matte=matte))
    return out


@pytest.mark.parametrize(("pan", "walk"), [(2, -3), (0, -3), (2, 0)])
def test_what_goes_with_the_place_is_taken_out_and_the_person_stays(scene: Scene, pan: float, walk: float) -> None:
    cutouts, truths = scene(pan=pan, walk=walk)
    made = list(witnessed(watched(claimed(cutouts))))[12]
    matte = weighed(made.matte, made.clues, 2.5, 0.6)
    assert matte[CLAIMED].mean() < 0.2
    assert matte[truths[12] > 0].mean() > 0.9


def test_where_nothing_moves_nothing_is_changed(scene: Scene) -> None:
    cutouts, _ = scene(pan=0, walk=0)
    made = list(witnessed(watched(claimed(cutouts))))[12]
    assert np.abs(weighed(made.matte, made.clues, 2.5, 0.6) - made.matte).max() < 0.02


def test_what_moves_by_itself_is_seen_to(scene: Scene) -> None:
    cutouts, truths = scene()
    clues = list(witnessed(watched(cutouts)))[12].clues
    assert clues is not None
    assert clues.moving is not None
    assert clues.still is not None
    inner = np.zeros((HEIGHT, WIDTH), np.bool_)
    inner[10:-10, 40:-40] = True
    disc = truths[12] > 0
    assert clues.moving[disc].mean() > 10 * clues.moving[inner & ~disc].mean()
    assert clues.still[inner & ~disc].mean() > 3 * clues.still[disc].mean()


def test_of_those_that_nobody_has_looked_at_there_is_none_and_the_others_have_theirs(scene: Scene) -> None:
    cutouts = list(watched(claimed(scene(pan=2, walk=-3)[0])))
    left = [replace(one, seen=n % 2 == 0) for n, one in enumerate(cutouts)]
    for n, (one, other) in enumerate(zip(witnessed(left), witnessed(cutouts), strict=True)):
        assert one.clues is not None
        assert other.clues is not None
        assert other.clues.against is not None
        if n % 2:
            assert one.clues is cutouts[n].clues
        else:
            assert one.clues.against is not None
            assert np.array_equal(one.clues.against, other.clues.against)


def test_without_evidence_a_matte_stays_as_it_is() -> None:
    matte = np.random.default_rng(0).random((18, 32), np.float32)
    assert weighed(matte, None, 2.5, 0.6) is matte


def test_who_only_sways_before_a_camera_that_stands_keeps_what_stands_still_of_him(scene: Scene) -> None:
    cutouts, truths = scene(pan=0, walk=-0.5)
    made = list(witnessed(watched(claimed(cutouts))))[12]
    matte = weighed(made.matte, made.clues, 2.5, 0.6)
    assert matte[CLAIMED].mean() > 0.8
    assert matte[truths[12] > 0].mean() > 0.9


def test_what_a_shot_s_first_frame_shows_of_the_place_does_not_move_because_it_is_hidden_later(scene: Scene) -> None:
    cutouts, truths = scene(pan=0, walk=-3)
    first = next(iter(witnessed(watched(cutouts)))).clues
    assert first is not None
    assert first.moving is not None
    person, later = truths[0] > 0, truths[4] > 0
    assert first.moving[later & ~person].mean() < 0.2
    assert first.moving[person & ~later].mean() > 2


def test_of_two_who_hide_each_other_neither_is_taken_for_the_place() -> None:
    wall, cloth = texture(0, HEIGHT, WIDTH), texture(1, 2 * HEIGHT, WIDTH)
    rows = np.mgrid[:HEIGHT, :WIDTH][0]
    cutouts = []
    for n in range(24):
        up, down = 90 - 3 * (n - 12), 90 + (n - 12)
        behind, before = (np.zeros((HEIGHT, WIDTH), np.bool_) for _ in range(2))
        behind[up - 50 : up + 50, 60:260] = True
        before[down - 45 : down + 45, 115:205] = True
        quick = cloth[HEIGHT - up : 2 * HEIGHT - up]
        plain = 128 + 0.5 * (rows - down) + 0.03 * (cloth[HEIGHT - down : 2 * HEIGHT - down] - 128)
        luma = np.where(before, plain, np.where(behind, quick, wall))
        cutouts.append(Cutout(frame(luma, n), (behind | before).astype(np.float32)))
    clues = list(witnessed(watched(cutouts)))[12].clues
    assert clues is not None
    assert clues.against is not None
    assert clues.against[50:130, 120:200].mean() < 0.8  # 1.9 by the motion of the one behind alone


def test_who_sways_and_moves_an_arm_much_keeps_the_foot_that_stands_still() -> None:
    wall, coat, sleeve = texture(0, HEIGHT, WIDTH), texture(1, HEIGHT, 2 * WIDTH), texture(2, 2 * HEIGHT, WIDTH)
    cutouts = []
    for n in range(24):
        sway, up = round(60 - 0.5 * (n - 12)), round(75 - 1.75 * (n - 12))
        body, arm, foot = (np.zeros((HEIGHT, WIDTH), np.bool_) for _ in range(3))
        body[8:142, sway : sway + 200] = True
        arm[up - 42 : up + 42, sway + 50 : sway + 160] = True
        foot[142:172, 120:160] = True
        luma = np.where(body, coat[:, WIDTH - sway : 2 * WIDTH - sway], np.where(foot, 255 - wall, wall))
        luma = np.where(arm, sleeve[HEIGHT - up : 2 * HEIGHT - up], luma)
        cutouts.append(Cutout(frame(luma, n), (body | foot).astype(np.float32) * np.float32(0.97)))
    made = list(witnessed(watched(cutouts)))[12]
    assert weighed(made.matte, made.clues, 2.5, 0.6)[150:170, 123:157].mean() > 0.8
