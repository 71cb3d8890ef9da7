"""What is done in pieces and what whole, by what the output holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg.testing import Clip

Run = Callable[..., Any]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(width=64, height=48, frames=50, keys=10).write(tmp_path / "talk.mp4")


def pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray()).tobytes() for frame in container.decode(video=0)]


def test_a_matte_in_pieces_is_that_of_the_whole(vidseg: Run, clip: Path) -> None:
    whole, joined = clip.with_name("whole.mkv"), clip.with_name("joined.mkv")
    assert vidseg("matte", clip, "-o", whole, "--piece", "0").code == 0
    ran = vidseg("matte", clip, "-o", joined, "--piece", "0.5", "-v")
    assert ran.code == 0
    assert "pieces" in ran.err
    assert "not cut" not in ran.err
    assert pictures(joined) == pictures(whole)


def test_a_cutout_in_pieces_is_that_of_the_whole_and_leaves_nothing_else(vidseg: Run, clip: Path) -> None:
    whole, joined = clip.with_name("whole.mov"), clip.with_name("joined.mov")
    assert vidseg("cutout", clip, "-o", whole, "--piece", "0", "--quality", "fast").code == 0
    ran = vidseg("cutout", clip, "-o", joined, "--piece", "0.5", "-v", "--quality", "fast")
    assert ran.code == 0
    assert "done in 4 pieces" in ran.err
    assert "; straight alpha" in ran.err
    with av.open(str(whole)) as ours, av.open(str(joined)) as theirs:
        packets = [[bytes(one) for one in file.demux(video=0) if one.size] for file in (ours, theirs)]
    assert len(packets[0]) == 50
    assert packets[0] == packets[1]
    assert sorted(path.name for path in clip.parent.iterdir()) == ["joined.mov", "talk.mp4", "whole.mov"]


def test_sequences_of_many_sources_by_template_go_on_where_they_stopped(vidseg: Run, clip: Path) -> None:
    (clip.parent / "walk.mp4").write_bytes(clip.read_bytes())
    done = clip.parent / "done"
    request = ("matte", clip, clip.parent / "walk.mp4", "--out-dir", done, "--name", "{stem}/%03d.png", "--end", "0.2")
    assert vidseg(*request).code == 0
    assert {folder.name: len(list(folder.iterdir())) for folder in done.iterdir() if folder.is_dir()} == {
        "talk": 5,
        "walk": 5,
    }
    again = vidseg(*request)
    assert (again.code, again.err.count("was done already")) == (0, 2)
