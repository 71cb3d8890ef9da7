"""``vidseg blur``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vidseg.effects.blur import Blur

Run = Callable[..., Any]


def test_its_options_make_the_effect(vidseg: Run, handed: list[Any]) -> None:
    assert vidseg("blur", "a.mp4", "--strength", "0.25", "--shape", "disc", "--target", "person").code == 0
    ((effect, label, others),) = handed
    assert effect == Blur(0.25, "disc", "person")
    assert label == "blur"
    assert not {"strength", "shape", "what"} & set(others)


def test_the_background_is_blurred_unless_told_otherwise(vidseg: Run, handed: list[Any]) -> None:
    vidseg("blur", "a.mp4")
    assert handed[0][0] == Blur()


@pytest.mark.parametrize(
    ("option", "value"), [("--strength", "1.5"), ("--strength", "much"), ("--shape", "square"), ("--target", "cat")]
)
def test_what_is_no_blur_is_one_line_and_nothing_starts(vidseg: Run, tmp_path: Any, option: str, value: str) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"")
    ran = vidseg("blur", source, option, value)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert option in ran.err
    assert list(tmp_path.iterdir()) == [source]


def test_help_says_that_a_person_who_is_not_found_is_not_blurred(vidseg: Run) -> None:
    assert "isn't blurred" in " ".join(vidseg("blur", "--help").out.split())
