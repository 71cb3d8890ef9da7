"""Decoders: a device that works is used, with auto the first; what was asked for and doesn't work is said."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from av.codec.hwaccel import hwdevices_available

from vidseg.errors import OptionError
from vidseg.job import Reading
from vidseg.media import decoders
from vidseg.media.source import Source
from vidseg.testing import Clip

Working = Callable[..., None]


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Working:
    """Has these devices be there, of which those after the bar work."""

    def only(*devices: str, works: str = "") -> None:
        monkeypatch.setattr(decoders, "hwdevices_available", lambda: list(devices))
        monkeypatch.setattr(decoders, "_refused", lambda device: None if device == works else "no card")

    return only


def test_none_is_none() -> None:
    assert decoders.hwaccel("none") is None


def test_auto_takes_the_first_that_works(working: Working) -> None:
    working("qsv", "cuda", works="cuda")
    made = decoders.hwaccel("auto")
    assert getattr(made, "allow_software_fallback", None) is True  # which PyAV's types leave out


def test_auto_without_any_is_none(working: Working) -> None:
    working("qsv", "cuda")
    assert decoders.hwaccel("auto") is None


def test_what_was_asked_for_and_does_not_work_is_refused_with_the_reason(working: Working) -> None:
    working("qsv", "cuda")
    with pytest.raises(OptionError, match=r"--hwaccel: cuda doesn't work here \(no card\): use auto or none"):
        decoders.check(Reading(hwaccel="cuda"))
    decoders.check(Reading(hwaccel="auto"))


def test_a_device_that_this_ffmpeg_has_not_is_refused_with_those_it_has(working: Working) -> None:
    working("qsv", "cuda", works="cuda")
    with pytest.raises(OptionError, match="'vaapi' is none of none, auto, qsv, cuda"):
        decoders.check(Reading(hwaccel="vaapi"))
    decoders.check(Reading(hwaccel="cuda"))


@pytest.mark.parametrize("scale", [Fraction(0), Fraction(-1), Fraction(3, 2)])
def test_what_is_no_scale_is_refused(scale: Fraction) -> None:
    with pytest.raises(OptionError, match="--scale"):
        decoders.check(Reading(scale))


def test_a_device_without_a_driver_has_a_reason() -> None:
    for device in hwdevices_available():
        why = decoders._refused(device)
        assert why is None or ("\n" not in why and why)


def test_auto_reads_what_is_read_without(tmp_path: Path) -> None:
    clip = Clip(frames=3).write(tmp_path / "a.mp4")

    def planes(reading: Reading) -> list[bytes]:
        with Source(clip, reading=reading) as source:
            return [plane.tobytes() for frame in source.frames() for plane in frame.planes]

    assert planes(Reading(hwaccel="auto")) == planes(Reading())
