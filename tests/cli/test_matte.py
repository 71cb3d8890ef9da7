"""``vidseg matte``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vidseg.cli import run as run_module
from vidseg.effects.matte import Matte
from vidseg.job import Encoding

Run = Callable[..., Any]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, Any, str]]:
    """What ``run_jobs`` is called with, instead of its work."""
    calls: list[tuple[Any, str, Any, str]] = []

    def run_jobs(effect: Any, label: str, others: Any, *, encoding: Any, suffix: str) -> int:
        calls.append((effect, label, encoding, suffix))
        return 0

    monkeypatch.setattr(run_module, "run_jobs", run_jobs)
    return calls


def test_a_matte_is_for_editors_and_without_sound_unless_told(vidseg: Run, handed: list[Any]) -> None:
    assert vidseg("matte", "a.mp4").code == 0
    assert handed == [(Matte(), "matte", Encoding(content="matte", audio=False), ".mov")]


def test_its_options_make_the_encoding(vidseg: Run, handed: list[Any]) -> None:
    vidseg("matte", "a.mp4", "--range", "full", "--depth", 12, "--audio", "--codec", "ffv1", "-o", "b.mkv")
    assert handed[0][2] == Encoding("ffv1", None, None, "matte", 12, "full", True)


def test_another_range_is_refused(vidseg: Run, handed: list[Any]) -> None:
    ran = vidseg("matte", "a.mp4", "--range", "tv")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert handed == []


def test_help_says_which_level_and_where_it_goes(vidseg: Run) -> None:
    text = " ".join(vidseg("matte", "--help").out.split())
    for word in ("talk-matte.mov", "ProRes 422 HQ", "limited", "%06d.png", "FFV1", "--audio"):
        assert word in text
