"""A dry run in words: lengths, sizes and sums."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vidseg.cli import dry_run
from vidseg.testing import Clip

Run = Callable[..., Any]


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (754, "12:34"), (7205, "2:00:05")])
def test_a_length_of_time(seconds: float, text: str) -> None:
    assert dry_run.clock(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"), [(999, "999 bytes"), (1500, "1.5 kB"), (2.5e6, "2.5 MB"), (7e9, "7.0 GB"), (2e13, "20000.0 GB")]
)
def test_an_amount_of_bytes(size: float, text: str) -> None:
    assert dry_run.amount(size) == text


def test_sizes_and_an_estimate_are_told(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=50).write(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_text("no video")
    ran = vidseg("replace", tmp_path, "--bg", "green", "--out-dir", tmp_path / "done", "--dry-run")
    first, second, sums = ran.out.splitlines()
    assert first.endswith(f"/done/a.mp4 (64x48, 0:02, 50 frames, {clip.stat().st_size / 1000:.1f} kB)")
    assert second.endswith("/done/b.mp4 (can't be read)")
    assert sums.startswith("2 to do: 0:02 of video, ")
    assert "outputs of about" in sums
    ran = vidseg("replace", clip, "--bg", "green", "--dry-run", "--json")
    said = json.loads(ran.out)
    assert (said["frames"], said["seconds"], said["width"]) == (50, 2.0, 64)
    assert said["estimate"]["bytes"] > 0


def test_a_disk_that_is_too_small_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    known = SimpleNamespace(seconds=2, source=10, pixels=10**6)
    guess = SimpleNamespace(seconds=1e-6, output=0.01)
    said = dry_run._sums([SimpleNamespace(target=tmp_path / "no" / "a.mp4")], [known], guess, 2)
    assert said.endswith("outputs of about 10.0 kB: more than the 1.0 kB that are free")
