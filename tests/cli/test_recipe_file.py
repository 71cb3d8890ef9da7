"""Recipes in files: written by one command line, they make another do the same."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg.testing import Clip

Run = Callable[..., Any]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=3).write(tmp_path / "talk.mp4")


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_saved_recipe_makes_the_same(vidseg: Run, clip: Path, tmp_path: Path) -> None:
    Clip(frames=2).write(tmp_path / "sea.mkv")
    recipe = tmp_path / "recipe.toml"
    options = ("--bg", tmp_path / "sea.mkv", "--fit", "stretch", "--crf", "31.5", "--preset", "fast", "--start", "0.04")
    ran = vidseg("replace", clip, *options, "-o", tmp_path / "first.mp4", "--save-recipe", recipe, "--workers", "0")
    assert ran.code == 0
    assert tomllib.loads(recipe.read_text()) == {
        "command": "replace", "bg": "sea.mkv", "fit": "stretch", "crf": 31.5, "preset": "fast", "start": "0.04",
        "quality": "good", "threshold": 0.5, "softness": 0.6, "grow": 0, "shrink": 0, "feather": 0, "feather-in": 0,
        "on-damage": "keep", "on-resize": "refuse", "max-pixels": 67108864, "max-streams": 100, "max-gap": "86400",
        "encoder": "software", "scale": "1", "light-wrap": 0.0,
    }  # fmt: skip
    assert vidseg("run", recipe, clip, "-o", tmp_path / "second.mp4").code == 0
    assert (tmp_path / "first.mp4").read_bytes() == (tmp_path / "second.mp4").read_bytes()


def test_what_is_written_out_takes_the_place_of_the_recipe_s(vidseg: Run, clip: Path, tmp_path: Path) -> None:
    recipe = write(tmp_path / "r.toml", 'command = "replace"\nbg = "green"\nout-dir = "nowhere/at/all"\njson = true\n')
    ran = vidseg("run", recipe, clip, "--out-dir", tmp_path / "done", "--existing", "skip")
    assert ran.code == 0
    assert '"outcome": "done"' in ran.out
    assert (tmp_path / "done" / "talk.mp4").exists()


def test_a_dry_run_saves_nothing(vidseg: Run, clip: Path, tmp_path: Path) -> None:
    assert vidseg("replace", clip, "--bg", "green", "--dry-run", "--save-recipe", tmp_path / "r.toml").code == 0
    assert not (tmp_path / "r.toml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('command = "replace"\nbg = "green"\ncodek = "hevc"\n', "codek: is no option of replace: did you mean codec?"),
        ('comand = "replace"\nbg = "green"\n', "comand: is no option: did you mean command?"),
        ('command = "scren"\n', "must be one of replace, blur, screen, matte, cutout, overlay: did you mean screen?"),
        ('command = "replace"\nbg = "green"\nzzzzzz = 1\n', "zzzzzz: is no option of replace; replace has bg, "),
        ('command = "replace"\nbg = "green"\nas_json = true\n', "is no option of replace"),
        ('command = "status"\n', 'command = "..." must be one of'),
        ('bg = "green"\n', 'command = "..." must be one of'),
        ('command = "replace"\nbg = "green"\njson = 3\n', "json: is true or false"),
        ('command = "replace"\nbg = ["green"]\n', "is no value for it"),
        ('command = "replace"\nbg = "green"\ncrf = "good"\n', "--crf"),
        ("command = \n", "is no recipe"),
        ("\x00", "is no recipe"),
    ],
)
def test_a_recipe_that_is_wrong_is_one_line(vidseg: Run, clip: Path, tmp_path: Path, text: str, said: str) -> None:
    ran = vidseg("run", write(tmp_path / "r.toml", text), clip)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err
    assert not (tmp_path / "talk-replace.mp4").exists()


def test_a_recipe_that_is_not_there(vidseg: Run, clip: Path, tmp_path: Path) -> None:
    ran = vidseg("run", tmp_path / "nowhere.toml", clip)
    assert ran.code == 2
    assert "can't be read" in ran.err


@pytest.mark.parametrize(
    ("name", "said"), [("mine.toml", "no recipe"), ("nowhere/r.toml", "no such folder"), ("folder", "no recipe")]
)
def test_a_recipe_replaces_recipes_only(vidseg: Run, clip: Path, tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path / "mine.toml", "my = 1\n")
    (tmp_path / "folder").mkdir()
    ran = vidseg("replace", clip, "--bg", "green", "--save-recipe", tmp_path / name)
    assert ran.code == 2
    assert said in ran.err
    assert (tmp_path / "mine.toml").read_text() == "my = 1\n"


def test_names_of_every_script_come_through(vidseg: Run, clip: Path, tmp_path: Path) -> None:
    background = Clip(frames=1).write(tmp_path / "plain.mkv").rename(tmp_path / 'sea "ü" 映\\画\t.mkv')
    recipe = tmp_path / "r.toml"
    assert vidseg("replace", clip, "--bg", background, "--save-recipe", recipe, "-o", tmp_path / "1.mp4").code == 0
    assert tomllib.loads(recipe.read_text())["bg"] == background.name
    assert vidseg("run", recipe, clip, "-o", tmp_path / "2.mp4").code == 0
