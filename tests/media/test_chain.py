"""FFmpeg's filters as a generator: as many out as in, each at its own time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from vidseg.frame import planes_of
from vidseg.media.chain import filtered
from vidseg.testing import picture


def pictures(times: list[int], time_base: Fraction = Fraction(1, 600)) -> Iterator[av.VideoFrame]:
    for n, pts in enumerate(times):
        made = picture(n)
        made.pts, made.time_base = pts, time_base
        yield made


def test_a_filter_does_what_it_is_called() -> None:
    flipped = list(filtered(pictures([0, 7]), ("hflip",)))
    for n, came in enumerate(flipped):
        for mine, theirs in zip(planes_of(picture(n)), planes_of(came), strict=True):
            assert np.array_equal(mine[:, ::-1], theirs)


def test_filters_follow_in_order() -> None:
    """A quarter clockwise and a mirror do not commute."""
    (came,) = filtered(pictures([0]), ("transpose=clock", "hflip"))
    (other,) = filtered(pictures([0]), ("hflip", "transpose=clock"))
    luma = planes_of(picture(0))[0]
    assert np.array_equal(planes_of(came)[0], np.rot90(luma, -1)[:, ::-1])
    assert np.array_equal(planes_of(other)[0], np.rot90(luma[:, ::-1], -1))


def test_times_are_kept() -> None:
    times = [-3, 0, 7, 1000]
    came = list(filtered(pictures(times), ("vflip",)))
    assert [Fraction(one.pts or 0) * Fraction(one.time_base or 0) for one in came] == [Fraction(t, 600) for t in times]


def test_a_filter_that_waits_is_drained() -> None:
    """De-interlacing looks one picture ahead."""
    assert len(list(filtered(pictures([0, 10, 20, 30]), ("bwdif=mode=send_frame:deint=all",)))) == 4


def test_nothing_in_gives_nothing_out() -> None:
    assert list(filtered(iter(()), ("hflip",))) == []


def test_an_unknown_filter_is_told_by_its_name() -> None:
    with pytest.raises(ValueError, match="nosuchfilter"):
        list(filtered(pictures([0]), ("nosuchfilter",)))
