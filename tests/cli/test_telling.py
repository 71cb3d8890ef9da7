"""Events: what programs read of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg.cli import telling
from vidseg.testing import Clip

Run = Callable[..., Any]


def test_events_are_all_there_is_on_standard_error(
    vidseg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_EVERY", 0)
    Clip(frames=3).write(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_text("no video")
    ran = vidseg("replace", tmp_path, "--bg", "green", "--out-dir", tmp_path / "done", "--progress", "json", "--json")
    assert ran.code == 1
    events = [json.loads(line) for line in ran.err.splitlines()]
    assert [one["event"] for one in events] == ["begun", *["progress"] * 4, "ended", "ended", "sums"]
    assert events[0] == {
        "event": "begun", "source": f"{tmp_path}/a.mp4", "target": f"{tmp_path}/done/a.mp4", "frames": 3
    }  # fmt: skip
    assert [one["frames"] for one in events[1:5]] == [0, 1, 2, 3]
    assert (events[4]["total"], events[4]["worker"], events[4]["piece"]) == (3, 0, None)
    assert [one["outcome"] for one in events[5:7]] == ["done", "failed"]
    assert events[-1] == {"event": "sums", "done": 1, "damaged": 0, "failed": 1, "skipped": 0}
    assert [json.loads(line)["outcome"] for line in ran.out.splitlines()] == ["done", "failed"]


def test_events_of_progress_are_no_flood(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=30, width=16, height=16).write(tmp_path / "a.mp4")
    ran = vidseg("replace", clip, "--bg", "green", "--progress", "json")
    assert len(ran.err.splitlines()) < 20


def test_no_progress_is_lines_without_bars(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=3).write(tmp_path / "a.mp4")
    assert vidseg("replace", clip, "--bg", "green", "--progress", "none").err.startswith("done: ")


def test_a_report_is_written_of_what_was_done_and_what_was_not(vidseg: Run, tmp_path: Path) -> None:
    Clip(frames=3).write(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_text("no video")
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    arguments = ("replace", tmp_path, "--bg", "green", "--out-dir", tmp_path / "done", "--report", page)
    assert vidseg(*arguments, "--report", data).code == 1
    said = json.loads(data.read_text())
    assert said["sums"] == {"done": 1, "failed": 1, "skipped": 0}
    assert len(said["jobs"][0]["coverage"]) == 3
    assert page.read_text().count("<img") == 9
    assert vidseg(*arguments, "--report", data).code == 1
    assert json.loads(data.read_text())["sums"] == {"done": 0, "failed": 1, "skipped": 1}


def test_a_report_that_can_not_be_is_refused_before_anything_starts(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=3).write(tmp_path / "a.mp4")
    assert vidseg("replace", clip, "--bg", "green", "--report", tmp_path / "report.pdf").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
