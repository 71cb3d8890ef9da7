"""Colour: what a picture's tags say, the usual guess where they say nothing, and RGB brought to a picture's own code.

Tags are FFmpeg's numbers, which are those of ITU-T H.273. Matrices by the luma coefficients of H.273, transfer
functions by Rec. ITU-R BT.709, BT.2100 (PQ, HLG) and IEC 61966-2-1 (sRGB); SDR white sits at 203 cd/m2 in HDR
(Rec. ITU-R BT.2408).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.frame import Plane
from vidseg.media import formats

UNSPECIFIED = 2
LIMITED, FULL_RANGE = 1, 2

PQ, HLG = 16, 18
_LUMA = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
_BT709, _BT2020 = 1, 9
_FROM_709_TO_2020 = np.array(
    [[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362], [0.016391, 0.088013, 0.895595]], np.float32
)
"""Rec. ITU-R BT.2087, linear light."""

SDR_WHITE = 203.0
"""Candela per square metre of SDR white in an HDR picture."""


@dataclass(frozen=True)
class Colour:
    """How a picture's numbers are meant: range, matrix, primaries, transfer as H.273 numbers, none unspecified."""

    range: int
    matrix: int
    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Whether the transfer is PQ or HLG."""
        return self.transfer in (PQ, HLG)

    @classmethod
    def of(cls, picture: av.VideoFrame) -> Colour:
        """What a picture is tagged with."""
        return cls(
            int(picture.color_range), int(picture.colorspace), int(picture.color_primaries), int(picture.color_trc)
        )

    def tag(self, picture: av.VideoFrame) -> None:
        """Write these tags to a picture."""
        picture.color_range, picture.colorspace = self.range, self.matrix
        picture.color_primaries, picture.color_trc = self.primaries, self.transfer


def resolve(picture: av.VideoFrame) -> tuple[Colour, bool]:
    """A picture's colour with what it doesn't say guessed as players do, and whether anything was guessed.

    Without tags, pictures of 1280 pixels or more either way, or of more than 576 lines, are BT.709, others the standard
    definition of their line count; the range is limited unless the format's name says full.
    """
    tagged = Colour.of(picture)
    lines, longest = min(picture.width, picture.height), max(picture.width, picture.height)
    guess = 1 if longest >= 1280 or lines > 576 else 5 if lines in (576, 288) else 6
    transfer_guess = 1 if guess == 1 else 6
    if tagged.transfer in (PQ, HLG) or _BT2020 in (tagged.matrix, tagged.primaries):
        guess, transfer_guess = _BT2020, 14
    matrix_known = tagged.matrix in _LUMA
    range_guess = FULL_RANGE if picture.format.name in formats.FULL_RANGE_NAMES else LIMITED
    colour = Colour(
        tagged.range if tagged.range in (LIMITED, FULL_RANGE) else range_guess,
        tagged.matrix if matrix_known else guess,
        tagged.primaries if tagged.primaries not in (0, UNSPECIFIED) else guess,
        tagged.transfer if tagged.transfer not in (0, UNSPECIFIED) else transfer_guess,
    )
    return colour, colour != tagged


def _to_yuv(matrix: int) -> NDArray[np.float32]:
    """R'G'B' to Y', Cb, Cr (chroma -0.5 to 0.5): H.273, 8.3, the equations of K_R and K_B."""
    red, blue = _LUMA[matrix]
    green = 1 - red - blue
    return np.array(
        [
            [red, green, blue],
            [-red / (2 * (1 - blue)), -green / (2 * (1 - blue)), 0.5],
            [0.5, -green / (2 * (1 - red)), -blue / (2 * (1 - red))],
        ],
        np.float32,
    )


def codes(depth: int, range_: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Scale and offset of luma and of chroma in code values."""
    if range_ == LIMITED:
        unit = float(1 << (depth - 8))
        return (219 * unit, 16 * unit), (224 * unit, 128 * unit)
    top = float((1 << depth) - 1)
    return (top, 0.0), (top, float(1 << (depth - 1)))


def black(picture: av.VideoFrame) -> tuple[int, int, int]:
    """The codes of black in a picture's own depth and range."""
    (_, luma), (_, chroma) = codes(picture.format.components[0].bits, int(picture.color_range))
    return round(luma), round(chroma), round(chroma)


def quantise(rgb: NDArray[np.float32], format_name: str, colour: Colour) -> list[Plane]:
    """R'G'B' (``float32``, ``(height, width, 3)``, 0 to 1, in the colour's own transfer) as planes of a working format.

    Chroma is the mean of the pixels that share it. Rounded to nearest, clipped to the code range.
    """
    height, width = rgb.shape[:2]
    depth = av.VideoFormat(format_name, 16, 16).components[0].bits
    luma, chroma = codes(depth, colour.range)
    size = formats.chroma_size(format_name, width, height)
    planes: list[Plane] = []
    for n, plane in enumerate(cv2.split(cv2.transform(rgb, _to_yuv(colour.matrix)))):
        scale, offset = chroma if n else luma
        small = plane if n == 0 or size == (width, height) else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        whole = np.clip(np.rint(small * scale + offset), 0, (1 << depth) - 1)
        planes.append(whole.astype(np.uint8 if depth == 8 else np.uint16))
    return planes


