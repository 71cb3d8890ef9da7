"""``vidseg overlay``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vidseg.effects.overlay import Overlay

Run = Callable[..., Any]


def test_its_options_make_the_effect(vidseg: Run, handed: list[Any]) -> None:
    assert vidseg("overlay", "a.mp4", "--color", "lime", "--opacity", "0", "--outline").code == 0
    ((effect, label, others),) = handed
    assert effect == Overlay("lime", 0.0, outline=True)
    assert label == "overlay"
    assert not {"color", "opacity", "outline"} & set(others)


def test_it_is_half_red_unless_told_otherwise(vidseg: Run, handed: list[Any]) -> None:
    vidseg("overlay", "a.mp4")
    assert handed[0][0] == Overlay("red", 0.5, outline=False)


@pytest.mark.parametrize(("option", "value"), [("--color", "reed"), ("--opacity", "2"), ("--opacity", "thick")])
def test_what_is_no_paint_is_one_line_and_nothing_starts(vidseg: Run, tmp_path: Any, option: str, value: str) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"")
    ran = vidseg("overlay", source, option, value)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert value in ran.err
    assert list(tmp_path.iterdir()) == [source]
