"""``vidseg preview``: one picture, and one line for each ending."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

import vidseg as package
from vidseg.testing import Clip

Run = Callable[..., Any]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=10).write(tmp_path / "talk.mp4")


def test_the_picture_lies_beside_the_source(vidseg: Run, clip: Path) -> None:
    ran = vidseg("preview", clip, "--count", 2)
    target = clip.with_name("talk-preview.png")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"done: {target}: 2 moments in ")
    picture = cv2.imread(str(target))
    assert picture is not None
    assert picture.shape == (28 + 2 * 368, 4 * 488 + 8, 3)
    assert sorted(path.name for path in clip.parent.iterdir()) == ["talk-preview.png", "talk.mp4"]


def test_the_moments_asked_for_are_told(vidseg: Run, clip: Path) -> None:
    target = clip.with_name("sheet.png")
    ran = vidseg("preview", clip, "--at", "0.2", "--at", "0:00.12", "-o", target, "--json", "-q")
    assert ran.err == ""
    said = json.loads(ran.out)
    assert said.pop("seconds") > 0
    assert said == {"source": str(clip), "target": str(target), "outcome": "done", "moments": [0.2, 0.12]}


def test_a_picture_that_is_there_is_never_overwritten_unless_told(vidseg: Run, clip: Path) -> None:
    target = clip.with_name("talk-preview.png")
    target.write_bytes(b"from an earlier run")
    refused = vidseg("preview", clip)
    assert refused.code == 2
    assert "--existing overwrite" in refused.err
    skipped = vidseg("preview", clip, "--existing", "skip", "--json")
    assert (skipped.code, json.loads(skipped.out)["outcome"]) == (0, "skipped")
    assert skipped.err == f"skipped: {target} is there already\n"
    assert target.read_bytes() == b"from an earlier run"
    assert vidseg("preview", clip, "--existing", "overwrite", "--count", 1).code == 0
    assert cv2.imread(str(target)) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--count", 0], "--count"),
        (["--count", 2, "--at", 0], "--count"),
        (["--at", "noon"], "no time"),
        (["--at", 5], "after the end"),
        (["-o", "sheet.jpg"], ".png"),
        (["-o", "nowhere/sheet.png"], "no such folder"),
        (["--model", "nowhere.tflite"], "nowhere.tflite"),
        (["-q", "-v"], "--quiet"),
    ],
)
def test_what_can_not_work_is_one_line_and_leaves_nothing(
    vidseg: Run, clip: Path, arguments: list[object], said: str
) -> None:
    ran = vidseg("preview", clip, *arguments)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert said in ran.err
    assert list(clip.parent.iterdir()) == [clip]


def test_a_source_is_one_file_that_is_there(vidseg: Run, clip: Path) -> None:
    for source in (clip.parent, clip.with_name("nowhere.mp4")):
        assert vidseg("preview", source).code == 2
    clip.write_text("no video")
    ran = vidseg("preview", clip)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert list(clip.parent.iterdir()) == [clip]


def test_from_python(clip: Path) -> None:
    done = package.preview(clip, at=[0.2])
    assert isinstance(done, package.Previewed)
    assert (done.target, [float(one) for one in done.moments]) == (clip.with_name("talk-preview.png"), [0.2])
    with pytest.raises(package.VidsegError):
        package.preview(clip, existing="ask")  # type: ignore[arg-type]
