"""Edges: a matte that is a little off comes to lie on the picture's own edge."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from vidseg.errors import OptionError
from vidseg.filters.edges import Edges
from vidseg.filters.enlarge import enlarged
from vidseg.frame import FULL, Cutout, Frame, planes_of

WIDTH, HEIGHT = 640, 360


def frame(luma: np.ndarray, pixel_format: str = "yuv420p") -> Frame:
    picture = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
    unit = 1 << (picture.format.components[0].bits - 8)
    for n, plane in enumerate(planes_of(picture)):
        plane[:] = luma * unit if n == 0 else 128 * unit
    picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
    return Frame(picture, 0, 0, Fraction(1, 25), 1)


def zigzag() -> np.ndarray:
    """True where the person is: right of an edge with teeth four pixels deep."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.asarray(columns > 320 + np.abs(rows % 16 - 8) / 2)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p10le"])
def test_the_teeth_of_an_edge_come_back(pixel_format: str) -> None:
    truth = zigzag()
    picture = frame(np.where(truth, 190, 60), pixel_format)
    small = cv2.resize(truth.astype(np.float32), (160, 90), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.2)
    (made,) = Edges()([Cutout(picture, small)])
    ours = np.abs(made.matte / FULL - truth).mean()
    plain = np.abs(enlarged(small, WIDTH, HEIGHT) / FULL - truth).mean()
    assert made.matte.dtype == np.uint16
    assert ours < 0.7 * plain


def test_away_from_the_edge_nothing_is_changed() -> None:
    truth = zigzag()
    noise = np.random.default_rng(0).integers(16, 235, (HEIGHT, WIDTH))
    small = cv2.resize(truth.astype(np.float32), (160, 90), interpolation=cv2.INTER_AREA)
    (made,) = Edges()([Cutout(frame(noise), small)])
    assert np.all(made.matte[:, :280] == 0)
    assert np.all(made.matte[:, 360:] == FULL)


def test_where_the_picture_has_no_edge_the_matte_keeps_its_own() -> None:
    small = cv2.GaussianBlur(cv2.resize(zigzag().astype(np.float32), (160, 90)), (0, 0), 1)
    (made,) = Edges(contrast=1)([Cutout(frame(np.full((HEIGHT, WIDTH), 100)), small)])
    assert np.abs(made.matte / FULL - enlarged(small, WIDTH, HEIGHT) / FULL).mean() < 0.01


@pytest.mark.parametrize("stage", [Edges(radius=0), Edges(softness=0), Edges(contrast=0.5)])
def test_what_has_no_sense_is_refused(stage: Edges) -> None:
    with pytest.raises(OptionError, match="edges"):
        stage.check()
