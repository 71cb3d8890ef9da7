"""Codecs: what is chosen, what is refused, and that the encoders really take what they are said to take."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import pytest

from vidseg.errors import OptionError
from vidseg.job import Encoding
from vidseg.media import codecs, containers
from vidseg.media.hdr import StaticMetadata
from vidseg.testing import Clip, pass_through

SETTABLE = [name for name, codec in codecs.CODECS.items() if codec.presets]
FAST: dict[str, str] = {"h264": "ultrafast", "hevc": "ultrafast", "av1": "13", "vp9": "8"}


def takes(container: str, encoder: str) -> bool:
    """Whether FFmpeg's muxer says that it holds an encoder's codec."""
    with av.open(io.BytesIO(), "w", format=container) as scratch:
        try:
            stream = scratch.add_stream(encoder, rate=25)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = 64, 64
            stream.pix_fmt = "yuv422p10le" if encoder == "prores_ks" else "yuv420p"
            scratch.start_encoding()
        except (ValueError, av.error.FFmpegError):
            return False
    return True


def refused(call: object, *args: object) -> OptionError:
    with pytest.raises(OptionError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value


def test_a_codec_has_its_name() -> None:
    assert [codecs.named(name).name for name in ("h264", "hevc", "av1", "vp9")] == ["h264", "hevc", "av1", "vp9"]


def test_an_unknown_codec_is_refused_with_those_there_are() -> None:
    error = refused(codecs.named, "divx")
    assert (error.option, error.reason) == ("--codec", "'divx' is none of h264, hevc, av1, vp9, prores, ffv1")


@pytest.mark.parametrize(
    ("container", "depth", "name"),
    [
        ("mp4", 8, "h264"),
        ("mov", 8, "h264"),
        ("matroska", 8, "h264"),
        ("webm", 8, "vp9"),
        ("mp4", 10, "hevc"),
        ("matroska", 12, "hevc"),
        ("webm", 10, "av1"),
    ],
)
def test_the_usual_codec_keeps_the_depth(container: str, depth: int, name: str) -> None:
    codec = codecs.usual(container, depth)
    assert codec.name == name
    assert takes(container, codec.encoder)


@pytest.mark.parametrize("name", SETTABLE)
def test_quality_inside_its_bounds_is_taken_and_outside_refused(name: str) -> None:
    codec = codecs.named(name)
    best, worst = codec.best_and_worst_crf
    for crf in (None, best, codec.crf, worst):
        codecs.check_settings(codec, crf, codec.preset)
    for crf in (best - 0.5, worst + 1, float("nan"), float("inf")):
        assert refused(codecs.check_settings, codec, crf, None).option == "--crf"


@pytest.mark.parametrize("name", ["prores", "ffv1"])
def test_a_codec_without_settings_refuses_them(name: str) -> None:
    codecs.check_settings(codecs.named(name), None, None)
    assert str(refused(codecs.check_settings, codecs.named(name), 0, None)) == f"--crf: {name} has no such setting"
    assert refused(codecs.check_settings, codecs.named(name), None, "").option == "--preset"


@pytest.mark.parametrize(("name", "preset"), [("h264", "8"), ("av1", "medium"), ("vp9", "9"), ("hevc", "Slow")])
def test_another_codecs_preset_is_refused(name: str, preset: str) -> None:
    error = refused(codecs.check_settings, codecs.named(name), None, preset)
    assert error.option == "--preset"
    assert error.reason.startswith(f"'{preset}' is none of {name}'s: ")


def test_a_container_that_cant_hold_a_codec_is_refused_with_those_it_holds() -> None:
    error = refused(codecs.check_container, codecs.named("h264"), "webm")
    assert (error.option, error.reason) == ("--codec", "webm can't hold h264; it holds av1, vp9")


@pytest.mark.parametrize("name", list(codecs.CODECS))
def test_what_a_container_is_said_to_hold_its_muxer_holds(name: str) -> None:
    codec = codecs.named(name)
    for container in set(containers.BY_SUFFIX.values()):
        if container in codec.containers:
            codecs.check_container(codec, container)
            assert takes(container, codec.encoder)
        else:
            assert name not in SETTABLE or not takes(container, codec.encoder)
            assert refused(codecs.check_container, codec, container).option == "--codec"


@pytest.mark.parametrize(
    ("name", "format_name", "size", "encoded"),
    [
        ("h264", "yuv420p", (64, 48), "yuv420p"),
        ("h264", "yuv422p10le", (64, 48), "yuv422p10le"),
        ("h264", "yuv420p", (63, 48), "yuv444p"),
        ("h264", "yuv420p", (64, 47), "yuv444p"),
        ("h264", "yuv422p", (64, 47), "yuv422p"),  # chroma has every line
        ("h264", "yuv422p", (63, 48), "yuv444p"),
        ("h264", "yuv444p", (63, 47), "yuv444p"),
        ("hevc", "yuv420p12le", (63, 47), "yuv444p12le"),
        ("hevc", "yuv444p12le", (64, 48), "yuv444p12le"),
        ("vp9", "yuv420p", (63, 47), "yuv420p"),
        ("av1", "yuv420p10le", (63, 47), "yuv420p10le"),
        ("prores", "yuv420p", (63, 47), "yuv422p10le"),  # more of both
        ("prores", "yuv422p10le", (64, 48), "yuv422p10le"),
        ("prores", "yuv444p", (64, 48), None),
        ("ffv1", "yuv420p12le", (63, 47), "yuv420p12le"),
        ("h264", "yuv420p12le", (64, 48), None),  # never fewer bits
        ("vp9", "yuv420p10le", (64, 48), None),
        ("av1", "yuv422p", (64, 48), None),  # never less chroma
        ("av1", "yuv444p", (64, 48), None),
    ],
)
def test_the_encoded_format_loses_nothing(
    name: str, format_name: str, size: tuple[int, int], encoded: str | None
) -> None:
    assert codecs.encoded_format(codecs.named(name), format_name, *size) == encoded


@pytest.mark.parametrize(
    ("container", "format_name", "size", "names"),
    [
        ("mp4", "yuv420p", (64, 48), ["h264", "hevc", "av1", "vp9"]),
        ("mp4", "yuv420p", (63, 47), ["av1", "vp9"]),
        ("webm", "yuv422p", (64, 48), ["vp9"]),
        ("mov", "yuv420p12le", (64, 48), ["hevc"]),
        ("webm", "yuv422p10le", (64, 48), []),
    ],
)
def test_the_codecs_that_keep_frames_as_they_are(
    container: str, format_name: str, size: tuple[int, int], names: list[str]
) -> None:
    assert codecs.keeping(container, format_name, *size) == names


HELD = [
    (codec.name, f"yuv{subsampling}p" + ("" if depth == 8 else f"{depth}le"))
    for codec in codecs.CODECS.values()
    for depth in codec.depths
    for subsampling in codec.subsamplings
]


@pytest.mark.parametrize(("name", "format_name"), HELD)
def test_what_a_codec_is_said_to_hold_it_holds(tmp_path: Path, name: str, format_name: str) -> None:
    """Read back by PyAV; with the settings that are used."""
    source = Clip(frames=2, pixel_format=format_name).write(tmp_path / "a.mkv")
    pass_through(source, tmp_path / "b.mkv", Encoding(name, preset=FAST.get(name)))
    with av.open(str(tmp_path / "b.mkv")) as container:
        frames = list(container.decode(video=0))
        assert name.replace("av1", "dav1d") in container.streams.video[0].codec_context.name
    assert len(frames) == 2
    assert frames[0].format.name == format_name


@pytest.mark.parametrize("name", SETTABLE)
def test_every_preset_and_bound_is_one_that_the_encoder_knows(tmp_path: Path, name: str) -> None:
    """The slowest too: opening is enough, so one picture of the smallest size that all take."""
    codec = codecs.named(name)
    for preset in (codec.presets[0], codec.presets[-1]):
        for crf in codec.best_and_worst_crf:
            options = codec.options(f"{crf:g}", preset, StaticMetadata())
            with av.open(str(tmp_path / "a.mkv"), "w") as out:
                stream = out.add_stream(codec.encoder, rate=25, options=dict(options))
                assert isinstance(stream, av.VideoStream)
                stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
                out.start_encoding()
                assert stream.codec_context.is_open


@pytest.mark.parametrize(
    ("name", "option", "setting"), [("hevc", "x265-params", "rskip=0"), ("av1", "svtav1-params", "enable-tf=0")]
)
@pytest.mark.parametrize("hdr", [StaticMetadata(), StaticMetadata(light=(1000, 400))])
def test_where_much_is_flat_encoders_look_into_every_block_and_mix_no_frames(
    name: str, option: str, setting: str, hdr: StaticMetadata
) -> None:
    codec = codecs.named(name)
    plain = codec.options("20", codec.preset, hdr)
    flat = codecs.keeping_flat(codec).options("20", codec.preset, hdr)
    before = plain.get(option, "")
    assert setting not in before
    assert flat == plain | {option: f"{before}:{setting}".removeprefix(":")}


@pytest.mark.parametrize("name", ["hevc", "av1"])
def test_where_much_is_flat_it_is_encoded_better_by_settings_that_the_encoder_has(name: str) -> None:
    codec = codecs.named(name)
    flat = codecs.keeping_flat(codec)
    assert flat.crf < codec.crf
    codecs.check_settings(codec, flat.crf, flat.preset)


@pytest.mark.parametrize("name", ["h264", "vp9", "prores", "ffv1"])
def test_other_encoders_are_told_nothing_more_where_much_is_flat(name: str) -> None:
    assert codecs.keeping_flat(codecs.named(name)) is codecs.named(name)


@pytest.mark.parametrize(
    ("width", "height", "preset", "said"),
    [
        (3840, 2160, "medium", "20"),
        (3840, 2160, "fast", "20"),
        (3840, 2160, "faster", "20"),
        (3840, 2160, "veryfast", "10"),
        (1920, 1080, "medium", "40"),
    ],
)
def test_x264_looks_less_far_ahead_at_4k_and_nowhere_farther_than_its_preset(
    width: int, height: int, preset: str, said: str
) -> None:
    """By what x264 itself writes into the stream of what it was told."""
    plain = codecs.named("h264").options("18", preset, StaticMetadata())
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt, context.time_base = width, height, "yuv420p", Fraction(1, 25)
    context.options = codecs.looking_ahead("libx264", plain, width * height)
    stream = b"".join(
        bytes(packet)
        for picture in (av.VideoFrame(width, height, "yuv420p"), None)
        for packet in context.encode(picture)
    )
    assert f" rc_lookahead={said} ".encode() in stream
