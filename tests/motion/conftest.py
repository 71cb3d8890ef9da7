"""A scene whose truth is known: a textured disc that moves in front of a textured wall that pans, cut in the middle."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from vidseg.frame import Cutout, Frame, planes_of

WIDTH, HEIGHT = 320, 180

Scene = Callable[..., tuple[list[Cutout], list[np.ndarray]]]


def texture(seed: int, height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.asarray(128 + 45 * soft / soft.std(), np.float32)


def frame(luma: np.ndarray, n: int) -> Frame:
    picture = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    planes = planes_of(picture)
    planes[0][:] = np.clip(luma, 16, 235).astype(np.uint8)
    for plane in planes[1:]:
        plane[:] = 128
    picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
    return Frame(picture, n, n, Fraction(1, 25), 1)


@pytest.fixture
def scene() -> Scene:
    def made(
        count: int = 24, pan: float = 2.0, walk: float = -3.0, cut: int | None = None
    ) -> tuple[list[Cutout], list[np.ndarray]]:
        cutouts, truths = [], []
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        for n in range(count):
            second = cut is not None and n >= cut
            wall, cloth = texture(2 * second, HEIGHT, 2 * WIDTH), texture(2 * second + 1, HEIGHT, 2 * WIDTH)
            left = round(pan * n)
            x = WIDTH * 0.6 + walk * (n - count / 2)
            disc = np.hypot(rows - HEIGHT / 2, columns - x) < 45
            shift = round(x)
            coat = cloth[:, WIDTH - shift : 2 * WIDTH - shift]
            luma = np.where(disc, coat, wall[:, left : left + WIDTH])
            truth = disc.astype(np.float32)
            cutouts.append(Cutout(frame(luma, n), truth))
            truths.append(truth)
        return cutouts, truths

    return made
