"""Average: what OpenCV gives at full size in double precision, at a fraction of the time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vidseg import testing
from vidseg.effects.average import Average, Shape
from vidseg.effects.band import chroma_matte
from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media import formats

WIDTH, HEIGHT = 320, 183
"""Odd, so that planes don't divide evenly."""

every_format = pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "yuv444p12le"])
every_shape = pytest.mark.parametrize("shape", ["gaussian", "disc"])


def painted(pixel_format: str = "yuv420p") -> Frame:
    """Hard edges, fine lines and a little noise."""
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    random = np.random.default_rng(0)
    top = (1 << frame.depth) - 1
    for plane in planes_of(frame.picture):
        rows, columns = np.ogrid[: plane.shape[0], : plane.shape[1]]
        values = (
            0.2 + 0.5 * ((rows // 20 + columns // 30) % 2) + 0.1 * (columns % 3) + random.uniform(0, 0.1, plane.shape)
        )
        plane[:] = (values * top).astype(plane.dtype)
    return frame


def weights() -> Matte:
    """Nothing in a disc, soft around it, full elsewhere."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    distance = np.hypot(rows - 90, columns - 150)
    return np.asarray(np.clip((distance - 50) / 10, 0, 1) * FULL, np.uint16)


def exactly(plane: Plane, share: NDArray[Any], shape: Shape, across: float, down: float) -> NDArray[np.float64]:
    """The weighted mean by its definition."""

    def blurred(values: NDArray[Any]) -> NDArray[np.float64]:
        if shape == "gaussian":
            made = cv2.GaussianBlur(values, (0, 0), across / 2, sigmaY=down / 2, borderType=cv2.BORDER_CONSTANT)
            return np.asarray(made, np.float64)
        rows, columns = np.mgrid[-int(down) - 1 : int(down) + 2, -int(across) - 1 : int(across) + 2]
        inside = (np.hypot(rows / down, columns / across) <= 1).astype(np.float64)
        return np.asarray(cv2.filter2D(values, -1, inside / inside.sum(), borderType=cv2.BORDER_CONSTANT), np.float64)

    share = share.astype(np.float64)
    return blurred(plane * share) / np.maximum(blurred(share), 1e-9)


@every_shape
@every_format
@pytest.mark.parametrize("radius", [6.0, 9.0, 27.0])
def test_it_is_the_weighted_mean_by_its_definition(shape: Shape, pixel_format: str, radius: float) -> None:
    frame = painted(pixel_format)
    across, down = formats.shifts(pixel_format)
    averaged = Average(shape, radius).of(frame, weights())
    for n, (plane, got) in enumerate(zip(frame.planes, averaged, strict=True)):
        share = chroma_matte(weights(), *plane.shape) if n and pixel_format != "yuv444p12le" else weights()
        wide, high = (radius / (1 << across), radius / (1 << down)) if n else (radius, radius)
        expected = exactly(plane, share, shape, wide, high)
        assert got.dtype == plane.dtype
        off = np.abs(got - expected)[share > FULL // 20] / (1 << frame.depth - 8)
        # a disc of few samples is a coarse one
        assert off.mean() < (0.6 if shape == "gaussian" else 2)
        assert off.max() < (4 if shape == "gaussian" else 25)


@every_shape
@every_format
def test_a_flat_plane_stays_flat_up_to_the_picture_s_edge(shape: Shape, pixel_format: str) -> None:
    frame = testing.frame(0, WIDTH, HEIGHT, pixel_format)
    codes = [(1 << frame.depth) * n // 7 for n in (1, 3, 6)]
    for plane, code in zip(planes_of(frame.picture), codes, strict=True):
        plane[:] = code
    for plane, code in zip(Average(shape, 20).of(frame, weights()), codes, strict=True):
        reached = plane[weights() > 0] if plane.shape == (HEIGHT, WIDTH) else plane[:10]
        assert np.all(reached == code)


@every_shape
@every_format
def test_what_has_no_weight_is_not_in_it(shape: Shape, pixel_format: str) -> None:
    frame = painted(pixel_format)
    share = np.where(weights() < FULL, 0, FULL).astype(np.uint16)
    before = Average(shape, 15).of(frame, share)
    for plane in planes_of(frame.picture):
        ours = share if plane.shape == share.shape else chroma_matte(share, *plane.shape)
        plane[ours == 0] = 0
    assert all(map(np.array_equal, Average(shape, 15).of(frame, share), before))


def spread(plane: Plane, ground: int) -> tuple[float, float]:
    """The standard deviations of what rises above the ground, across and down."""
    rising = plane.astype(np.float64) - ground
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
    total = rising.sum()
    x, y = (rising * columns).sum() / total, (rising * rows).sum() / total
    return float(((rising * (columns - x) ** 2).sum() / total) ** 0.5), float(
        ((rising * (rows - y) ** 2).sum() / total) ** 0.5
    )


@every_shape
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(2)])
def test_a_point_spreads_by_half_the_radius_in_what_is_seen(shape: Shape, aspect: Fraction) -> None:
    """In luma and in chroma that is halved across, and where pixels are twice as wide as high."""
    radius, side = 24.0, 16
    frame = replace(testing.frame(0, 256, 256, "yuv422p12le"), sample_aspect_ratio=aspect)
    for plane in planes_of(frame.picture):
        plane[:] = 1000
        across = plane.shape[1] // 2
        wide = side // 2 * plane.shape[1] // 256
        plane[128 - side // 2 : 128 + side // 2, across - wide : across + wide] = 4000
    full = np.full((256, 256), FULL, np.uint16)
    for plane in Average(shape, radius).of(frame, full):
        across, down = spread(plane, 1000)
        box = side**2 / 12
        to_luma = 256 / plane.shape[1]
        assert down == pytest.approx((radius**2 / 4 + box) ** 0.5, rel=0.04)
        assert across * to_luma == pytest.approx((radius**2 / 4 / float(aspect) ** 2 + box) ** 0.5, rel=0.04)


def test_what_is_between_two_codes_is_dithered_and_so_kept_in_the_mean() -> None:
    frame = testing.frame(0, 256, 64)
    luma = planes_of(frame.picture)[0]
    luma[:] = 100
    luma[:, ::4] = 101  # a quarter of a code more
    averaged = Average("gaussian", 30).of(frame, np.full((64, 256), FULL, np.uint16))[0]
    middle = averaged[16:48, 64:192]
    assert set(np.unique(middle)) == {100, 101}
    assert middle.mean() == pytest.approx(100.25, abs=0.04)


def test_where_nothing_has_weight_there_is_still_a_picture() -> None:
    frame = painted()
    for plane in Average("gaussian", 10).of(frame, np.zeros((HEIGHT, WIDTH), np.uint16)):
        assert plane.min() == plane.max()
