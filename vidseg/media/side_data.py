"""What a decoded picture carries beside its planes, read without PyAV's trap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import av


def side_data(picture: av.VideoFrame) -> dict[str, bytes] | None:
    """Side data by FFmpeg's name (``DISPLAYMATRIX``), or None where it can't be read.

    PyAV 18 raises ``ValueError`` for all of it if it doesn't know the type of one (EXIF, MV-HEVC's view data).
    """
    try:
        items: Iterable[Any] = picture.side_data  # a mapping that iterates over its values
        return {item.type.name: bytes(item) for item in items}
    except ValueError:
        return None
