"""Road: what the words of the command line mean."""

from __future__ import annotations

import pytest

from vidseg.errors import OptionError
from vidseg.filters.edges import Edges
from vidseg.filters.enlarge import Enlarge
from vidseg.filters.feather import Feather
from vidseg.filters.grow import Grow
from vidseg.filters.invert import Invert
from vidseg.filters.largest import Largest
from vidseg.filters.presence import Presence
from vidseg.filters.refine import Refine
from vidseg.filters.steady import Steady
from vidseg.filters.steepen import Steepen
from vidseg.road import QUALITIES, Edge, road
from vidseg.segmenters.region import Region


def test_fast_looks_one_frame_ahead() -> None:
    segmenter, filters = road("fast")
    assert [segmenter.window, *(one.window for one in filters)] == [1, 0, 0]
    assert [type(one) for one in filters] == [Steepen, Enlarge]


def test_good_is_what_is_done_unless_asked() -> None:
    assert road() == road("good")
    assert [type(one) for one in road()[1]] == [Presence, Steady, Steepen, Refine, Edges]


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_model_stands_in_for_those_that_look_from_near(quality: str) -> None:
    segmenter, _ = road(quality, "mine.tflite")
    assert isinstance(segmenter, Region)
    assert segmenter.models == ("mine.tflite",)
    assert segmenter.finder == "landscape"


def test_the_edge_is_made_as_asked_and_in_order() -> None:
    edge = Edge(0.4, 0.2, grow=-3, feather_in=1, feather_out=2, largest=True, invert=True)
    _, filters = road("good", None, edge)
    assert [type(one) for one in filters[2:]] == [Steepen, Largest, Refine, Edges, Grow, Feather, Invert]
    steepen = filters[2]
    assert isinstance(steepen, Steepen)
    assert steepen.low == pytest.approx(0.3)
    assert steepen.high == pytest.approx(0.5)
    assert filters[6:8] == (Grow(-3), Feather(1, 2))


@pytest.mark.parametrize(
    ("quality", "edge", "option"),
    [
        ("finest", Edge(), "--quality"),
        ("good", Edge(threshold=1), "--threshold"),
        ("good", Edge(threshold=float("nan")), "--threshold"),
        ("fast", Edge(softness=0), "--softness"),
        ("best", Edge(softness=1.5), "--softness"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(quality: str, edge: Edge, option: str) -> None:
    with pytest.raises(OptionError, match=option):
        road(quality, None, edge)
