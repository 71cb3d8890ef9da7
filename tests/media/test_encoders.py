"""Encoders: a card's where it works, software where not; what was asked for and doesn't work is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg import testing
from vidseg.errors import CutError, OptionError, WriteError
from vidseg.job import Encoding, Job, Recipe
from vidseg.media import codecs, encoders, forms, hardware, joining
from vidseg.media.hdr import StaticMetadata
from vidseg.media.notes import Notes
from vidseg.testing import Clip, Disc, FailsAt, pass_through

Working = Callable[..., None]


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Iterator[Working]:
    """Has these encoders work on this machine, and no others of a card."""

    def only(*names: str) -> None:
        monkeypatch.setattr(hardware, "works", lambda name: None if name in names else "no card")
        encoders._refused.cache_clear()

    yield only
    encoders._refused.cache_clear()


def form(encoding: Encoding, pixel_format: str = "yuv420p", width: int = 64, height: int = 48) -> tuple[Any, Notes]:
    notes = Notes()
    frame = testing.frame(0, width, height, pixel_format)
    return forms.of(encoding, "mp4", frame, Path("b.mp4"), notes), notes


def test_unless_told_otherwise_software_encodes(working: Working) -> None:
    working("h264_nvenc")
    assert form(Encoding())[0].codec.encoder == "libx264"


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_auto_takes_what_works(working: Working, kind: str) -> None:
    working(f"h264_{kind}")
    made, notes = form(Encoding(encoder="auto"))
    assert made.codec.encoder == f"h264_{kind}"
    assert notes.details == [f"encoded by h264_{kind}"]
    assert encoders.working() == kind


def test_auto_takes_the_first_of_several(working: Working) -> None:
    working("h264_amf", "h264_nvenc")
    assert form(Encoding(encoder="auto"))[0].codec.encoder == "h264_nvenc"


@pytest.mark.parametrize(
    ("encoding", "pixel_format", "size", "falls_to"),
    [
        (Encoding(encoder="auto"), "yuv420p10le", (64, 48), "libx265"),  # only H.264 works
        (Encoding("av1", encoder="auto"), "yuv420p", (64, 48), "libsvtav1"),
        (Encoding("vp9", encoder="auto"), "yuv420p", (64, 48), "libvpx-vp9"),
        (Encoding(encoder="auto"), "yuv422p", (64, 48), "libx264"),
        (Encoding(encoder="auto"), "yuv420p", (63, 47), "libx264"),
    ],
)
def test_auto_falls_back_to_software_and_says_so_who_asks(
    working: Working, encoding: Encoding, pixel_format: str, size: tuple[int, int], falls_to: str
) -> None:
    working("h264_nvenc")
    made, notes = form(encoding, pixel_format, *size)
    assert made.codec.encoder == falls_to
    assert any(f"encoded by {falls_to}" in detail for detail in notes.details)


def test_auto_without_any_hardware_writes_what_software_writes(working: Working, tmp_path: Path) -> None:
    working()
    source = Clip(frames=3).write(tmp_path / "a.mp4")
    pass_through(source, tmp_path / "auto.mp4", Encoding(encoder="auto"))
    pass_through(source, tmp_path / "software.mp4", Encoding())
    assert (tmp_path / "auto.mp4").read_bytes() == (tmp_path / "software.mp4").read_bytes()
    assert encoders.working() is None


def test_what_was_asked_for_and_does_not_work_is_refused_with_the_reason(working: Working) -> None:
    working()
    with pytest.raises(OptionError, match=r"--encoder: h264_nvenc doesn't work here \(no card\): use auto or software"):
        encoders.check(Encoding(encoder="nvenc"))
    with pytest.raises(OptionError, match="hevc_qsv"):
        encoders.check(Encoding("hevc", encoder="qsv"))
    encoders.check(Encoding(encoder="auto"))
    encoders.check(Encoding())


def test_an_encoder_of_no_such_name_is_refused() -> None:
    with pytest.raises(OptionError, match="'cuda' is none of auto, software, nvenc"):
        encoders.check(Encoding(encoder="cuda"))


@pytest.mark.parametrize(
    ("encoding", "container", "line"),
    [
        (Encoding("prores", encoder="nvenc"), "mov", "nvenc encodes h264 and hevc and av1, not prores"),
        (Encoding("av1", encoder="amf"), "mp4", "amf encodes h264 and hevc, not av1"),
        (Encoding(preset="medium", encoder="nvenc"), "mp4", "'medium' is none of h264's: p1, p2"),
        (Encoding(content="matte", encoder="qsv"), "mp4", "a matte is encoded by software"),
    ],
)
def test_what_hardware_never_does_is_refused_before_anything_starts(
    encoding: Encoding, container: str, line: str
) -> None:
    with pytest.raises(OptionError, match=line):
        forms.check(encoding, container)


def test_frames_that_the_hardware_cant_hold_fail_their_file(working: Working) -> None:
    working("h264_nvenc")
    with pytest.raises(WriteError, match="nvenc can't hold 64x48 yuv422p without loss: use --encoder software"):
        form(Encoding(encoder="nvenc"), "yuv422p")


@pytest.mark.parametrize("kind", encoders.KINDS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("crf", ["0", "18", "18.5", "51"])
def test_every_quality_and_preset_has_its_words(kind: encoders.Kind, crf: str) -> None:
    for name in kind.depths:
        codec = kind.of(codecs.named(name))
        assert codec is not None
        for preset in codec.presets:
            options = codec.options(crf, preset, StaticMetadata())
            assert all(isinstance(value, str) for value in options.values())
        assert codec.preset in codec.presets


def test_a_card_s_file_is_written_like_another(
    working: Working, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With x264 in the card's place, which takes the card's layout too; the pictures must be those of the source."""

    class Pretended(encoders.Kind):
        def of(self, codec: codecs.Codec) -> codecs.Codec | None:
            made = super().of(codec)
            return made and replace(made, encoder="libx264", options=lambda *_: {"qp": "0", "preset": "ultrafast"})

    qsv = encoders.KINDS["qsv"]
    pretended = Pretended("qsv", qsv.depths, qsv.preset, qsv.presets, qsv.options)
    monkeypatch.setattr(encoders, "KINDS", {"qsv": pretended})
    working("libx264")
    source = Clip(frames=3).write(tmp_path / "a.mkv")
    notes = pass_through(source, tmp_path / "b.mp4", Encoding(encoder="auto", preset="slow", crf=20))
    assert notes.details[-1] == "encoded by libx264"
    for one, other in zip(testing.shown(source), testing.shown(tmp_path / "b.mp4"), strict=True):
        assert one.time == other.time
        with av.open(str(tmp_path / "b.mp4")) as written:
            luma = next(written.decode(video=0))
        assert luma.format.name == "yuv420p"
        assert all(np.array_equal(a, b) for a, b in zip(one.planes, other.planes, strict=True))


@pytest.mark.parametrize(("encoder", "there", "cut"), [
    ("software", ("h264_nvenc",), True), ("auto", (), True), ("auto", ("h264_nvenc",), False), ("nvenc", (), False),
])  # fmt: skip
def test_what_hardware_encodes_is_not_cut(working: Working, encoder: str, there: tuple[str, ...], cut: bool) -> None:
    working(*there)
    job = Job(Path("a.mp4"), Path("b.mp4"), Recipe(Disc(), (), FailsAt(0), Encoding(encoder=encoder)))
    if cut:
        joining.check(job)
        return
    with pytest.raises(CutError, match="hardware"):
        joining.check(job)
