"""``vidseg matte``: what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg.effects.matte import Matte
from vidseg.job import Encoding
from vidseg.testing import Clip

Run = Callable[..., Any]


def test_a_matte_is_for_editors_and_without_sound_unless_told(vidseg: Run, encoded: list[Any]) -> None:
    assert vidseg("matte", "a.mp4").code == 0
    assert encoded == [(Matte(), "matte", Encoding(content="matte", audio=False), ".mov")]


def test_its_options_make_the_encoding(vidseg: Run, encoded: list[Any]) -> None:
    vidseg("matte", "a.mp4", "--range", "full", "--depth", 12, "--audio", "--codec", "ffv1", "-o", "b.mkv")
    assert encoded[0][2] == Encoding("ffv1", None, None, "matte", 12, "full", True)


@pytest.mark.parametrize(
    ("destination", "codec", "suffix"),
    [
        ("resolve", "prores", ".mov"),
        ("premiere", "prores", ".mov"),
        ("finalcut", "prores", ".mov"),
        ("web", "h264", ".mp4"),
        ("obs", "h264", ".mp4"),
    ],
)
def test_where_it_goes_chooses_codec_and_suffix_which_help_tells(
    vidseg: Run, encoded: list[Any], destination: str, codec: str, suffix: str
) -> None:
    assert vidseg("matte", "a.mp4", "--for", destination).code == 0
    assert encoded[0][2:] == (Encoding(codec, content="matte", audio=False), suffix)
    lines = vidseg("matte", "--help").out.splitlines()
    assert any(line.split()[:3] == [destination, codec, suffix] for line in lines)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--for", "nuke"), "vidseg: --for: 'nuke' is none of resolve, premiere, finalcut, web, obs"),
        (("--for", "web", "--codec", "hevc"), "vidseg: --for: web means --codec h264: give one of the two"),
        (("--for", "web", "-o", "b.webm"), "vidseg: --codec: webm can't hold h264; it holds av1, vp9"),
        (("--for", "web", "-o", "f/%d.png"), "vidseg: --codec: a sequence is PNG, not h264"),
        (("--for", "resolve", "--range", "full"), "vidseg: --range: prores is of limited range always: use "),
    ],
)
def test_what_does_not_go_there_is_one_line_before_anything_starts(
    vidseg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[object, ...], line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Clip(frames=2).write(tmp_path / "a.mp4")
    ran = vidseg("matte", "a.mp4", *options)
    assert ran.code == 2
    assert ran.err.startswith(line)
    assert len(ran.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_another_range_is_refused(vidseg: Run, encoded: list[Any]) -> None:
    ran = vidseg("matte", "a.mp4", "--range", "tv")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert encoded == []


def test_help_says_which_level_and_where_it_goes(vidseg: Run) -> None:
    text = " ".join(vidseg("matte", "--help").out.split())
    for word in ("talk-matte.mov", "ProRes 422 HQ", "limited", "%06d.png", "FFV1", "--audio"):
        assert word in text
