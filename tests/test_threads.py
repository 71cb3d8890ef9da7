"""Threads: the bound reaches decoders and encoders, those too that have settings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidseg import threads
from vidseg.media.source import Source
from vidseg.testing import Clip, pass_through


@pytest.fixture(autouse=True)
def unbound() -> Iterator[None]:
    yield
    threads.share(0)


def test_without_a_bound_nothing_is_told() -> None:
    assert threads.most() == 0
    assert threads.told("libx265", {"x265-params": "a=1"}) == {"x265-params": "a=1"}


def test_encoders_are_told_in_their_own_words() -> None:
    threads.share(3)
    assert threads.told("libx265", {"x265-params": "a=1", "crf": "20"}) == {"x265-params": "a=1:pools=3", "crf": "20"}
    assert threads.told("libsvtav1", {"crf": "20"}) == {"crf": "20", "svtav1-params": "lp=3"}
    assert threads.told("libx264", {"crf": "20"}) == {"crf": "20"}


@pytest.mark.parametrize("bound", [1, 3])
def test_a_decoder_keeps_to_it_and_so_does_x264(tmp_path: Path, bound: int) -> None:
    clip = Clip(frames=3, width=320, height=240).write(tmp_path / "a.mp4")  # x264 has few for few rows
    threads.share(bound)
    with Source(clip) as source:
        assert source.container.streams.video[0].codec_context.thread_count == bound
    pass_through(clip, tmp_path / "b.mp4")
    remark = (tmp_path / "b.mp4").read_bytes()
    assert f"threads={bound} ".encode() in remark
