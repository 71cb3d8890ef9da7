"""``vidseg replace``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg import libraries
from vidseg.effects.replace import Replace

Run = Callable[..., Any]


def test_the_background_and_its_fit_make_the_effect(vidseg: Run, handed: list[Any]) -> None:
    assert vidseg("replace", "a.mp4", "b.mp4", "--bg", "beach.jpg", "--fit", "contain").code == 0
    ((effect, label, others),) = handed
    assert effect == Replace("beach.jpg", "contain")
    assert label == "replace"
    assert others["sources"] == (Path("a.mp4"), Path("b.mp4"))
    assert not {"background", "fit"} & set(others)


def test_a_background_covers_unless_told_otherwise(vidseg: Run, handed: list[Any]) -> None:
    vidseg("replace", "a.mp4", "--bg", "beach.jpg")
    assert handed[0][0] == Replace("beach.jpg", "cover")


def test_light_wrap_is_a_part_of_the_effect(vidseg: Run, handed: list[Any]) -> None:
    vidseg("replace", "a.mp4", "--bg", "beach.jpg", "--light-wrap", "0.33")
    assert handed[0][0] == Replace("beach.jpg", light_wrap=0.33)


def test_missing_system_libraries_are_one_line_with_the_command(
    vidseg: Run, handed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "missing", lambda: [libraries.Library("libGL.so.1", "libgl1")])
    ran = vidseg("replace", "a.mp4", "--bg", "green")
    assert ran.code == 2
    assert handed == []
    assert len(ran.err.splitlines()) == 1
    assert "apt-get install -y libgl1" in ran.err


def test_help_says_what_a_background_may_be_and_where_the_output_goes(vidseg: Run) -> None:
    text = " ".join(vidseg("replace", "--help").out.split())
    for word in ("picture", "video", "colour", "talk-replace.mp4", ".webm", "--existing", "--dry-run", "--json"):
        assert word in text
