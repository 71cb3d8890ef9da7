"""Hardware: whether an encoder works here, by having it encode something; that a build has it says little.

FFmpeg has the encoders of graphics cards built in wherever it runs, and finds out about card and driver when one is
opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.codec.codec import UnknownCodecError
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from vidseg.media.opening import reason

_SIZE = (320, 192)
"""The smallest that every graphics card's encoder takes with room to spare: NVIDIA's asks for 145x49 and more."""

_PICTURES = 3
_RATE = 25

_LIKED = ("yuv420p", "nv12", "yuv422p10le", "yuv444p", "rgb24", "rgba", "bgra")


def works(encoder_name: str) -> str | None:
    """``None`` if this encoder encodes a few grey pictures, else the reason why it doesn't, on one line.

    For hardware it opens the device, which may take a second; what the drivers' own libraries print goes to file
    descriptor 2. Asked twice it tries twice. Not for use beside other threads that decode or encode: FFmpeg's log,
    which says more than its errors, is opened for the second try of what fails.
    """
    try:
        return None if _bytes_of(encoder_name) else "gives nothing"
    except UnknownCodecError:
        return "isn't in this FFmpeg"
    except (av.error.FFmpegError, ValueError) as error:
        return _logged(encoder_name) or reason(error)


def _logged(encoder_name: str) -> str:
    """FFmpeg's first line about a failure (``Cannot load libcuda.so.1``), empty where it says nothing."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=True) as lines, suppress(av.error.FFmpegError, ValueError):
            _bytes_of(encoder_name)
    finally:
        av.logging.set_level(before)
    return " ".join(lines[0][2].split()) if lines else ""


def _bytes_of(encoder_name: str) -> int:
    """How many bytes a few pictures become."""
    return sum(packet.size for packet in _encoded(encoder_name))


def _encoded(encoder_name: str) -> Iterator[Packet[Any]]:
    """The packets of a few pictures."""
    context = CodecContext.create(encoder_name, "w")
    if context.type != "video":
        raise ValueError("encodes no video")
    video = cast("VideoCodecContext", context)
    video.width, video.height = _SIZE
    video.pix_fmt = _pixel_format(video)
    video.framerate, video.time_base = Fraction(_RATE), Fraction(1, _RATE)
    for n in range(_PICTURES):
        picture = av.VideoFrame(*_SIZE, video.pix_fmt)
        for plane in picture.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        picture.pts = n
        yield from video.encode(picture)
    yield from video.encode(None)


def _pixel_format(context: VideoCodecContext) -> str:
    """One that pictures in ordinary memory have; raises ``ValueError`` where the encoder takes none such."""
    taken = [one.name for one in context.codec.video_formats or ()]
    for name in (*_LIKED, *taken):
        if not taken or name in taken:
            return name
    raise ValueError("takes no picture from memory")
