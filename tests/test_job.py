"""Recipes, jobs and outcomes: values that travel."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from vidseg.effects.replace import Replace
from vidseg.errors import ColourError, OptionError
from vidseg.filters.enlarge import Enlarge
from vidseg.filters.steepen import Steepen
from vidseg.job import Done, Encoding, Failed, Job, Progress, Recipe, Skipped, Span
from vidseg.testing import Disc


def recipe(background: str = "green", crf: float | None = 12.5) -> Recipe:
    return Recipe(Disc(), (Steepen(0.25, 0.75), Enlarge()), Replace(background), Encoding("h264", crf))


JOB = Job(Path("in.mp4"), Path("out.mp4"), recipe(), Span(Fraction(1, 3), Fraction(2)))


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = Span(Fraction(1, 3), Fraction(2, 3))
    assert span.holds(Fraction(1, 3))
    assert not span.holds(Fraction(1, 3) - Fraction(1, 10**9))
    assert span.holds(Fraction(2, 3) - Fraction(1, 10**9))
    assert not span.holds(Fraction(2, 3))


def test_a_span_without_an_end_has_none() -> None:
    assert Span().holds(Fraction(0))
    assert Span().holds(Fraction(10**12))


def test_a_recipe_says_every_stage_and_setting() -> None:
    assert json.loads(recipe().to_json()) == {
        "segmenter": {"stage": "Disc", "radius": 0.3, "size": 64},
        "filters": [{"stage": "Steepen", "low": 0.25, "high": 0.75, "finer": 2}, {"stage": "Enlarge"}],
        "effect": {"stage": "Replace", "background": "green", "fit": "cover", "light_wrap": 0.0},
        "encoding": {
            "codec": "h264",
            "crf": 12.5,
            "preset": None,
            "content": "picture",
            "depth": None,
            "range": "limited",
            "audio": True,
            "encoder": "software",
        },
        "reading": {"scale": "1", "hwaccel": "none"},
    }


def test_an_encoding_says_which_alpha_it_has() -> None:
    assert Encoding(content="straight").alpha == "straight"
    assert Encoding(content="premultiplied").alpha == "premultiplied"
    assert Encoding().alpha is None
    assert Encoding(content="matte").alpha is None


def test_equal_recipes_are_equal_in_every_form() -> None:
    assert recipe() == recipe()
    assert hash(recipe()) == hash(recipe())
    assert recipe().to_json() == recipe().to_json()


@pytest.mark.parametrize("other", [recipe("blue"), recipe(crf=None)])
def test_different_recipes_differ_in_every_form(other: Recipe) -> None:
    assert other != recipe()
    assert other.to_json() != recipe().to_json()


def test_another_process_gives_a_recipe_the_same_text() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import pickle, sys; sys.stdout.write(pickle.load(sys.stdin.buffer).to_json())",
        ],
        input=pickle.dumps(recipe()),
        env={"PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
    )
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(recipe().to_json().encode()).digest()


def test_a_recipe_asks_every_stage_whether_it_can_work() -> None:
    with pytest.raises(ColourError):
        dataclasses.replace(recipe(), effect=Replace("#12345")).check()
    with pytest.raises(OptionError):
        dataclasses.replace(recipe(), filters=(Enlarge(), Steepen(0.9, 0.1))).check()
    recipe().check()


@pytest.mark.parametrize(
    "value",
    [
        recipe(),
        JOB,
        Progress(3, None),
        Done(JOB, 7, 1.5, ("a note",), ("a detail",)),
        Failed(JOB, "the disk is full"),
        Skipped(JOB),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_travels_arrives_equal(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("value", [Encoding(), Span(), recipe(), JOB])
def test_what_travels_does_not_change_on_the_way(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, None)
