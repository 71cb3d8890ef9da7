"""Containers: which one a name asks for, and what it takes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from vidseg.errors import TargetError
from vidseg.job import Content
from vidseg.media import containers
from vidseg.testing import Clip


@pytest.mark.parametrize(
    ("name", "container"),
    [
        ("a.mp4", "mp4"),
        ("a.M4V", "mp4"),
        ("a.mov", "mov"),
        ("a.b.MKV", "matroska"),
        ("a.webm", "webm"),
    ],
)
def test_a_suffix_asks_for_a_container(name: str, container: str) -> None:
    assert containers.container_of(Path(name)) == container


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.avi", ".avi is no output vidseg writes: use .mp4, .m4v, .mov, .mkv, .webm"),
        ("a", "a name without a suffix is no output vidseg writes: use .mp4, .m4v, .mov, .mkv, .webm"),
        (".mp4", "a name without a suffix is no output vidseg writes: use .mp4, .m4v, .mov, .mkv, .webm"),
    ],
)
def test_another_suffix_is_refused_with_those_there_are(name: str, reason: str) -> None:
    with pytest.raises(TargetError) as caught:
        containers.container_of(Path(name))
    assert (caught.value.path, caught.value.reason) == (name, reason)


@pytest.mark.parametrize("name", ["frames/%06d.png", "frames/a-%d.PNG", "/frames/%4d.png", "a/b/x%03d_y.png"])
@pytest.mark.parametrize("content", ["matte", "straight", "premultiplied"])
def test_numbered_pngs_are_a_sequence(name: str, content: Content) -> None:
    assert containers.container_of(Path(name), content) == "sequence"
    assert containers.file_of(Path(name), content) == Path(name).parent


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("frames/a.png", "a PNG holds one frame: put the number's place into its name, as in %06d.png"),
        ("frames/%06d-%d.png", "a PNG holds one frame: put the number's place into its name, as in %06d.png"),
        ("frames/%s.png", "a PNG holds one frame: put the number's place into its name, as in %06d.png"),
        ("%02d/%06d.png", "% is for the number in the name, not in the folder's"),
        ("%06d.png", "a sequence has a folder of its own: name it, as in frames/%06d.png"),
        ("../%06d.png", "a sequence has a folder of its own: name it, as in frames/%06d.png"),
        ("/%06d.png", "a sequence has a folder of its own: name it, as in frames/%06d.png"),
    ],
)
def test_a_sequence_that_is_none_is_refused(name: str, reason: str) -> None:
    with pytest.raises(TargetError) as caught:
        containers.container_of(Path(name), "matte")
    assert caught.value.reason == reason


def test_what_holds_alpha_or_mattes_alone_is_no_container_of_pictures() -> None:
    for name in ("a.webp", "frames/%06d.png"):
        with pytest.raises(TargetError, match="is no output vidseg writes"):
            containers.container_of(Path(name))
    with pytest.raises(TargetError, match=r"\.webm, %06d\.png$"):
        containers.container_of(Path("a.webp"), "matte")
    assert containers.container_of(Path("a.webp"), "straight") == "webp"
    assert containers.file_of(Path("b/a.webp"), "straight") == Path("b/a.webp")


def test_a_sequence_knows_its_own() -> None:
    target = Path("f/a%03d+.png")
    assert containers.numbered(target, 7) == "a007+.png"
    assert [name for name in ("a007+.png", "a1234+.png", "a7+.png") if not containers.belongs(target, name)] == []
    assert not any(containers.belongs(target, name) for name in ("a007+.pn", "ba007+.png", "a007+.png~", "a+.png"))


@pytest.mark.parametrize(("container", "taken"), [("mp4", True), ("mov", True), ("matroska", True), ("webm", False)])
def test_a_container_takes_a_streams_packets_or_not(tmp_path: Path, container: str, taken: bool) -> None:
    path = Clip(frames=2, sound=Fraction(0)).write(tmp_path / "a.mp4")
    with av.open(str(path)) as source:
        assert containers.takes_copy(container, source.streams.audio[0]) == taken


def test_quicktime_takes_no_amr(tmp_path: Path) -> None:
    """Mode 7 of AMR's storage format (RFC 4867, section 5): 32 bytes a frame, silent."""
    path = tmp_path / "a.amr"
    path.write_bytes(b"#!AMR\n" + (b"\x3c" + bytes(31)) * 10)
    with av.open(str(path)) as source:
        assert source.streams.audio[0].codec_context.name.startswith("amr")
        assert not containers.takes_copy("mov", source.streams.audio[0])


def test_asking_leaves_the_stream_readable(tmp_path: Path) -> None:
    path = Clip(frames=2, sound=Fraction(0)).write(tmp_path / "a.mp4")
    with av.open(str(path)) as source:
        for container in ("mp4", "webm", "matroska"):
            containers.takes_copy(container, source.streams.audio[0])
        assert any(packet.size for packet in source.demux(source.streams.audio[0]))


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.mp4", ".mp4"), ("a.MOV", ".MOV"), ("a.webm", ".webm"), ("a.avi", ".mp4"), ("a", ".mp4")]
)
def test_an_output_that_nobody_named_keeps_a_suffix_that_is_written(name: str, suffix: str) -> None:
    assert containers.usual_suffix(Path(name)) == suffix
