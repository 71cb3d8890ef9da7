"""Bars: one for each worker, and one for the whole where there are many files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from vidseg.cli.bars import Bars
from vidseg.job import Job, Progress, Recipe
from vidseg.testing import Disc, FailsAt


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


JOB = Job(Path("talk.mp4"), Path("out.mp4"), Recipe(Disc(), (), FailsAt(0)))
OTHER = Job(Path("walk.mp4"), Path("out2.mp4"), Recipe(Disc(), (), FailsAt(0)))


def shown(stream: io.StringIO, *, off: bool = False, total: int | None = 10) -> str:
    bars = Bars(stream, 1, off=off)
    bars.show(JOB, Progress(0, total))
    bars.show(JOB, Progress(7, total))
    for bar in bars._bars.values():
        bar.refresh()
    seen = stream.getvalue()
    bars.clear()
    bars.clear()
    return seen


def test_on_a_terminal_a_bar_says_how_far_it_is() -> None:
    seen = shown(Terminal())
    assert "talk.mp4" in seen
    assert "7/10" in seen
    assert " frames" in seen


def test_where_the_number_of_frames_is_not_known_they_are_counted() -> None:
    assert "7 frames" in shown(Terminal(), total=None)


@pytest.mark.parametrize(("stream", "off"), [(io.StringIO(), False), (Terminal(), True)], ids=["no terminal", "quiet"])
def test_elsewhere_there_is_no_bar(stream: io.StringIO, off: bool) -> None:
    assert shown(stream, off=off) == ""


def test_a_bar_is_taken_away() -> None:
    stream = Terminal()
    shown(stream)
    before, line, after = stream.getvalue().rsplit("\r", 2)
    assert "7/10" in before
    assert line.strip() == after == ""


def test_each_worker_has_a_bar_and_the_whole_has_one() -> None:
    stream = Terminal()
    bars = Bars(stream, 3, off=False)
    bars.ended(JOB)
    bars.show(OTHER, Progress(25, 100, worker=1, piece=(1, 4, 5, 25)))
    bars.show(JOB, Progress(1, 2, worker=0))
    for bar in (*bars._bars.values(), bars._whole):
        bar.refresh()
    seen = stream.getvalue()
    bars.clear()
    assert "walk.mp4 2/4" in seen
    assert "5/25" in seen
    assert "1.8/3 files" in seen  # one file, half of one and a quarter of one
