"""Forms: what can't work is refused before anything starts, what can't for one source with a line that says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vidseg import testing
from vidseg.errors import OptionError, WriteError
from vidseg.frame import FULL, Frame
from vidseg.job import Encoding
from vidseg.media import fitting, forms
from vidseg.media.colour import Colour
from vidseg.media.notes import Notes

STRAIGHT, MATTE = Encoding(content="straight"), Encoding(content="matte")


def with_alpha(
    pixel_format: str = "yuv420p", size: tuple[int, int] = (64, 48), tags: tuple[int, int, int, int] = (1, 1, 1, 1)
) -> Frame:
    frame = testing.frame(0, *size, pixel_format)
    Colour(*tags).tag(frame.picture)
    return frame.with_picture(frame.picture, np.full((size[1], size[0]), FULL, np.uint16))


def form(encoding: Encoding, container: str, frame: Frame) -> tuple[forms.Form, list[str]]:
    notes = Notes()
    return forms.of(encoding, container, frame, Path("out"), notes), notes.said


@pytest.mark.parametrize(
    ("encoding", "container", "line"),
    [
        (STRAIGHT, "mp4", "--format: mp4 holds no alpha channel: use .mov, .webm or .mkv, or --format stacked or "
         "side-by-side"),
        (Encoding("prores4444", 10, content="straight"), "mov", "--crf: prores4444 has no such setting"),
        (Encoding("vp9", 64, content="straight"), "webm", "--crf: 64 is outside 0 to 63, which vp9 has"),
        (Encoding("h264", content="matte"), "sequence", "--codec: a sequence is PNG, not h264"),
        (Encoding(crf=3, content="matte"), "sequence", "--crf: png has no such setting"),
        (Encoding(depth=10, content="matte"), "sequence", "--depth: a PNG has 8 or 16 bits, not 10"),
        (Encoding(depth=16, content="matte"), "matroska", "--depth: ffv1 has 8 or 10 or 12 bits, not 16"),
        (Encoding("vp9", depth=10, content="matte"), "webm", "--depth: vp9 has 8 bits, not 10"),
        (Encoding("prores", range="full", content="matte"), "mov",
         "--range: prores is of limited range always: use --codec hevc, or .mkv"),
        (Encoding("h264", content="matte"), "webm", "--codec: webm can't hold h264; it holds av1, vp9"),
    ],
)  # fmt: skip
def test_what_can_not_work_is_refused_with_a_line(encoding: Encoding, container: str, line: str) -> None:
    with pytest.raises(OptionError) as caught:
        forms.check(encoding, container)
    assert str(caught.value) == line


def test_premultiplied_is_refused_where_alpha_is_always_straight() -> None:
    with pytest.raises(OptionError, match=r"^--premultiplied: alpha is always straight in vp9; .*prores4444"):
        forms.check(Encoding(content="premultiplied"), "webm")
    forms.check(Encoding(content="premultiplied"), "mov")


@pytest.mark.parametrize(
    ("container", "encoding", "codec", "pixel_format"),
    [
        ("mov", MATTE, "prores", "yuv422p10le"),
        ("matroska", MATTE, "ffv1", "yuv420p10le"),
        ("mp4", MATTE, "hevc", "yuv420p10le"),
        ("webm", MATTE, "av1", "yuv420p10le"),
        ("mov", Encoding(content="matte", range="full"), "hevc", "yuv420p10le"),
        ("mp4", Encoding("h264", content="matte"), "h264", "yuv420p"),
        ("mp4", Encoding("h264", content="matte", depth=10), "h264", "yuv420p10le"),
        ("webm", Encoding("vp9", content="matte"), "vp9", "yuv420p"),
        ("matroska", Encoding(content="matte", depth=12), "ffv1", "yuv420p12le"),
    ],
)
def test_a_matte_has_ten_bits_or_loses_nothing_where_editors_read_it(
    container: str, encoding: Encoding, codec: str, pixel_format: str
) -> None:
    forms.check(encoding, container)
    grey = testing.grey()
    made, said = form(encoding, container, grey)
    assert made.codec.name == codec
    assert made.fit(grey).format.name == pixel_format
    assert said == []


def test_an_odd_matte_is_never_stretched() -> None:
    grey = testing.grey(63, 47)
    made, _ = form(MATTE, "mp4", grey)
    picture = made.fit(grey)
    assert (picture.width, picture.height, picture.format.name) == (63, 47, "yuv444p10le")


@pytest.mark.parametrize("name", ["stacked", "side-by-side"])
@pytest.mark.parametrize("size", [(63, 48), (64, 47)])
def test_an_odd_size_is_refused_where_the_codec_needs_even(name: str, size: tuple[int, int]) -> None:
    with pytest.raises(WriteError) as caught:
        form(Encoding(name, content="straight"), "mp4", with_alpha(size=size))
    assert caught.value.reason == f"{size[0]}x{size[1]} is odd, which {name} can't hold: use another --format"


@pytest.mark.parametrize(
    ("name", "container", "pixel_format", "said"),
    [
        ("prores4444", "mov", "yuv420p10le", None),
        ("prores4444", "mov", "yuv444p12le", "10 bits"),
        ("vp9", "webm", "yuv420p10le", "8 bits"),
        ("vp9", "webm", "yuv422p10le", "8 bits and 4:2:0"),
        ("qtrle", "mov", "yuv420p10le", "8 bits"),
        ("webp", "webp", "yuv422p12le", "8 bits"),
        ("stacked", "mp4", "yuv444p", "4:2:0"),
        ("ffv1", "matroska", "yuv422p12le", None),
    ],
)
def test_what_is_lost_is_said(name: str, container: str, pixel_format: str, said: str | None) -> None:
    _, notes = form(Encoding(name, content="straight"), container, with_alpha(pixel_format))
    expected = [] if said is None else [f"{pixel_format} was brought to {said}, which is what {name} holds"]
    assert notes == expected


@pytest.mark.parametrize(
    ("name", "container"), [("vp9", "webm"), ("qtrle", "mov"), ("webp", "webp"), ("stacked", "mp4")]
)
def test_hdr_is_not_squeezed_into_8_bits(name: str, container: str) -> None:
    hdr = with_alpha("yuv420p10le", tags=(1, 9, 9, 16))
    with pytest.raises(WriteError) as caught:
        form(Encoding(name, content="straight"), container, hdr)
    assert caught.value.reason == f"{name} has 8 bits, too few for HDR: use prores4444, ffv1 or png"
    form(Encoding("prores4444", content="straight"), "mov", hdr)


def test_full_range_is_brought_to_what_prores_holds_and_said() -> None:
    frame = with_alpha(tags=(2, 1, 1, 1))
    made, said = form(STRAIGHT, "mov", frame)
    assert said == ["full range was brought to limited, which is what prores4444 holds"]
    assert int(made.fit(frame).color_range) == 1


def test_a_sequence_of_mattes_is_grey_of_the_bits_asked_for() -> None:
    grey = testing.grey()
    for depth, name in ((None, "gray"), (8, "gray"), (16, "gray16be")):
        made, _ = form(Encoding(content="matte", depth=depth), "sequence", grey)
        assert isinstance(made.fit, fitting.GreyStill)
        assert made.fit(grey).format.name == name
