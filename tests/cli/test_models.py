"""``vidseg models``: what is listed, what is downloaded, what is said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.segmenters.serving import Shop, serving
from vidseg.segmenters.model_file import BUNDLED

Run = Callable[..., Any]

MODEL = BUNDLED["landscape"].read_bytes()
SUM = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIDSEG_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "models"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with serving(Shop(MODEL)) as opened:
        monkeypatch.setenv("VIDSEG_MODELS_URL", opened.base)
        yield opened


def listed(vidseg: Run) -> dict[str, Any]:
    ran = vidseg("models", "--json")
    assert ran.code == 0
    return {one["name"]: one for one in map(json.loads, ran.out.splitlines())}


def test_what_comes_along_and_what_can_be_had_is_listed(vidseg: Run) -> None:
    models = listed(vidseg)
    assert list(models) == ["general", "landscape", "selfie_multiclass_256x256", "hair_segmenter", "deeplab_v3"]
    assert models["landscape"]["where"] == "comes along"
    assert models["landscape"]["sha256"] == SUM
    assert models["landscape"]["bytes"] == len(MODEL)
    assert models["deeplab_v3"]["where"] == "can be had"
    assert models["deeplab_v3"]["sha256"] is None
    assert not models["deeplab_v3"]["exact"]


def test_for_a_person_each_has_its_sum_or_the_command_that_brings_it(vidseg: Run) -> None:
    lines = vidseg("models").out
    assert SUM in lines
    assert "vidseg models pull hair_segmenter" in lines
    assert "about 16.4 MB" in lines


def test_a_downloaded_model_is_here_with_its_sum(vidseg: Run, shop: Shop, cache: Path) -> None:
    ran = vidseg("models", "pull", "deeplab_v3", "hair_segmenter")
    assert ran.code == 0
    assert ran.out == ""
    assert [line.split(":")[0] for line in ran.err.splitlines()] == [
        "deeplab_v3 was downloaded", "hair_segmenter was downloaded",
    ]  # fmt: skip
    one = listed(vidseg)["deeplab_v3"]
    assert (one["where"], one["sha256"], one["bytes"], one["exact"]) == ("here", SUM, len(MODEL), True)
    assert str(cache) in vidseg("models").out
    assert "is there already" in vidseg("models", "pull", "deeplab_v3").err
    assert vidseg("models", "pull", "-q", "deeplab_v3").err == ""


def test_a_mirror_is_named_by_an_option(vidseg: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDSEG_MODELS_URL")
    assert vidseg("models", "pull", "deeplab_v3", "--from", shop.base).code == 0


def test_one_that_fails_does_not_stop_the_others(vidseg: Run, shop: Shop, cache: Path) -> None:
    cache.mkdir()
    (cache / "deeplab_v3.tflite.sha256").write_text("0" * 64)
    ran = vidseg("models", "pull", "deeplab_v3", "hair_segmenter")
    assert ran.code == 1
    failed, done = ran.err.splitlines()
    assert failed.startswith("FAILED: model deeplab_v3: ")
    assert done.startswith("hair_segmenter was downloaded")


def test_a_wrong_name_starts_nothing(vidseg: Run, shop: Shop) -> None:
    ran = vidseg("models", "pull", "deeplab_v3", "beard")
    assert ran.code == 2
    assert "'beard' is none of" in ran.err
    assert shop.asked == []


def test_a_bar_shows_how_far_it_is(vidseg: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidseg.cli.models.terminal", lambda: True)
    assert "deeplab_v3: " in vidseg("models", "pull", "deeplab_v3").err


def test_categories_without_a_model_of_several_classes_are_refused(vidseg: Run, tmp_path: Path) -> None:
    ran = vidseg("replace", str(tmp_path / "a.mp4"), "--bg", "green", "--category", "hair")
    assert ran.code == 2
    assert "--category: needs a --model with several classes" in ran.err
