"""Watch: shots begin where they are cut, and the flow is that which was made."""

from __future__ import annotations

import numpy as np

from tests.motion.conftest import HEIGHT, WIDTH, Scene
from vidseg.motion.watch import watched


def test_a_cut_begins_a_shot_and_nothing_else_does(scene: Scene) -> None:
    cutouts, _ = scene(cut=11)
    begins = [cutout.clues is not None and cutout.clues.begins for cutout in watched(cutouts)]
    assert [n for n, one in enumerate(begins) if one] == [0, 11]


def test_no_flow_leads_out_of_a_shot(scene: Scene) -> None:
    cutouts, _ = scene(cut=11)
    clues = [cutout.clues for cutout in watched(cutouts)]
    assert [n for n, one in enumerate(clues) if one and one.onward is None] == [10, 23]
    assert [n for n, one in enumerate(clues) if one and one.back is None] == [0, 11]


def test_the_flow_is_that_of_the_wall_and_of_the_disc(scene: Scene) -> None:
    cutouts, truths = scene(pan=2, walk=-3)
    clues = list(watched(cutouts))[8].clues
    assert clues is not None
    assert clues.onward is not None
    assert clues.back is not None
    disc = truths[8] > 0
    wall = ~disc
    wall[:, WIDTH - 30 :] = False
    for flow, sign in ((clues.onward, 1), (clues.back, -1)):
        assert np.allclose([np.median(one[disc]) for one in flow], [-3 * sign, 0], atol=0.3)
        assert np.allclose([np.median(one[wall]) for one in flow], [-2 * sign, 0], atol=0.3)
    assert clues.grey.shape == (HEIGHT, WIDTH)


def test_what_has_clues_is_left_alone(scene: Scene) -> None:
    cutouts, _ = scene(count=6)
    once = list(watched(cutouts))
    assert all(one is other for one, other in zip(once, watched(once), strict=True))


def test_a_span_from_the_middle_has_the_same_clues(scene: Scene) -> None:
    cutouts, _ = scene(cut=11)
    everything, part = list(watched(cutouts)), list(watched(cutouts[5:]))
    for one, other in zip(everything[8:], part[3:], strict=True):
        assert one.clues is not None
        assert other.clues is not None
        assert one.clues.begins == other.clues.begins
        for name in ("onward", "back"):
            a, b = getattr(one.clues, name), getattr(other.clues, name)
            assert (a is None) == (b is None)
            assert a is None or np.array_equal(a, b)
