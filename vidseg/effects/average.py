"""Average: every pixel becomes the weighted mean of those around it, in the planes of the frame's own format.

A mean of values times weights is divided by the mean of the weights (normalised convolution: Knutsson and Westin,
1993), so that what has no weight, and what lies outside the picture, is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.effects.band import chroma_matte
from vidseg.frame import FULL, Frame, Matte, Plane
from vidseg.media import formats

Shape = Literal["gaussian", "disc"]

_FINEST = {"gaussian": 2.0, "disc": 2.5}
"""Standard deviations in samples that are left when a plane is made smaller: above, nobody sees that it was."""

_DOUBT = 16.0
"""Weight, of 65535, that a flat picture has beside the planes: so that there is a value where nothing else has any."""


class Average:
    """Averages frames of one size and format; keeps what it has calculated for them.

    ``radius`` is the disc's in pixels, downward; a Gaussian has the disc's own standard deviation, half its radius.
    """

    def __init__(self, shape: Shape, radius: float) -> None:
        self._shape, self._radius = shape, radius
        self._grids: dict[tuple[int, ...], _Grid] = {}

    def of(self, frame: Frame, weights: Matte) -> list[Plane]:
        """The averaged planes; ``weights`` are ``uint16``, 0 to ``FULL``, of the frame's size.

        Chroma takes the mean weight of the pixels that share a sample. What is between two codes is dithered, so that
        blurred walls show no bands.
        """
        shifts = formats.shifts(formats.same_planes(frame.picture.format.name))
        blurred: dict[tuple[int, ...], tuple[Matte, NDArray[np.float32]]] = {}
        averaged = []
        for n, plane in enumerate(frame.planes):
            grid = self._grids.get(plane.shape)
            if grid is None:
                across, down = shifts if n else (0, 0)
                wide = self._radius / float(frame.sample_aspect_ratio) / (1 << across)
                grid = self._grids[plane.shape] = _Grid(self._shape, plane.shape, wide, self._radius / (1 << down))
            if plane.shape not in blurred:
                ours = weights if plane.shape == weights.shape else chroma_matte(weights, *plane.shape)
                blurred[plane.shape] = ours, grid.blurred(ours)
            averaged.append(grid.mean(plane, frame.depth, *blurred[plane.shape]))
        return averaged


class _Axis(NamedTuple):
    """One direction of a plane: by how much it is made smaller, to how many samples, and the blur's radius there."""

    factor: int
    small: int
    radius: float


