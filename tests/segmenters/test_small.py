"""Small: who is found by a search is followed; how far reading was begun before makes no difference."""

from __future__ import annotations

import numpy as np
import pytest

from tests.segmenters.test_region import far, frames
from vidseg.frame import Cutout, Frame
from vidseg.segmenters import search, small
from vidseg.segmenters.region import Region

WITHOUT = Region(small=False)


@pytest.fixture(scope="module")
def placed() -> list[Frame]:
    return [far(frame, 0.2)[0] for frame in frames(36)]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the frames that were searched."""
    seen: list[int] = []
    found = search.found

    def noted(frame: Frame, *more: object) -> list[object]:
        seen.append(frame.index)
        return found(frame, *more)  # type: ignore[arg-type, return-value]

    monkeypatch.setattr(search, "found", noted)
    return seen


def amounts(cutouts: list[Cutout]) -> list[float]:
    return [float((cutout.matte > 0.5).mean()) for cutout in cutouts]


def test_small_people_are_seen_in_every_frame_by_a_search_now_and_then(
    placed: list[Frame], searches: list[int]
) -> None:
    assert max(amounts(list(WITHOUT(placed[:18])))) == 0
    assert searches == []
    assert min(amounts(list(Region()(placed[:18])))) > 0.008
    assert searches[0] == 0
    assert len(searches) <= 3


def test_a_span_from_the_middle_gives_what_the_whole_gives(
    placed: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "LONGEST", 4)  # so that the clip may be short
    whole = list(Region()(placed))
    before = Region().window + Region().lead
    part = list(Region()(placed[5:]))
    assert 5 + before < len(placed)
    for one, other in zip(whole[5 + before :], part[before:], strict=True):
        assert np.array_equal(one.matte, other.matte)
    assert max(one.matte.max() for one in whole[5 + before :]) > 0.9
