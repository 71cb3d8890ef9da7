"""Status: what the manifest and the files say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Failed, Job, Recipe
from vidseg.manifest import Manifest, of_folder
from vidseg.pieces import folder_for
from vidseg.testing import Disc, FailsAt

Run = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for outputs in whose manifest there is one of each kind."""
    recipe = Recipe(Disc(), (Enlarge(),), FailsAt(0))
    jobs = {name: Job(tmp_path / f"{name}.mov", tmp_path / f"{name}.mp4", recipe) for name in "abcdefg"}
    manifest = Manifest(of_folder(tmp_path))
    manifest.run(jobs.values())
    for name in "abcdef":
        manifest.begun(jobs[name])
    for name in "abf":
        jobs[name].target.write_bytes(name.encode())
        manifest.ended(Done(jobs[name], 120, 1.5))
    jobs["b"].target.write_bytes(b"edited")
    jobs["f"].target.unlink()
    manifest.ended(Failed(jobs["c"], "why"))
    pieces = folder_for(jobs["d"], None)
    pieces.mkdir()
    for number in (1, 3):
        (pieces / f"{number:04}-of-0008.piece").write_bytes(b"")
    jobs["e"].target.write_bytes(b"took its name before that could be written")
    manifest.close()
    return tmp_path


def test_each_output_has_its_line_and_the_sums_follow(vidseg: Run, folder: Path) -> None:
    ran = vidseg("status", folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "done        a.mp4: 120 frames in 1.5 s",
        "changed     b.mp4",
        "failed      c.mp4: why",
        "interrupted d.mp4: 2 of 8 pieces",
        "done        e.mp4",
        "gone        f.mp4",
        "interrupted g.mp4",
        "2 done, 1 changed, 1 failed, 2 interrupted, 1 gone",
    ]


def test_while_a_run_is_at_work(vidseg: Run, folder: Path) -> None:
    manifest = Manifest(of_folder(folder))
    lines = vidseg("status", folder / ".vidseg.jsonl").out.splitlines()
    manifest.close()
    assert lines[3] == "running     d.mp4: 2 of 8 pieces"
    assert lines[6] == "waiting     g.mp4"


def test_in_json(vidseg: Run, folder: Path) -> None:
    said = [json.loads(line) for line in vidseg("status", folder, "--json").out.splitlines()]
    assert [one["state"] for one in said][:4] == ["done", "changed", "failed", "interrupted"]
    assert said[0]["frames"] == 120
    assert said[2]["reason"] == "why"
    assert said[3]["pieces"] == [2, 8]


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_a_manifest_is_refused(vidseg: Run, tmp_path: Path, name: str) -> None:
    ran = vidseg("status", tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    assert "no run has kept a manifest here" in ran.err
