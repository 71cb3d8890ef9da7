"""HDR's static metadata: read from a decoded picture, told to the encoders in their own units."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from vidseg.media import hdr
from vidseg.media.hdr import StaticMetadata, static_metadata
from vidseg.testing import picture

# BT.2020's primaries and D65 (Rec. ITU-R BT.2020, table 3), a display of 0.005 to 1000 cd/m2
PRIMARIES = tuple(
    (Fraction(x), Fraction(y))
    for x, y in (("0.708", "0.292"), ("0.17", "0.797"), ("0.131", "0.046"), ("0.3127", "0.329"))
)
WHOLE = StaticMetadata(PRIMARIES, (Fraction("0.005"), Fraction(1000)), (1000, 400))


def display(primaries: bool, luminance: bool) -> bytes:
    """An ``AVMasteringDisplayMetadata`` made by hand: ten fractions, two flags."""
    numbers: list[int] = []
    for x, y in PRIMARIES:
        numbers += [round(x * 50000), 50000, round(y * 50000), 50000]
    return struct.pack("=22i", *numbers, 50, 10000, 10_000_000, 10000, primaries, luminance)


def carrying(monkeypatch: pytest.MonkeyPatch, **carried: bytes) -> StaticMetadata:
    monkeypatch.setattr(hdr, "side_data", lambda _: carried)
    return static_metadata(picture())


def test_what_a_picture_carries_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = {"MASTERING_DISPLAY_METADATA": display(True, True), "CONTENT_LIGHT_LEVEL": struct.pack("=2I", 1000, 400)}
    assert carrying(monkeypatch, **carried) == WHOLE


@pytest.mark.parametrize(("primaries", "luminance"), [(True, False), (False, True), (False, False)])
def test_half_a_display_is_no_display(monkeypatch: pytest.MonkeyPatch, primaries: bool, luminance: bool) -> None:
    came = carrying(monkeypatch, MASTERING_DISPLAY_METADATA=display(primaries, luminance))
    assert (came.primaries is not None, came.luminance is not None) == (primaries, luminance)
    assert not came.has_display
    assert came.x265() == {}
    assert came.svt_av1() == {}


def test_a_fraction_over_nothing_is_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    came = carrying(monkeypatch, MASTERING_DISPLAY_METADATA=struct.pack("=22i", *[0] * 20, 1, 1))
    assert came.luminance == (Fraction(0), Fraction(0))


def test_an_ordinary_picture_carries_nothing() -> None:
    assert static_metadata(picture()) == StaticMetadata()


def test_where_side_data_cant_be_read_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdr, "side_data", lambda _: None)
    assert static_metadata(picture()) == StaticMetadata()


def test_x265_is_told_in_its_units() -> None:
    """Chromaticity in 0.00002, luminance in 0.0001 cd/m2; green first, highest luminance first."""
    assert WHOLE.x265() == {
        "master-display": "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)",
        "max-cll": "1000,400",
    }


def test_svt_av1_is_told_in_decimals() -> None:
    assert WHOLE.svt_av1() == {
        "mastering-display": (
            "G(0.17000,0.79700)B(0.13100,0.04600)R(0.70800,0.29200)WP(0.31270,0.32900)L(1000.0000,0.0050)"
        ),
        "content-light": "1000,400",
    }


def test_nothing_known_is_nothing_told() -> None:
    assert StaticMetadata().x265() == {}
    assert StaticMetadata().svt_av1() == {}
    assert StaticMetadata(light=(7, 3)).x265() == {"max-cll": "7,3"}
    assert StaticMetadata(light=(7, 3)).svt_av1() == {"content-light": "7,3"}
