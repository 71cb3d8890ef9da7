"""Categories: of a real model with several classes those that are asked for, by MediaPipe itself."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.segmenters import multiclass
from vidseg.errors import ModelError, OptionError
from vidseg.frame import Frame, Matte
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.segmenters.network import Network
from vidseg.segmenters.region import Region
from vidseg.testing import frame

LABELS = ["background", "hair", "face-skin", "clothes"]
WEIGHTS = [[0, 0, 0], [9, -9, -9], [-9, 9, -9], [-9, -9, 9]]
"""Red is hair, green is skin, blue is clothes, black is everything by a quarter; with a softmax of e^9 against 1."""

QUARTERS = {"hair": (0, 0), "face-skin": (0, 1), "clothes": (1, 0), "background": (1, 1)}


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "classes.tflite"
    path.write_bytes(multiclass.model(LABELS, WEIGHTS))
    return str(path)


def quarters() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Red, green, blue, and white, which is none of them."""
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[:32, :32], rgb[:32, 32:], rgb[32:, :32], rgb[32:, 32:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
    return rgb


def values(matte: Matte) -> dict[str, float]:
    """What a matte says in the middle of each quarter."""
    return {name: float(matte[16 + 32 * row, 16 + 32 * column]) for name, (row, column) in QUARTERS.items()}


@pytest.mark.parametrize(
    "wanted", [("hair",), ("clothes",), ("hair", "clothes"), ("hair", "face-skin", "clothes"), ("background",), ()]
)
def test_the_matte_is_the_classes_that_are_wanted(model: str, wanted: tuple[str, ...]) -> None:
    with Network(model, wanted) as network:
        found = values(network.matte(quarters()))
    for name, value in found.items():
        assert value == pytest.approx(float(name in (wanted or LABELS[1:])), abs=0.001)


def test_case_does_not_matter_and_a_class_twice_counts_once(model: str) -> None:
    with Network(model, ("HAIR", "hair")) as network:
        assert values(network.matte(quarters()))["hair"] == pytest.approx(1, abs=0.001)
        assert network.matte(np.zeros((64, 64, 3), np.uint8)).max() == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize("stage", [MediaPipe, Region])
def test_a_wrong_name_is_told_those_that_there_are(model: str, stage: type[MediaPipe] | type[Region]) -> None:
    settings = {"model": model} if stage is MediaPipe else {"models": (model,)}
    with pytest.raises(OptionError, match="has no 'hare'; it has background, hair, face-skin, clothes") as caught:
        stage(**settings, categories=("hair", "hare")).check()
    assert caught.value.option == "--category"
    stage(**settings, categories=("hair",)).check()


def test_a_model_without_names_has_no_categories(tmp_path: Path) -> None:
    path = tmp_path / "nameless.tflite"
    path.write_bytes(multiclass.model(None, WEIGHTS))
    MediaPipe(str(path)).check()
    with pytest.raises(OptionError, match="doesn't name its classes"):
        MediaPipe(str(path), ("hair",)).check()


def test_a_name_without_a_mask_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "more.tflite"
    path.write_bytes(multiclass.model([*LABELS, "hat"], WEIGHTS))
    with pytest.raises((ModelError, OptionError)):
        MediaPipe(str(path), ("hat",)).check()


def test_the_one_class_of_a_model_that_comes_along_has_its_name() -> None:
    MediaPipe("general", ("selfie",)).check()
    with pytest.raises(OptionError, match="has no 'hair'; it has selfie"):
        MediaPipe("general", ("hair",)).check()


def test_a_fourth_channel_is_the_mask_of_a_picture_before_of_which_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "four.tflite"
    path.write_bytes(multiclass.model(["background", "hair"], [[0, 0, 0, 0], [9, -9, -9, 9]]))
    with Network(str(path), ("hair",)) as network:
        assert values(network.matte(quarters()))["hair"] == pytest.approx(1, abs=0.001)
        assert network.matte(np.zeros((64, 64, 3), np.uint8)).max() == pytest.approx(0.5, abs=0.001)


def red_and_grey() -> Frame:
    """A red patch in the middle of grey: that, and nothing else, is hair."""
    rgb = np.full((180, 320, 3), 128, np.uint8)
    rgb[60:120, 120:200] = (255, 0, 0)
    picture = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv444p", dst_colorspace="ITU709")
    picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
    return frame(0, 320, 180, "yuv444p").with_picture(picture)


def test_the_whole_picture_gives_the_class_where_it_is(model: str) -> None:
    (cutout,) = MediaPipe(model, ("hair",))([red_and_grey()])
    assert cutout.matte[32, 32] > 0.9
    assert cutout.matte[5, 5] < 0.05


def test_a_region_asks_its_models_for_the_class_and_its_finder_for_people(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finder is told what it sees, for there is no person in a picture of patches."""
    monkeypatch.setattr(Network, "matte", _everybody_or(Network.matte))
    stage = Region(models=(model,), motion=False, follow=0, categories=("hair",))
    (cutout,) = stage([red_and_grey()])
    height, width = cutout.matte.shape
    assert cutout.matte[height // 2, width // 2] > 0.9
    assert cutout.matte[: height // 5].max() < 0.05


def _everybody_or(matte: object) -> object:
    def found(network: Network, rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Matte:
        if network.model == "landscape":
            return np.ones(rgb.shape[:2], np.float32)
        return matte(network, rgb)  # type: ignore[operator, no-any-return]

    return found
