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


def test_a_source_that_is_not_there_is_refused(vidseg: Run, clip: Path) -> None:
    assert vidseg("preview", clip.with_name("nowhere.mp4")).code == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no video", "is no video that vidseg can read (Invalid data found when processing input)"), (b"", "is empty")],
)
def test_one_source_that_is_no_video_has_failed_and_leaves_nothing(
    vidseg: Run, tmp_path: Path, content: bytes, reason: str
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(content)
    ran = vidseg("preview", bad, "--json")
    assert (ran.code, ran.err) == (1, f"FAILED: {bad}: {reason}\n")
    target = str(tmp_path / "bad-preview.png")
    assert json.loads(ran.out) == {"source": str(bad), "target": target, "outcome": "failed", "reason": reason}
    assert list(tmp_path.iterdir()) == [bad]


def test_of_a_folder_every_video_has_a_sheet_and_one_that_fails_stops_none(vidseg: Run, clip: Path) -> None:
    clip.with_name("bad.mp4").write_bytes(b"no video")
    ran = vidseg("preview", clip.parent, "--count", 1, "--out-dir", clip.parent / "sheets")
    assert ran.code == 1
    assert "FAILED: " in ran.err
    assert "1 done, 1 failed, 0 skipped" in ran.err
    assert [path.name for path in (clip.parent / "sheets").iterdir()] == [f"{clip.stem}.png"]


def test_from_python(clip: Path) -> None:
    done = package.preview(clip, at=[0.2])
    assert isinstance(done, package.Previewed)
    assert (done.target, [float(one) for one in done.moments]) == (clip.with_name("talk-preview.png"), [0.2])
    with pytest.raises(package.VidsegError):
        package.preview(clip, existing="ask")  # type: ignore[arg-type]
