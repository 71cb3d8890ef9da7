"""``vidseg screen``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vidseg.effects.screen import Screen

Run = Callable[..., Any]


def test_its_options_make_the_effect(vidseg: Run, handed: list[Any]) -> None:
    assert vidseg("screen", "a.mp4", "--color", "#0047bb", "--despill", "person").code == 0
    ((effect, label, others),) = handed
    assert effect == Screen("#0047bb", "person")
    assert label == "screen"
    assert not {"color", "despill"} & set(others)


def test_the_screen_is_green_unless_told_otherwise(vidseg: Run, handed: list[Any]) -> None:
    vidseg("screen", "a.mp4")
    assert handed[0][0] == Screen("green", "edge")


@pytest.mark.parametrize(("option", "value"), [("--color", "greem"), ("--color", "#12345"), ("--despill", "hair")])
def test_what_is_no_screen_is_one_line_and_nothing_starts(vidseg: Run, tmp_path: Any, option: str, value: str) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"")
    ran = vidseg("screen", source, option, value)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert value in ran.err
    assert list(tmp_path.iterdir()) == [source]
