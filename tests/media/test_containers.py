"""Containers: which one a name asks for, and what it takes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from vidseg.errors import TargetError
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


@pytest.mark.parametrize(("container", "taken"), [("mp4", True), ("mov", True), ("matroska", True), ("webm", False)])
def test_a_container_takes_a_streams_packets_or_not(tmp_path: Path, container: str, taken: bool) -> None:
    path = Clip(frames=2, sound=Fraction(0)).write(tmp_path / "a.mp4")
    with av.open(str(path)) as source:
        assert containers.takes_copy(container, source.streams.audio[0]) == taken


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
