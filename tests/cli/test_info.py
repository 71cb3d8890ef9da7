"""``vidseg info``: for a person, for a program, and for what is no video."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import vidseg as package
from vidseg.testing import Clip

Run = Callable[..., Any]
SAMPLES = Path(__file__).parents[2] / "sample_media"


def lines(text: str) -> dict[str, str]:
    return {line[2:12].strip(): line[13:] for line in text.splitlines() if line.startswith("  ")}


def test_a_person_reads_what_the_file_is(vidseg: Run) -> None:
    ran = vidseg("info", SAMPLES / "astronaut_portrait.mp4")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == str(SAMPLES / "astronaut_portrait.mp4")
    said = lines(ran.out)
    assert said["picture"] == "h264, 640x360, yuv420p (8 bits), seen as 360x640, turned by 90 degrees clockwise"
    assert said["frames"] == "60 (counted), 30 a second, the first at 0.000 s"
    assert said["alpha"] == "none: the file is not transparent"
    assert said["vidseg"] == "makes .mp4 of it, with h264 (libx264) in yuv420p"


def test_a_transparent_webm_is_told_from_one_that_is_not(vidseg: Run, tmp_path: Path) -> None:
    def clear(n: int, planes: list[Any]) -> None:
        for plane in planes:
            plane[:] = 0

    def opaque(n: int, planes: list[Any]) -> None:
        for plane in planes:
            plane[:] = 255

    for painter, words in ((clear, "really transparent: beside the picture"), (opaque, "are opaque")):
        path = Clip(frames=2, codec="libvpx-vp9", pixel_format="yuva420p", painter=painter).write(tmp_path / "a.webm")
        assert words in lines(vidseg("info", path).out)["alpha"]


def test_everything_unusual_is_told(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(times=[2, 3, 9], aspect=Fraction(4, 3), mirrored=True, tags=(0, 2, 2, 2), sound=Fraction(0))
    said = lines(vidseg("info", clip.write(tmp_path / "in.mp4")).out)
    assert "mirrored" in said["picture"]
    assert "pixels 4/3 as wide as high" in said["picture"]
    assert "variable" in said["frames"]
    assert "0.2400 s apart" in said["frames"]
    assert "as players take it" in said["colour"]
    assert said["audio"].startswith("stream 1: aac, 48000 Hz, stereo")


def test_a_program_reads_one_object_for_each_file(vidseg: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    ran = vidseg("info", SAMPLES / "stars.mp4", bad, "--json")
    good, failed = map(json.loads, ran.out.splitlines())
    assert ran.code == 1
    assert good["times"]["frames"] == 48
    assert (failed["source"], failed["outcome"]) == (str(bad), "failed")
    assert ran.err.splitlines() == [f"FAILED: {bad}: {failed['reason']}"]


def test_one_bad_file_does_not_stop_the_others(vidseg: Run, tmp_path: Path) -> None:
    ran = vidseg("info", tmp_path / "nowhere.mp4", tmp_path, SAMPLES / "stars.mp4")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 2
    assert "48 (counted)" in ran.out


def test_from_python() -> None:
    found = package.info(str(SAMPLES / "stars.mp4"))
    assert isinstance(found, package.Info)
    assert found.times.frames == 48
    with pytest.raises(package.VidsegError):
        package.info("nowhere.mp4")


def test_a_folder_stands_for_the_videos_in_it_and_in_its_folders(vidseg: Run, tmp_path: Path) -> None:
    (tmp_path / "day 1").mkdir()
    for name in ("a.mp4", "day 1/b.mkv"):
        Clip(frames=2).write(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no video")
    for more, names in (((), ["a.mp4"]), (("--recursive",), ["a.mp4", "day 1/b.mkv"])):
        ran = vidseg("info", tmp_path, *more, "--json")
        assert [json.loads(line)["source"] for line in ran.out.splitlines()] == [str(tmp_path / name) for name in names]
        assert (ran.code, ran.err) == (0, "")
