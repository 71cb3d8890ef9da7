"""HDR's static metadata: the mastering display (SMPTE ST 2086) and the content light level (CTA-861.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import av

from vidseg.media.side_data import side_data


@dataclass(frozen=True)
class StaticMetadata:
    """What a display is told of the whole programme.

    ``primaries`` are red, green, blue and white as x, y; ``luminance`` is lowest and highest in cd/m2; ``light`` is the
    brightest pixel and the brightest frame's mean in cd/m2. Each is ``None`` where the source doesn't say.
    """

    primaries: tuple[tuple[Fraction, Fraction], ...] | None = None
    luminance: tuple[Fraction, Fraction] | None = None
    light: tuple[int, int] | None = None

    @property
    def has_display(self) -> bool:
        """Whether the mastering display is wholly known."""
        return self.primaries is not None and self.luminance is not None

    def x265(self) -> dict[str, str]:
        """As libx265's parameters: chromaticity in 0.00002, luminance in 0.0001 cd/m2."""
        parameters = {}
        if self.primaries and self.luminance:
            (red, green, blue, white) = [(round(x * 50000), round(y * 50000)) for x, y in self.primaries]
            low, high = (round(value * 10000) for value in self.luminance)
            parameters["master-display"] = (
                f"G({green[0]},{green[1]})B({blue[0]},{blue[1]})R({red[0]},{red[1]})WP({white[0]},{white[1]})"
                f"L({high},{low})"
            )
        if self.light:
            parameters["max-cll"] = f"{self.light[0]},{self.light[1]}"
        return parameters

    def svt_av1(self) -> dict[str, str]:
        """As SVT-AV1's parameters: plain decimals."""
        parameters = {}
        if self.primaries and self.luminance:
            red, green, blue, white = (f"({float(x):.5f},{float(y):.5f})" for x, y in self.primaries)
            low, high = self.luminance
            parameters["mastering-display"] = f"G{green}B{blue}R{red}WP{white}L({float(high):.4f},{float(low):.4f})"
        if self.light:
            parameters["content-light"] = f"{self.light[0]},{self.light[1]}"
        return parameters


def static_metadata(picture: av.VideoFrame) -> StaticMetadata:
    """What a decoded picture carries; layouts by FFmpeg's ``mastering_display_metadata.h``."""
    carried = side_data(picture) or {}
    display, level = carried.get("MASTERING_DISPLAY_METADATA"), carried.get("CONTENT_LIGHT_LEVEL")
    primaries = luminance = light = None
    if display is not None:
        numbers = struct.unpack("=22i", display[:88])
        pairs = [Fraction(n, d) if d else Fraction(0) for n, d in zip(numbers[0:20:2], numbers[1:20:2], strict=True)]
        if numbers[20]:
            primaries = tuple((pairs[i], pairs[i + 1]) for i in (0, 2, 4, 6))
        if numbers[21]:
            luminance = (pairs[8], pairs[9])
    if level is not None:
        light = struct.unpack("=2I", level[:8])
    return StaticMetadata(primaries, luminance, light)
