"""Refine: a matte that is a little off comes to lie where the picture's colours part."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from vidseg.errors import OptionError
from vidseg.filters.refine import Refine
from vidseg.frame import Cutout, Frame, Matte, planes_of

WIDTH, HEIGHT = 320, 180
WAYS = [Refine(), Refine(contrast=2, passes=3, fast=False)]


def frame(right: np.ndarray, luma: np.ndarray | int = 110, pixel_format: str = "yuv444p") -> Frame:
    """Reddish where ``right`` is, else greenish, as bright as ``luma``: the grey picture of it may be all one."""
    picture = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
    unit = 1 << (picture.format.components[0].bits - 8)
    for plane, value in zip(planes_of(picture), (luma, 128, np.where(right, 160, 100)), strict=True):
        plane[:] = value * unit
    picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
    return Frame(picture, 0, 0, Fraction(1, 25), 1)


def zigzag() -> np.ndarray:
    """True right of an edge with teeth six pixels deep."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.asarray(columns > 160 + np.abs(rows % 24 - 12) / 2)


def doubtful(truth: np.ndarray) -> Matte:
    """As a model sees it: soft, its teeth lost, a point too far to the left."""
    return np.asarray(cv2.GaussianBlur(np.roll(truth, -1, 1).astype(np.float32), (0, 0), 3), np.float32)


@pytest.mark.parametrize("stage", WAYS, ids=repr)
@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv444p10le"])
def test_an_edge_that_only_colour_tells_comes_back(stage: Refine, pixel_format: str) -> None:
    truth = zigzag()
    matte = doubtful(truth)
    (made,) = stage([Cutout(frame(truth, pixel_format=pixel_format), matte)])
    inside = np.s_[:, 20:-20]  # ``np.roll`` brings the right end to the left
    assert made.matte.shape == matte.shape
    assert np.abs(made.matte - truth)[inside].mean() < 0.35 * np.abs(matte - truth)[inside].mean()


@pytest.mark.parametrize("stage", WAYS, ids=repr)
def test_away_from_the_edge_nothing_is_changed(stage: Refine) -> None:
    truth = zigzag()
    noise = np.random.default_rng(0).integers(16, 235, (HEIGHT, WIDTH))
    matte = cv2.GaussianBlur(truth.astype(np.float32), (9, 9), 1.5)
    (made,) = stage([Cutout(frame(~truth, noise), matte)])
    far = 5 + 2 * stage.radius * stage.passes
    assert np.all(made.matte[:, : 160 - far] == 0)
    assert np.all(made.matte[:, 167 + far :] == 1)


@pytest.mark.parametrize("stage", WAYS, ids=repr)
def test_where_the_picture_says_nothing_the_edge_stays_where_it_is(stage: Refine) -> None:
    columns = np.broadcast_to(np.arange(WIDTH), (HEIGHT, WIDTH))
    matte = np.clip((columns - 159.5) / 8 + 0.5, 0, 1).astype(np.float32)
    (made,) = stage([Cutout(frame(np.zeros((HEIGHT, WIDTH), np.bool_)), matte)])
    assert np.all(made.matte[:, :159] < 0.5)
    assert np.all(made.matte[:, 161:] > 0.5)


@pytest.mark.parametrize("matte", [np.zeros((HEIGHT, WIDTH), np.float32), np.ones((HEIGHT, WIDTH), np.float32)])
def test_where_there_is_no_edge_the_cutout_passes_as_it_is(matte: Matte) -> None:
    cutout = Cutout(frame(zigzag()), matte)
    (made,) = Refine()([cutout])
    assert np.array_equal(made.matte, matte)


def test_a_finer_matte_is_that_of_a_finer_picture() -> None:
    truth = zigzag()
    small = cv2.resize(truth.astype(np.float32), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    (made,) = Refine(finer=2)([Cutout(frame(truth), cv2.GaussianBlur(small, (0, 0), 2))])
    assert made.matte.shape == truth.shape
    assert np.abs(made.matte - truth).mean() < 0.01


@pytest.mark.parametrize(
    "stage", [Refine(radius=1), Refine(softness=0), Refine(contrast=0.5), Refine(passes=0), Refine(finer=0)]
)
def test_what_has_no_sense_is_refused(stage: Refine) -> None:
    with pytest.raises(OptionError, match="refine"):
        stage.check()
