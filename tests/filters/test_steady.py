"""Steady: flicker goes, what moves keeps its place and its time."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.motion.conftest import Scene
from tests.motion.conftest import scene as scene
from vidseg.errors import OptionError
from vidseg.filters.steady import Steady


def test_noise_in_time_becomes_less_and_the_edge_stays(scene: Scene) -> None:
    cutouts, truths = scene(pan=2, walk=-3)
    random = np.random.default_rng(0)
    noisy = [
        replace(c, matte=np.clip(c.matte + random.normal(0, 0.2, c.matte.shape), 0, 1).astype(np.float32))
        for c in cutouts
    ]
    made = list(Steady()(noisy))
    for n in range(4, 20):
        inner = cv2.erode(truths[n], np.ones((15, 15), np.uint8)) > 0
        assert made[n].matte[inner].std() < 0.7 * noisy[n].matte[inner].std()
        there, true = made[n].matte > 0.5, truths[n] > 0.5
        assert (there & true).sum() / (there | true).sum() > 0.95


def test_it_does_not_lag(scene: Scene) -> None:
    cutouts, truths = scene(walk=-5)
    made = list(Steady(4)(cutouts))
    for n in range(6, 18):
        misfits = [np.abs(made[n].matte - truths[n + lag]).mean() for lag in (-1, 0, 1)]
        assert misfits.index(min(misfits)) == 1


def test_it_does_not_look_across_a_cut(scene: Scene) -> None:
    cutouts, _ = scene(cut=11)
    emptied = [c if n >= 11 else replace(c, matte=np.zeros_like(c.matte)) for n, c in enumerate(cutouts)]
    made = list(Steady()(emptied))
    assert made[10].matte.max() == 0
    there, true = made[11].matte > 0.5, cutouts[11].matte > 0.5
    assert (there & true).sum() / (there | true).sum() > 0.95


def test_a_still_scene_stands_still(scene: Scene) -> None:
    cutouts, _ = scene(pan=0, walk=0, count=10)
    made = list(Steady()(cutouts))
    assert all(np.array_equal(one.matte, made[0].matte) for one in made)


def test_no_neighbour_is_refused() -> None:
    with pytest.raises(OptionError, match="steady"):
        Steady(0).check()
