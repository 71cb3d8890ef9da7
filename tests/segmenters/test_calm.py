"""Calm: of frames that those beside them explain every second isn't looked at; the others are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.motion.conftest import Scene
from tests.motion.conftest import scene as scene
from vidseg.filters.steady import Steady
from vidseg.frame import Cutout, Frame, planes_of
from vidseg.media.source import Source
from vidseg.motion import watch
from vidseg.segmenters import calm, looking
from vidseg.segmenters.network import Network
from vidseg.segmenters.region import Region

ASTRONAUT = Path(__file__).parents[2] / "sample_media" / "astronaut.mp4"


def seen(cutouts: Iterable[Cutout]) -> list[bool]:
    return [cutout.seen for cutout in calm.left_out(watch.watched(cutouts))]


def test_where_the_frame_before_explains_all_every_second_is_left_out(scene: Scene) -> None:
    cutouts, _ = scene(pan=2, walk=-2, count=16)
    looked_at = seen(cutouts)
    assert looked_at[0]
    assert looked_at[-1]
    assert 5 <= looked_at.count(False) <= 7  # of the 14 between
    assert all(one or other for one, other in pairwise(looked_at))


def test_of_one_who_goes_past_the_place_all_are_looked_at(scene: Scene) -> None:
    assert all(seen(scene(pan=1, walk=1, count=16)[0]))


def test_beside_a_cut_all_are_looked_at(scene: Scene) -> None:
    looked_at = seen(scene(pan=2, walk=-2, count=16, cut=9)[0])
    assert looked_at[8:10] == [True, True]
    assert False in looked_at[:8]
    assert False in looked_at[10:]


def restless(cutouts: list[Cutout], rows: slice, columns: slice) -> list[Cutout]:
    """The same with a part of each picture that has nothing of the one before."""
    random = np.random.default_rng(0)
    for cutout in cutouts:
        part = planes_of(cutout.frame.picture)[0][rows, columns]
        part[:] = cv2.resize(random.choice([16.0, 235.0], (8, 8)), part.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return cutouts


def test_what_is_new_near_people_is_looked_at_and_far_from_them_not(scene: Scene) -> None:
    near, far = (scene(pan=0, walk=0, count=16)[0] for _ in range(2))
    assert all(seen(restless(near, slice(60, 120), slice(160, 230))))
    assert False in seen(restless(far, slice(0, 60), slice(0, 70)))


def test_where_nobody_is_there_is_nothing_to_leave_out(scene: Scene) -> None:
    cutouts, _ = scene(pan=1, walk=0, count=12)
    assert all(seen(replace(one, matte=np.zeros_like(one.matte)) for one in cutouts))


def test_one_left_out_takes_its_matte_from_those_beside_it(scene: Scene) -> None:
    cutouts, truths = scene(pan=2, walk=-3)
    left = [replace(one, matte=one.matte * (n % 2 == 0), seen=n % 2 == 0) for n, one in enumerate(cutouts)]
    made = list(Steady()(left))
    assert all(one.seen for one in made)
    for n in range(1, 23):
        there, true = made[n].matte > 0.5, truths[n] > 0.5
        assert (there & true).sum() / (there | true).sum() > 0.95


def test_one_left_out_has_no_hole_where_the_picture_is_another(scene: Scene) -> None:
    """A flash of light, in whose frame no point is as it is before and after."""
    cutouts, _ = scene(pan=0, walk=0, count=5)
    luma = planes_of(cutouts[2].frame.picture)[0]
    luma[:] = 251 - luma
    cutouts = [replace(one, matte=np.ones_like(one.matte)) for one in cutouts]
    cutouts[2] = replace(cutouts[2], matte=np.zeros_like(cutouts[2].matte), seen=False)
    made = list(Steady()(cutouts))
    assert made[2].matte.min() > 0.99


def test_the_models_are_asked_of_none_that_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with Source(ASTRONAUT) as source:
        frames = list(islice(source.frames(), 24))
    near: list[int] = []
    true = looking.seen

    def noted(frame: Frame, box: tuple[int, int, int, int], networks: list[Network]) -> object:
        if len(networks) == 2:
            near.append(frame.index)
        return true(frame, box, networks)

    monkeypatch.setattr(looking, "seen", noted)
    made = list(Region(leaves_out=True, small=False)(frames))
    left = [one.frame.index for one in made if not one.seen]
    assert len(left) >= 8
    assert not set(left) & set(near)
    assert set(left) | set(near) == set(range(24))
    assert all(one.matte.shape == (360, 640) and one.matte.max() == 0 for one in made if not one.seen)
