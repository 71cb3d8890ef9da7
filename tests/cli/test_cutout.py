"""``vidseg cutout``: what it hands on, and what it says of alpha."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg.effects.cutout import Cutout
from vidseg.job import Encoding
from vidseg.media import alpha
from vidseg.testing import Clip

Run = Callable[..., Any]


def test_a_cutout_is_straight_prores_4444_unless_told(vidseg: Run, encoded: list[Any]) -> None:
    assert vidseg("cutout", "a.mp4").code == 0
    assert encoded == [(Cutout(), "cutout", Encoding(content="straight"), ".mov")]


@pytest.mark.parametrize(("destination", "format_"), list(alpha.PRESETS.items()))
def test_where_it_goes_chooses_format_and_suffix(
    vidseg: Run, encoded: list[Any], destination: str, format_: str
) -> None:
    vidseg("cutout", "a.mp4", "--for", destination)
    assert encoded[0][2:] == (Encoding(format_, content="straight"), alpha.FORMATS[format_].suffix)


def test_its_options_make_the_encoding_and_the_effect_agree(vidseg: Run, encoded: list[Any]) -> None:
    vidseg("cutout", "a.mp4", "--format", "stacked", "--premultiplied", "--crf", 12, "--preset", "fast")
    assert encoded == [(Cutout(True), "cutout", Encoding("stacked", 12, "fast", "premultiplied"), ".mp4")]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--format", "gif"), "vidseg: --format: 'gif' is none of prores4444, vp9, ffv1, "),
        (("--for", "nuke"), "vidseg: --for: 'nuke' is none of resolve, premiere, finalcut, web, obs"),
        (("--for", "web", "--format", "ffv1"), "vidseg: --for: web means --format vp9: give one of the two"),
        (("-o", "b.mp4"), "vidseg: --format: mp4 holds no alpha channel: use .mov, .webm or .mkv, or "),
        (("-o", "b.webm", "--format", "png"), "vidseg: --format: webm can't hold png; it holds vp9"),
        (("-o", "b.avi"), "vidseg: b.avi: .avi is no output vidseg writes: use "),
        (("-o", "f/b.png"), "vidseg: f/b.png: a PNG holds one frame: put the number's place into its name"),
        (("-o", "b.webm", "--premultiplied"), "vidseg: --premultiplied: alpha is always straight in vp9; "),
        (("--crf", 3), "vidseg: --crf: prores4444 has no such setting"),
    ],
)
def test_what_can_not_be_is_one_line_before_anything_starts(
    vidseg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[object, ...], line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Clip(frames=2).write(tmp_path / "a.mp4")
    ran = vidseg("cutout", "a.mp4", *options)
    assert ran.code == 2
    assert ran.err.startswith(line)
    assert len(ran.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(("options", "kind"), [((), "straight"), (("--premultiplied",), "premultiplied")])
def test_the_closing_line_and_json_say_which_alpha_it_is(
    vidseg: Run, tmp_path: Path, options: tuple[str, ...], kind: str
) -> None:
    clip = Clip(frames=2).write(tmp_path / "a.mkv")
    ran = vidseg("cutout", clip, "--json", "--format", "ffv1", *options)
    assert ran.code == 0
    assert json.loads(ran.out)["alpha"] == kind
    assert json.loads(ran.out)["target"] == str(tmp_path / "a-cutout.mkv")
    assert f"; {kind} alpha" in ran.err


def test_a_sequence_s_folder_that_is_not_empty_is_refused_unless_told(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=2).write(tmp_path / "a.mkv")
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "0009.png").write_bytes(b"old")
    ran = vidseg("cutout", clip, "-o", folder / "%04d.png")
    assert ran.code == 2
    assert ran.err == f"vidseg: {folder}: is not empty: use --existing overwrite or skip, or another folder\n"
    assert vidseg("cutout", clip, "-o", folder / "%04d.png", "--existing", "overwrite").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["0001.png", "0002.png"]


def test_an_odd_size_that_a_form_can_not_hold_fails_with_a_line(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=2, width=63).write(tmp_path / "a.mkv")
    ran = vidseg("cutout", clip, "--format", "stacked")
    assert ran.code == 1
    assert ran.err.splitlines()[-1].endswith(
        "a-cutout.mp4: 63x48 is odd, which stacked can't hold: use another --format"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv"]


def test_help_says_which_preset_does_what(vidseg: Run) -> None:
    lines = vidseg("cutout", "--help").out.splitlines()
    for name, format_ in alpha.PRESETS.items():
        assert any(line.split()[:3] == [name, format_, alpha.FORMATS[format_].suffix] for line in lines)
    for format_ in alpha.FORMATS:
        assert any(line.split()[:2] == [format_, alpha.FORMATS[format_].suffix] for line in lines)