def _axis(shape: Shape, length: int, radius: float) -> _Axis:
    factor = 1
    while radius / (4 * factor) >= _FINEST[shape]:
        factor *= 2
    return _Axis(factor, -(-length // factor), radius / factor)


@dataclass(frozen=True, slots=True)
class _Gaussian:
    """A Gaussian of these standard deviations."""

    across: float
    down: float

    def __call__(self, plane: NDArray[np.float32]) -> Any:
        return cv2.GaussianBlur(plane, (0, 0), self.across, sigmaY=self.down, borderType=cv2.BORDER_CONSTANT)


@dataclass(frozen=True, slots=True)
class _Disc:
    """A disc, or an ellipse where samples aren't square; its rim is as sharp as a sample."""

    kernel: NDArray[np.float32]

    @classmethod
    def of(cls, across: float, down: float) -> _Disc:
        wide, high = int(np.ceil(across)), int(np.ceil(down))
        rows, columns = np.ogrid[-high : high + 1, -wide : wide + 1]
        distance = np.hypot(rows / max(down, 0.5), columns / max(across, 0.5))
        inside = np.clip((1 - distance) * max(min(across, down), 0.5) + 0.5, 0, 1)
        return cls((inside / inside.sum()).astype(np.float32))

    def __call__(self, plane: NDArray[np.float32]) -> Any:
        return cv2.filter2D(plane, -1, self.kernel, borderType=cv2.BORDER_CONSTANT)


class _Grid:
    """Planes of one shape, made smaller, blurred there, and enlarged."""

    def __init__(self, shape: Shape, size: tuple[int, ...], across: float, down: float) -> None:
        self._height, self._width = size
        self._x, self._y = _axis(shape, size[1], across), _axis(shape, size[0], down)
        self._blur: _Gaussian | _Disc = (
            _Disc.of(self._x.radius, self._y.radius) if shape == "disc" else _Gaussian(_left(self._x), _left(self._y))
        )
        self._dither: NDArray[np.uint16] | None = None
        self._fine = np.empty((self._y.small * self._y.factor, self._x.small * self._x.factor), np.uint16)

    def blurred(self, samples: NDArray[np.uint16]) -> NDArray[np.float32]:
        """``uint16`` samples made smaller, and blurred."""
        bottom, right = self._fine.shape[0] - self._height, self._fine.shape[1] - self._width
        if bottom or right:  # without weight, like all that is outside
            samples = cv2.copyMakeBorder(samples, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=[0])  # type: ignore[assignment]
        width, height = samples.shape[1], samples.shape[0]
        while (width, height) != (self._x.small, self._y.small):  # by halves, which OpenCV is quickest at
            width, height = max(width // 2, self._x.small), max(height // 2, self._y.small)
            samples = cv2.resize(samples, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        return np.asarray(self._blur(samples.astype(np.float32)), np.float32)

    def mean(self, plane: Plane, depth: int, weights: Matte, blurred: NDArray[np.float32]) -> Plane:
        """The plane's weighted mean around each sample; ``blurred`` are the weights as ``blurred`` gives them."""
        unit = 1 << (16 - depth)
        fine = self._fine[: self._height, : self._width]
        np.copyto(fine, plane)
        cv2.multiply(fine, weights, fine, scale=unit / FULL)
        above = self.blurred(fine)
        total = float(blurred.sum())
        flat = float(above.sum()) / total if total > 1 else 0.5
        above += np.float32(_DOUBT * flat)
        above /= blurred + np.float32(_DOUBT)
        above *= np.float32(FULL)
        np.clip(above, 0, FULL - unit + 1, out=above)
        small = np.rint(above, out=above).astype(np.uint16)
        cv2.resize(small, self._fine.shape[::-1], self._fine, interpolation=cv2.INTER_LINEAR)
        return self._coded(fine, depth)

    def _coded(self, fine: NDArray[np.uint16], depth: int) -> Plane:
        """Values of 16 bits as codes of this depth."""
        if self._dither is None:
            self._dither = _dither(self._height, self._width, depth)
        cv2.add(fine, self._dither, fine)
        if depth == 8:  # without their lower half, for OpenCV rounds to nearest
            return np.asarray(cv2.convertScaleAbs(fine, alpha=1 / 256, beta=-127.5 / 256))
        return np.right_shift(fine, 16 - depth)


def _left(axis: _Axis) -> float:
    """The standard deviation that is left to a Gaussian when making smaller and enlarging have done their part.

    A box of n samples has the variance (n^2 - 1) / 12, linear interpolation between samples n apart n^2 / 6.
    """
    sigma = axis.radius / 2
    if axis.factor > 1:
        sigma = (sigma**2 - (1 - axis.factor**-2) / 12 - 1 / 6) ** 0.5
    return max(sigma, 0.1)


def _dither(height: int, width: int, depth: int) -> NDArray[np.uint16]:
    """What is added before bits are cut off: interleaved gradient noise (Jimenez, SIGGRAPH 2014), the same every time.

    A sixteenth of a code is kept clear at both ends, so that what is a code, but for rounding, stays that code.
    """
    rows, columns = np.ogrid[:height, :width]
    noise = np.modf(52.9829189 * np.modf(0.06711056 * columns + 0.00583715 * rows)[0])[0]
    return ((1 / 16 + noise * 7 / 8) * (1 << (16 - depth))).astype(np.uint16)
