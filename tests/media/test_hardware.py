"""Hardware: an encoder works if it encodes; one that doesn't says why."""

from __future__ import annotations

import subprocess
import sys

import av
import pytest

from vidseg.media import hardware
from vidseg.media.codecs import encoders


@pytest.mark.parametrize("encoder", encoders())
def test_all_that_vidseg_writes_with_works(encoder: str) -> None:
    assert hardware.works(encoder) is None


@pytest.mark.parametrize(("encoder", "why"), [("nonsense", "isn't in this FFmpeg"), ("aac", "encodes no video")])
def test_what_is_no_encoder_is_said(encoder: str, why: str) -> None:
    assert hardware.works(encoder) == why


NO_DRIVERS = """
from av.codec import codecs_available
from vidseg.media.hardware import works
for name in sorted(codecs_available):
    if name.endswith(("_nvenc", "_qsv", "_amf", "_v4l2m2m")):
        print(name, works(name), sep=": ")
"""


def test_hardware_that_is_not_there_gives_one_line_of_why() -> None:
    """Without drivers: CUDA shows no card, and the others have none to find on a machine without /dev/dri."""
    said = subprocess.run(
        [sys.executable, "-c", NO_DRIVERS], capture_output=True, text=True, check=True, env={"CUDA_VISIBLE_DEVICES": ""}
    ).stdout.splitlines()
    assert said
    nvidia = [line for line in said if "_nvenc" in line]
    assert all(not line.endswith(": None") for line in nvidia)
    assert all(len(line.partition(": ")[2]) > 4 for line in said)


def test_the_log_is_left_as_it_was() -> None:
    before = av.logging.get_level()
    hardware.works("h264_v4l2m2m")
    assert av.logging.get_level() == before
