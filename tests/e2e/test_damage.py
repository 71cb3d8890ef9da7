"""A damaged source on the command line: what is left of it is done and the rest said, or it fails as asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from benchmarks.rules import listing
from vidseg.testing import Clip

Run = Callable[..., Any]

SAID = "damaged: 2 packets of the picture couldn't be decoded"


def damaged(path: Path, clip: Clip, broken: tuple[int, ...]) -> Path:
    """The clip, the packets of these frames zeros."""
    clip.write(path)
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    data = path.read_bytes()
    for n in broken:
        assert data.count(packets[n]) == 1
        data = data.replace(packets[n], bytes(len(packets[n])))
    path.write_bytes(data)
    return path


def stills(frames: int) -> Clip:
    """Every packet is a whole picture, and FFmpeg's decoder notices what is none."""
    return Clip(frames=frames, codec="mjpeg", pixel_format="yuvj420p", tags=(2, 5, 1, 1))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return damaged(tmp_path / "talk.mov", stills(12), (3, 6))


def frames_of(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_what_is_left_is_done_and_the_rest_said_everywhere(vidseg: Run, source: Path, tmp_path: Path) -> None:
    target, reports = tmp_path / "out" / "done.mp4", [tmp_path / "r.json", tmp_path / "r.html"]
    ran = vidseg("screen", source, "-o", target, "--json", "--report", reports[0], "--report", reports[1])
    assert ran.code == 0
    assert frames_of(target) == 10
    assert ran.err.rstrip().endswith(f"; {SAID}")
    assert len(ran.err.splitlines()) == 1
    damage = {"packets": 2, "missing": 0, "doubtful": 0, "others": 0, "ended": False}
    said = json.loads(ran.out)
    assert (said["outcome"], said["damage"], said["notes"][0]) == ("done", damage, SAID)
    assert json.loads(reports[0].read_text())["jobs"][0]["damage"] == damage
    assert SAID.replace("'", "&#x27;") in reports[1].read_text()


def test_of_a_whole_file_no_damage_is_told(vidseg: Run, tmp_path: Path) -> None:
    ran = vidseg("screen", Clip(frames=3).write(tmp_path / "a.mp4"), "--json")
    assert json.loads(ran.out)["damage"] is None
    assert "damaged" not in ran.err


def test_the_sums_count_damaged_sources(vidseg: Run, source: Path, tmp_path: Path) -> None:
    Clip(frames=3).write(tmp_path / "walk.mp4")
    ran = vidseg("screen", tmp_path, "--out-dir", tmp_path / "out")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "2 done (1 from damaged sources), 0 failed, 0 skipped"


def test_with_fail_it_fails_in_one_line_and_leaves_nothing(vidseg: Run, source: Path, tmp_path: Path) -> None:
    before = listing(tmp_path)
    ran = vidseg("screen", source, "-o", tmp_path / "out" / "done.mp4", "--on-damage", "fail")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "--on-damage keep does what is left" in ran.err
    assert listing(tmp_path) == before


def test_without_a_frame_it_fails_though_damage_is_kept(vidseg: Run, tmp_path: Path) -> None:
    source = damaged(tmp_path / "talk.mov", stills(3), (0, 1, 2))
    ran = vidseg("screen", source, "-o", tmp_path / "done.mp4")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "can't be decoded" in ran.err
    assert listing(tmp_path) == {"talk.mov"}


def test_a_job_that_would_be_cut_is_done_whole_and_the_damage_said(vidseg: Run, tmp_path: Path) -> None:
    source = damaged(tmp_path / "talk.mov", stills(100), (40, 60))
    target = tmp_path / "done.mp4"
    ran = vidseg("screen", source, "-o", target, "--piece", "1", "--quality", "fast", "--json", "-v")
    assert ran.code == 0
    assert json.loads(ran.out)["damage"]["packets"] == 2
    assert frames_of(target) == 98
    assert listing(tmp_path) == {"talk.mov", "done.mp4"}


def test_a_change_of_size_is_refused_or_scaled_as_asked(vidseg: Run, tmp_path: Path) -> None:
    one = Clip(frames=3, codec="libx264").write(tmp_path / "1.h264")
    two = Clip(frames=3, width=96, height=64, codec="libx264").write(tmp_path / "2.h264")
    source, target = tmp_path / "a.h264", tmp_path / "done.mp4"
    source.write_bytes(one.read_bytes() + two.read_bytes())
    ran = vidseg("screen", source, "-o", target)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "--on-resize scale" in ran.err
    ran = vidseg("screen", source, "-o", target, "--on-resize", "scale")
    assert ran.code == 0
    assert "from 64x48 to 96x64 on the way: brought to the first size" in ran.err
    assert frames_of(target) == 6


@pytest.mark.parametrize(
    ("option", "refused", "taken"),
    [("--max-pixels", "3071", "3072"), ("--max-streams", "1", "2"), ("--max-gap", "9", "0")],
)
def test_what_a_file_may_claim_is_bounded_by_an_option(
    vidseg: Run, tmp_path: Path, option: str, refused: str, taken: str
) -> None:
    source = Clip(times=[0, 1, 252], sound=Fraction(0)).write(tmp_path / "a.mkv")
    target = tmp_path / "done.mp4"
    ran = vidseg("screen", source, "-o", target, option, refused)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert option in ran.err
    assert listing(tmp_path) == {"a.mkv"}
    assert vidseg("screen", source, "-o", target, option, taken).code == 0
    if option != "--max-gap":  # info decodes a frame alone
        ran = vidseg("info", source, option, refused)
        assert (ran.code, len(ran.err.splitlines())) == (1, 1)
        assert option in ran.err
    assert vidseg("info", source, option, taken).code == 0


def test_the_bound_on_pixels_is_the_background_s_too(vidseg: Run, tmp_path: Path) -> None:
    source = Clip(frames=2).write(tmp_path / "a.mp4")
    behind = Clip(frames=2, width=96, height=64).write(tmp_path / "sea.mp4")
    target = tmp_path / "done.mp4"
    ran = vidseg("replace", source, "--bg", behind, "-o", target, "--max-pixels", "6143")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert ran.err.endswith(
        f"background {behind}: its picture has 96x64 pixels, more than 6143 in all: --max-pixels 6144 takes them\n"
    )
    assert listing(tmp_path) == {"a.mp4", "sea.mp4"}
    assert vidseg("replace", source, "--bg", behind, "-o", target, "--max-pixels", "6144").code == 0
