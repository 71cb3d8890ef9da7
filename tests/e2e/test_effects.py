"""The installed ``vidseg blur``, ``screen`` and ``overlay`` on a clip of ten bits with sound, read by PyAV alone."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import vidseg
from vidseg.frame import planes_of

COMMAND = Path(sys.executable).with_name("vidseg")
CLIP = Path(__file__).parents[2] / "sample_media" / "astronaut_10bit.mkv"
COMMANDS = {
    "blur": ("--preset", "ultrafast", "--quality", "fast"),
    "screen": (),  # as usual: its preset, where an encoder leaves more of what was there, and all filters
    "overlay": ("--preset", "ultrafast", "--quality", "fast", "--outline"),
}
every_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The output of each command."""
    folder = tmp_path_factory.mktemp("effects")
    for name, settings in COMMANDS.items():
        target = folder / f"{name}.mkv"
        ran = subprocess.run(
            [COMMAND, name, str(CLIP), "-o", str(target), *settings], capture_output=True, text=True, timeout=600
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr.startswith(f"done: {target}: 50 frames in ")
    return {name: folder / f"{name}.mkv" for name in COMMANDS}


def pictures(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


@every_command
def test_every_frame_is_there_at_its_time_in_ten_bits(made: dict[str, Path], name: str) -> None:
    def times(path: Path) -> list[Fraction]:
        return [(one.pts or 0) * Fraction(one.time_base or 0) for one in pictures(path)]

    assert times(made[name]) == times(CLIP)
    assert {one.format.name for one in pictures(made[name])} == {"yuv420p10le"}


@every_command
def test_the_sound_is_copied_packet_for_packet(made: dict[str, Path], name: str) -> None:
    def sound(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(audio=0) if packet.size]

    assert sound(made[name])
    assert sound(made[name]) == sound(CLIP)


def test_the_screen_is_the_colour_asked_for_within_one_code_after_encoding(made: dict[str, Path]) -> None:
    """Away from the person by more than the encoder's blocks: #00b140 in limited-range BT.709."""
    luma = 0.7152 * 177 / 255 + 0.0722 * 64 / 255
    codes = 4 * (16 + 219 * luma), 4 * (128 + 224 * (64 / 255 - luma) / 1.8556), 4 * (128 - 224 * luma / 1.5748)
    looked_at = 0
    for one, (_, matte) in zip(pictures(made["screen"]), vidseg.mattes(CLIP), strict=True):
        near = cv2.dilate((matte > 0).astype(np.uint8), np.ones((65, 65), np.uint8))
        for plane, code in zip(planes_of(one), codes, strict=True):
            flat = plane[cv2.resize(near, plane.shape[::-1], interpolation=cv2.INTER_NEAREST) == 0]
            looked_at += flat.size
            assert np.abs(flat - code).max(initial=0) <= 1.5  # the code itself is rounded
    assert looked_at > 1_000_000


def test_the_person_is_still_there(made: dict[str, Path]) -> None:
    """Her face, which every matte holds."""
    for name in ("blur", "screen"):
        for ours, theirs in zip(pictures(made[name]), pictures(CLIP), strict=True):
            face = slice(60, 120), slice(260, 310)
            off = planes_of(ours)[0][face].astype(int) - planes_of(theirs)[0][face]
            assert np.abs(off).mean() < 16
