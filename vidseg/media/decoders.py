"""Decoders of graphics cards, where they work; what they give comes back into ordinary memory, exact."""

from __future__ import annotations

from functools import cache

import av
from av.codec.codec import Codec
from av.codec.hwaccel import HWAccel, hwdevices_available

from vidseg.errors import OptionError
from vidseg.job import Reading
from vidseg.media.opening import reason

_PROBED = "h264"
"""A device that can't decode this decodes nothing that people film."""

_ALWAYS = ("none", "auto")


@cache
def _refused(device: str) -> str | None:
    """Why a device doesn't work on this machine; asked once in a process, for it may take a second."""
    try:
        HWAccel(device).create(Codec(_PROBED, "r"))
    except (av.error.FFmpegError, NotImplementedError, ValueError) as error:
        return reason(error)
    return None


def check(reading: Reading) -> None:
    """Raise ``OptionError`` where a scale is none, or the device that was asked for doesn't work on this machine."""
    if not 0 < reading.scale <= 1:
        raise OptionError("--scale", f"{float(reading.scale):g} isn't more than 0 and at most 1")
    if reading.hwaccel in _ALWAYS:
        return
    devices = hwdevices_available()
    if reading.hwaccel not in devices:
        raise OptionError("--hwaccel", f"{reading.hwaccel!r} is none of {', '.join((*_ALWAYS, *devices))}")
    why = _refused(reading.hwaccel)
    if why is not None:
        raise OptionError("--hwaccel", f"{reading.hwaccel} doesn't work here ({why}): use auto or none")


def hwaccel(name: str) -> HWAccel | None:
    """What opening a file is told: this device, with ``auto`` the first that works, if any does.

    What a device doesn't decode is decoded without it.
    """
    if name == "auto":
        name = next((device for device in hwdevices_available() if _refused(device) is None), "none")
    return None if name == "none" else HWAccel(name, allow_software_fallback=True)
