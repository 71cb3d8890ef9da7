"""Presence: what no frame near is sure of goes; what surer frames see is taken from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.conftest import Scene
from tests.motion.conftest import scene as scene
from vidseg.errors import OptionError
from vidseg.filters.presence import Presence
from vidseg.frame import Cutout


def trusted(cutout: Cutout, sure: float) -> Cutout:
    return replace(cutout, sure=np.full(cutout.matte.shape, sure, np.float32))


def test_where_nobody_is_sure_nobody_is(scene: Scene) -> None:
    cutouts, _ = scene()
    made = list(Presence()(trusted(cutout, 0.3) for cutout in cutouts))
    assert all(cutout.matte.max() == 0 for cutout in made)


def test_who_is_sure_stays_as_he_is(scene: Scene) -> None:
    cutouts, _ = scene()
    made = Presence()(trusted(cutout, 0.9) for cutout in cutouts)
    assert all(np.array_equal(one.matte, other.matte) for one, other in zip(made, cutouts, strict=True))


def test_who_is_missed_in_a_few_frames_is_taken_from_their_neighbours(scene: Scene) -> None:
    cutouts, truths = scene(walk=-2)
    missed = range(10, 13)
    given = [
        trusted(replace(c, matte=np.zeros_like(c.matte)), 0.25) if n in missed else trusted(c, 1)
        for n, c in enumerate(cutouts)
    ]
    made = list(Presence()(given))
    for n in missed:
        there, true = made[n].matte > 0.5, truths[n] > 0.5
        assert (there & true).sum() / (there | true).sum() > 0.85


def test_one_that_nobody_has_looked_at_stays_as_it_is_and_says_nothing(scene: Scene) -> None:
    cutouts, _ = scene()
    given = [replace(trusted(c, 1), seen=n not in (4, 12)) for n, c in enumerate(cutouts)]
    given[12] = replace(given[12], matte=np.zeros_like(given[12].matte))
    given[13] = trusted(cutouts[13], 0.25)
    made = list(Presence()(given))
    assert made[12] == replace(given[12], clues=made[12].clues)
    assert made[4].matte is given[4].matte
    assert made[13].matte[cutouts[13].matte > 0].mean() > 0.95


def test_it_does_not_look_across_a_cut(scene: Scene) -> None:
    cutouts, _ = scene(cut=11)
    made = list(Presence()(trusted(c, 1 if n < 11 else 0.2) for n, c in enumerate(cutouts)))
    assert made[10].matte.max() == 1
    assert made[11].matte.max() == 0


def test_without_a_word_of_how_sure_it_is_a_matte_is_believed(scene: Scene) -> None:
    cutouts, _ = scene(count=4)
    assert all(np.array_equal(a.matte, b.matte) for a, b in zip(Presence()(cutouts), cutouts, strict=True))


def test_no_neighbour_is_refused() -> None:
    with pytest.raises(OptionError, match="presence"):
        Presence(0).check()


def test_of_many_that_see_somebody_a_few_sure_ones_are_not_believed(scene: Scene) -> None:
    cutouts, _ = scene()
    made = list(Presence()(trusted(c, 1 if n in (10, 11) else 0.1) for n, c in enumerate(cutouts)))
    assert all(cutout.matte.max() == 0 for cutout in made)


def test_who_comes_in_is_believed_though_the_frames_before_see_nobody(scene: Scene) -> None:
    cutouts, _ = scene()
    nobody = [trusted(replace(c, matte=np.zeros_like(c.matte)), 0.25) for c in cutouts[:12]]
    given = nobody + [trusted(c, 1) for c in cutouts[12:]]
    made = list(Presence()(given))
    assert all(np.array_equal(made[n].matte, cutouts[n].matte) for n in range(12, len(cutouts)))


BESIDE = (slice(20, 60), slice(20, 50))
"""A part of the wall, away from the disc."""


def with_another(cutout: Cutout, sure: float, moved: int = 0) -> Cutout:
    """With something in that part too, of which it is as sure as that."""
    matte, trust = cutout.matte.copy(), np.ones(cutout.matte.shape, np.float32)
    rows, columns = BESIDE
    there = rows, slice(columns.start + moved, columns.stop + moved)
    matte[there], trust[:, :80] = 1, sure
    return replace(cutout, matte=matte, sure=trust)


def test_what_stands_apart_and_is_doubted_in_every_frame_goes_and_the_person_stays(scene: Scene) -> None:
    cutouts, _ = scene(pan=0)
    made = list(Presence()(with_another(cutout, 0.03) for cutout in cutouts))
    assert all(np.array_equal(one.matte, other.matte) for one, other in zip(made, cutouts, strict=True))


def test_what_stands_apart_and_is_sure_in_most_frames_near_stays(scene: Scene) -> None:
    cutouts, _ = scene(pan=0)
    made = list(Presence()(with_another(c, 0.03 if n in (11, 12) else 1) for n, c in enumerate(cutouts)))
    assert all(cutout.matte[BESIDE].min() == 1 for cutout in made)


def test_who_is_doubted_in_some_frames_is_looked_for_where_he_was_then(scene: Scene) -> None:
    cutouts, _ = scene(pan=1)  # what stands apart goes with the wall, a point to the left with each frame
    made = list(Presence()(with_another(c, 0.03 if n == 12 else 1, 12 - n) for n, c in enumerate(cutouts)))
    assert made[12].matte[BESIDE].min() == 1


def test_what_is_doubted_just_beside_the_person_takes_nothing_of_him_along(scene: Scene) -> None:
    cutouts, truths = scene(pan=0, walk=0)
    given = []
    for cutout, true in zip(cutouts, truths, strict=True):
        matte, trust = cutout.matte.copy(), np.where(true > 0, 1, np.float32(0.03))
        matte[80:100, 20 : int(np.nonzero(true[90])[0][0]) - 2] = 1
        given.append(replace(cutout, matte=matte, sure=trust))
    made = list(Presence()(given))
    assert all(np.array_equal(one.matte, other.matte) for one, other in zip(made, cutouts, strict=True))


def test_what_touches_the_person_is_his(scene: Scene) -> None:
    cutouts, _ = scene(pan=0)
    given = []
    for cutout in cutouts:
        matte, trust = cutout.matte.copy(), np.ones(cutout.matte.shape, np.float32)
        matte[80:100, 20:250], trust[:, :80] = 1, 0.03
        given.append(replace(cutout, matte=matte, sure=trust))
    made = list(Presence()(given))
    assert all(np.array_equal(one.matte, other.matte) for one, other in zip(made, given, strict=True))
