"""vidseg finds the people in video files and gives back edited video.

>>> vidseg.replace("in.mp4", "out.mp4", background="beach.jpg")
>>> for frame, matte in vidseg.mattes("in.mp4"): ...
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vidseg.version import VERSION

if TYPE_CHECKING:
    from vidseg.api import Previewed, blur, cutout, info, matte, mattes, overlay, preview, replace, screen
    from vidseg.errors import VidsegError
    from vidseg.frame import FULL, Frame, Matte
    from vidseg.job import Damage, Done, Progress, Reading
    from vidseg.media.info import Info
    from vidseg.road import Edge

__version__ = VERSION

_HOMES = {
    "replace": "vidseg.api",
    "blur": "vidseg.api",
    "screen": "vidseg.api",
    "overlay": "vidseg.api",
    "preview": "vidseg.api",
    "Previewed": "vidseg.api",
    "info": "vidseg.api",
    "Info": "vidseg.media.info",
    "matte": "vidseg.api",
    "cutout": "vidseg.api",
    "mattes": "vidseg.api",
    "Edge": "vidseg.road",
    "VidsegError": "vidseg.errors",
    "Frame": "vidseg.frame",
    "Matte": "vidseg.frame",
    "FULL": "vidseg.frame",
    "Done": "vidseg.job",
    "Progress": "vidseg.job",
    "Damage": "vidseg.job",
    "Reading": "vidseg.job",
}
"""Where each name lives; loaded when first used, for MediaPipe takes a second that ``vidseg --help`` needn't wait."""

__all__ = [
    "FULL", "Damage", "Done", "Edge", "Frame", "Info", "Matte", "Previewed", "Progress", "Reading", "VidsegError",
    "blur", "cutout", "info", "matte", "mattes", "overlay", "preview", "replace", "screen",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'vidseg' has no attribute {name!r}") from None
    if home in ("vidseg.api", "vidseg.road"):
        from vidseg import libraries

        libraries.require()
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
