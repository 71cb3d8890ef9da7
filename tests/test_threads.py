"""Threads: the bound reaches decoders and encoders, those too that have settings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidseg import threads
from vidseg.effects.replace import Replace
from vidseg.errors import OptionError
from vidseg.job import Encoding, Job, Recipe
from vidseg.media.source import Source
from vidseg.render import mattes, render
from vidseg.road import road
from vidseg.testing import Clip, pass_through, shown


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


def test_a_bound_for_a_while_gives_way_to_the_one_before() -> None:
    threads.share(4)
    with threads.bounded(None):
        assert threads.most() == 4
    with threads.bounded(2):
        assert threads.most() == 2
    assert threads.most() == 4
    with pytest.raises(KeyError), threads.bounded(2):
        raise KeyError
    assert threads.most() == 4


def test_fewer_than_one_is_refused() -> None:
    with pytest.raises(OptionError, match="--threads"), threads.bounded(0):
        pass


def test_mattes_and_pictures_are_the_same_with_any_number(tmp_path: Path) -> None:
    """Of the effect's pictures, which FFV1 keeps without loss."""
    clip = Clip(frames=6, width=320, height=240).write(tmp_path / "a.mp4")
    recipe = Recipe(*road("fast"), Replace("green"), Encoding("ffv1"))
    made = []
    for count in (1, 2, 5):
        threads.share(count)
        target = tmp_path / f"{count}.mkv"
        render(Job(clip, target, recipe))
        made.append([[plane.tobytes() for plane in one.planes] for one in shown(target)])
        with Source(clip) as source:
            made[-1].append([cutout.matte.tobytes() for cutout in mattes(source, recipe.segmenter, recipe.filters)])
    assert made[0] == made[1] == made[2]
