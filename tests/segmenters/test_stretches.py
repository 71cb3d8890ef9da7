"""Stretches: they begin at the same frames wherever the output begins, whatever the rate and the container's clock."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from vidseg.frame import Frame
from vidseg.segmenters import stretches
from vidseg.testing import frame as made

RATES = [Fraction(10), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]


def stream(rate: Fraction, shift: int, base: Fraction = Fraction(1, 1000)) -> list[Frame]:
    """Frames whose times the container has rounded to milliseconds."""
    first = made(0, 16, 16)
    times = [round(n / rate / base) for n in range(200)]
    return [replace(first, pts=time - shift, shift=shift, time_base=base) for time in times]


def begun(frames: list[Frame], length: int) -> list[int]:
    return [n for n in range(1, len(frames)) if stretches.begins(frames[n - 1], frames[n], length)]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("length", "least"), [(16, 12), (2, 1)])
def test_they_are_about_as_long_as_is_wanted_wherever_the_output_begins(
    rate: Fraction, length: int, least: int
) -> None:
    at = begun(stream(rate, 0), length)
    assert begun(stream(rate, 1234), length) == at
    lengths = [after - before for before, after in pairwise(at)]
    assert min(lengths) >= least - 1
    assert max(lengths) <= length + 1
    assert sum(lengths) / len(lengths) > 0.75 * length


def test_of_two_frames_at_one_time_none_begins_one() -> None:
    one = made(0, 16, 16)
    assert not stretches.begins(one, one, 16)
