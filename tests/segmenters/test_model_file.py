"""Model files: the two that come along are the real ones, and one's own is looked at before it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from vidseg.errors import ModelError
from vidseg.segmenters.model_file import BUNDLED, load

SUMS = {  # MediaPipe's own list, third_party/external_files.bzl
    "general": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    "landscape": "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
}


def test_no_model_comes_along_that_is_not_tested_here() -> None:
    assert set(BUNDLED) == set(SUMS)


@pytest.mark.parametrize("name", SUMS)
def test_a_bundled_model_is_mediapipe_s_file_bit_for_bit(name: str) -> None:
    assert hashlib.sha256(load(name).path.read_bytes()).hexdigest() == SUMS[name]


@pytest.mark.parametrize("name", SUMS)
def test_a_bundled_model_s_sum_origin_and_licence_lie_beside_it(name: str) -> None:
    folder = BUNDLED[name].parent
    told = (folder / "README.md").read_text()
    assert SUMS[name] in told
    assert BUNDLED[name].name in told
    assert "Apache License" in (folder / "LICENSE").read_text()


@pytest.mark.parametrize(("name", "width", "height"), [("general", 256, 256), ("landscape", 256, 144)])
def test_a_model_s_size_is_read_from_its_file(name: str, width: int, height: int) -> None:
    model = load(name)
    assert (model.width, model.height) == (width, height)


def test_one_s_own_model_is_found_by_its_path(tmp_path: Path) -> None:
    own = tmp_path / "mine.tflite"
    own.write_bytes(BUNDLED["landscape"].read_bytes())
    model = load(str(own))
    assert (model.path, model.width, model.height) == (own, 256, 144)


def refused(model: object) -> str:
    """The reason for which a model is refused."""
    with pytest.raises(ModelError) as caught:
        load(str(model))
    assert caught.value.model == str(model)
    assert caught.value.exit_code == 2
    assert len(str(caught.value).splitlines()) == 1
    return caught.value.reason


def test_a_name_that_is_none_is_told_those_that_are(tmp_path: Path) -> None:
    reason = refused(tmp_path / "nowhere.tflite")
    assert "no such file" in reason
    for name in BUNDLED:
        assert name in reason


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    assert "is not a file" in refused(tmp_path)


def test_a_name_too_long_for_the_system_is_no_model() -> None:
    assert "can't be read" in refused("a" * 5000)


@pytest.mark.parametrize("content", [b"", b"TFL", b"just some text, named as a model"])
def test_text_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.tflite"
    path.write_bytes(content)
    assert "no TensorFlow Lite model" in refused(path)


@pytest.mark.parametrize("length", [8, 64, 1000])
def test_a_model_cut_short_is_no_model(tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.tflite"
    path.write_bytes(BUNDLED["general"].read_bytes()[:length])
    assert "broken" in refused(path)


def test_noise_with_a_model_s_mark_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "noise.tflite"
    noise = bytes((n * 167 + 13) % 256 for n in range(4096))
    path.write_bytes(noise[:4] + b"TFL3" + noise[8:])
    assert refused(path)


def test_a_model_that_may_not_be_read_is_refused(
    public: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    path = public / "locked.tflite"
    path.write_bytes(BUNDLED["general"].read_bytes())
    path.chmod(0)
    with as_nobody():
        assert "can't be read" in refused(path)
