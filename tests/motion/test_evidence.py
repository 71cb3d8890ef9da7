"""Evidence: a piece of the wall that was taken for the person is found out, where anything moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.conftest import HEIGHT, WIDTH, Scene
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


def test_without_evidence_a_matte_stays_as_it_is() -> None:
    matte = np.random.default_rng(0).random((18, 32), np.float32)
    assert weighed(matte, None, 2.5, 0.6) is matte


def test_who_only_sways_before_a_camera_that_stands_keeps_what_stands_still_of_him(scene: Scene) -> None:
    cutouts, truths = scene(pan=0, walk=-0.5)
    made = list(witnessed(watched(claimed(cutouts))))[12]
    matte = weighed(made.matte, made.clues, 2.5, 0.6)
    assert matte[CLAIMED].mean() > 0.8
    assert matte[truths[12] > 0].mean() > 0.9