def dequantise(planes: list[Plane], depth: int, colour: Colour) -> NDArray[np.float32]:
    """Planes as R'G'B' (``float32``, ``(height, width, 3)``, clipped to 0 to 1), in the colour's own transfer."""
    luma, chroma = codes(depth, colour.range)
    height, width = planes[0].shape
    parts = []
    for n, plane in enumerate(planes):
        scale, offset = chroma if n else luma
        values = (plane.astype(np.float32) - np.float32(offset)) / np.float32(scale)
        parts.append(cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR))
    from_yuv = np.linalg.inv(_to_yuv(colour.matrix).astype(np.float64)).astype(np.float32)
    return np.clip(cv2.transform(cv2.merge(parts), from_yuv), 0, 1)


@lru_cache(maxsize=64)
def to_rgb(colour: Colour, depth: int) -> NDArray[np.float32]:
    """The matrix ``(3, 4)`` that takes Y, Cb, Cr codes (and 1) to R'G'B' in codes of 0 to 255."""
    (luma, luma_zero), (chroma, chroma_zero) = codes(depth, colour.range)
    from_yuv = np.linalg.inv(_to_yuv(colour.matrix).astype(np.float64)) * 255 / np.array([luma, chroma, chroma])
    zero = from_yuv @ np.array([luma_zero, chroma_zero, chroma_zero])
    matrix = np.hstack([from_yuv, -zero[:, None]]).astype(np.float32)
    matrix.flags.writeable = False
    return matrix


def _bt1886(values: NDArray[Any]) -> Any:
    """SDR code to display light, 0 to 1 (BT.1886's 2.4 power, which BT.2408 maps by)."""
    return np.power(np.clip(values, 0, 1), 2.4)


def _to_pq(light: NDArray[Any]) -> Any:
    """Display light (1 is SDR white) to PQ code: BT.2100, table 4."""
    y = np.power(np.clip(light, 0, None) * (SDR_WHITE / 10000), 0.1593017578125)
    return np.power((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375)


def _from_pq(code: NDArray[Any]) -> Any:
    """PQ code to display light (1 is SDR white)."""
    e = np.power(np.clip(code, 0, 1), 1 / 78.84375)
    return np.power(np.maximum(e - 0.8359375, 0) / (18.8515625 - 18.6875 * e), 1 / 0.1593017578125) * (
        10000 / SDR_WHITE
    )


_HLG_PEAK = 1000 / SDR_WHITE
"""The nominal 1000 cd/m2 HLG display, in SDR whites; its system gamma is 1.2 (BT.2100, table 5)."""


def _to_hlg(light: NDArray[Any]) -> Any:
    """Display light (1 is SDR white) to HLG code; the inverse OOTF is taken channel by channel, exact for greys."""
    scene = np.power(np.clip(light / _HLG_PEAK, 0, 1), 1 / 1.2)
    low = np.sqrt(3 * scene)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, low, high)


def _from_hlg(code: NDArray[Any]) -> Any:
    """HLG code to display light (1 is SDR white)."""
    clipped = np.clip(code, 0, 1)
    high = (np.exp((clipped - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.power(np.where(clipped <= 0.5, np.square(clipped) / 3, high), 1.2) * _HLG_PEAK


_TO_LIGHT: dict[int, Callable[[NDArray[Any]], Any]] = {PQ: _from_pq, HLG: _from_hlg}
_FROM_LIGHT: dict[int, Callable[[NDArray[Any]], Any]] = {PQ: _to_pq, HLG: _to_hlg}


def _by_table(values: NDArray[Any], function: Callable[[NDArray[Any]], Any]) -> NDArray[np.float32]:
    """A function of 0..1 by a table of 65536 steps."""
    table = function(np.linspace(0, 1, 65536)).astype(np.float32)
    taken = table[np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint16)]
    return np.asarray(taken, np.float32)


def _tone(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """HDR display light brought under SDR white: straight to 0.75, then rolled off."""
    over = np.maximum(light - 0.75, 0)
    return np.asarray(np.minimum(light, 0.75) + 0.25 * over / (over + 0.25), np.float32)


def same_light(source: Colour, target: Colour) -> bool:
    """Whether R'G'B' of one needs no ``convert_rgb`` to be the other's."""
    same_transfer = source.transfer == target.transfer or not (source.is_hdr or target.is_hdr)
    return same_transfer and (source.primaries == _BT2020) == (target.primaries == _BT2020)


def convert_rgb(rgb: NDArray[np.float32], source: Colour, target: Colour) -> NDArray[np.float32]:
    """R'G'B' of one transfer and primaries as another's (``float32``, 0 to 1).

    Between SDR transfers nothing is done, as players do nothing; SDR is put into HDR at 203 cd/m2, HDR into SDR
    rolled off above it. Of the primaries, BT.709's and BT.2020's families are told apart.
    """
    if same_light(source, target):
        return rgb
    wide_source, wide_target = source.primaries == _BT2020, target.primaries == _BT2020
    light = _by_table(rgb, _TO_LIGHT.get(source.transfer, _bt1886))
    if wide_source != wide_target:
        matrix = _FROM_709_TO_2020 if wide_target else np.linalg.inv(_FROM_709_TO_2020).astype(np.float32)
        light = np.asarray(cv2.transform(light, matrix), np.float32)
    light = np.maximum(light, 0)
    if source.is_hdr and not target.is_hdr:
        light = _tone(light)
    if target.is_hdr:
        return np.asarray(_FROM_LIGHT[target.transfer](light), np.float32)
    return np.asarray(np.power(np.clip(light, 0, 1), 1 / 2.4), np.float32)


SRGB = Colour(FULL_RANGE, 1, 1, 13)
"""What pictures and colours without a profile are."""
