"""Formats with alpha: what is chosen, what is refused, and that the muxers take what they are said to take."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from vidseg.errors import OptionError
from vidseg.media import alpha
from vidseg.media.hdr import StaticMetadata


@pytest.mark.parametrize(
    ("container", "name"),
    [("mov", "prores4444"), ("webm", "vp9"), ("matroska", "ffv1"), ("webp", "webp"), ("sequence", "png")],
)
def test_a_container_has_a_usual_format_which_it_holds(container: str, name: str) -> None:
    assert alpha.in_container(None, container).name == name


def test_an_mp4_has_no_alpha_of_its_own_and_the_line_says_what_to_do() -> None:
    with pytest.raises(OptionError) as caught:
        alpha.in_container(None, "mp4")
    assert str(caught.value) == (
        "--format: mp4 holds no alpha channel: use .mov, .webm or .mkv, or --format stacked or side-by-side"
    )
    assert alpha.in_container("stacked", "mp4").layout == "below"


@pytest.mark.parametrize(
    ("name", "container", "reason"),
    [
        ("ffv1", "webm", "webm can't hold ffv1; it holds vp9"),
        ("prores4444", "sequence", "a sequence of PNGs can't hold prores4444; it holds png"),
        ("png", "webp", "webp can't hold png; it holds webp"),
        ("gif", "mov", "'gif' is none of prores4444, vp9, ffv1, qtrle, png, webp, stacked, side-by-side"),
    ],
)
def test_a_format_that_does_not_go_there_is_refused(name: str, container: str, reason: str) -> None:
    with pytest.raises(OptionError) as caught:
        alpha.in_container(name, container)
    assert (caught.value.option, caught.value.reason) == ("--format", reason)


@pytest.mark.parametrize(
    ("name", "preset", "chosen"),
    [
        (None, None, None),
        ("qtrle", None, "qtrle"),
        (None, "resolve", "prores4444"),
        (None, "premiere", "prores4444"),
        (None, "finalcut", "prores4444"),
        (None, "web", "vp9"),
        (None, "obs", "vp9"),
        ("vp9", "web", "vp9"),
    ],
)
def test_where_it_goes_says_the_format(name: str | None, preset: str | None, chosen: str | None) -> None:
    assert alpha.chosen(name, preset) == chosen


@pytest.mark.parametrize(
    ("name", "preset", "option"), [("gif", None, "--format"), (None, "nuke", "--for"), ("ffv1", "web", "--for")]
)
def test_a_wrong_choice_is_refused(name: str | None, preset: str | None, option: str) -> None:
    with pytest.raises(OptionError) as caught:
        alpha.chosen(name, preset)
    assert caught.value.option == option


@pytest.mark.parametrize("name", list(alpha.FORMATS))
def test_what_is_always_straight_is_never_premultiplied(name: str) -> None:
    """PNG, WebP and WebM define it so; the others leave it to who writes them."""
    format_ = alpha.named(name)
    if name in ("vp9", "png", "webp"):
        with pytest.raises(OptionError, match=f"^--premultiplied: alpha is always straight in {name}; "):
            alpha.check_premultiplied(format_)
    else:
        alpha.check_premultiplied(format_)


@pytest.mark.parametrize(
    ("name", "frame_format", "fitting"),
    [
        ("prores4444", "yuv420p", ("yuva444p10le", True)),
        ("prores4444", "yuv420p12le", ("yuva444p10le", False)),
        ("vp9", "yuv420p", ("yuva420p", True)),
        ("vp9", "yuv422p", ("yuva420p", False)),
        ("ffv1", "yuv420p", ("yuva420p", True)),
        ("ffv1", "yuv422p10le", ("yuva422p10le", True)),
        ("ffv1", "yuv420p12le", ("yuva420p16le", True)),
        ("png", "yuv444p", ("rgba", True)),
        ("png", "yuv420p10le", ("rgba64be", True)),
        ("qtrle", "yuv420p10le", ("argb", False)),
    ],
)
def test_the_smallest_pixel_format_that_holds_a_frame_is_used(
    name: str, frame_format: str, fitting: tuple[str, bool]
) -> None:
    assert alpha.named(name).fitting(frame_format) == fitting


IN_CONTAINERS = [
    (format_, container, pixel_format)
    for format_ in alpha.FORMATS.values()
    for container in format_.containers
    for pixel_format in format_.pixel_formats
    if container != "sequence"
]


@pytest.mark.parametrize(
    ("format_", "container", "pixel_format"), IN_CONTAINERS, ids=lambda value: getattr(value, "name", value)
)
def test_encoder_and_muxer_take_what_they_are_said_to_take(
    tmp_path: Path, format_: alpha.AlphaFormat, container: str, pixel_format: str
) -> None:
    codec = format_.codec
    with av.open(str(tmp_path / "a"), "w", format=container) as out:
        options = codec.options(f"{codec.crf:g}", codec.preset, StaticMetadata())
        stream = out.add_stream(codec.encoder, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 62, 46, pixel_format
        out.start_encoding()
        picture = av.VideoFrame(62, 46, pixel_format)
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    assert (tmp_path / "a").stat().st_size
