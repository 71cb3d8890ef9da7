"""Opening containers: local regular files only, in known formats, with FFmpeg's errors in our words."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from vidseg.errors import LimitError, SourceError
from vidseg.job import Reading

FORMATS = (
    "mov,matroska,avi,mpegts,mpegtsraw,mpeg,mpegvideo,m4v,flv,ogg,asf,mxf,dv,gif,apng,ivf,h264,hevc,obu,av1,nut,"
    "yuv4mpegpipe,rm,vob,webm_dash_manifest,wtv,swf,3gp,cavsvideo,dirac,vc1"
)
"""Demuxers that read one file and nothing else; playlists and scripts (HLS, concat, SDP, DASH) aren't among them."""

PICTURE_FORMATS = FORMATS + (
    ",image2,png_pipe,jpeg_pipe,mjpeg,webp_pipe,bmp_pipe,tiff_pipe,dpx_pipe,exr_pipe,psd_pipe,pam_pipe,pbm_pipe,"
    "pgm_pipe,ppm_pipe,pcx_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,jpegls_pipe,j2k_pipe,jpegxl_pipe,xbm_pipe,xwd_pipe"
)
"""What a background may also be."""


_ALONE = {"protocol_whitelist": "file", "pattern_type": "none"}
"""No network, and ``sea%03d.dpx`` is a file and not all those that have a number there."""


def require_file(path: Path) -> None:
    """Raise ``SourceError`` unless this is a regular file that can be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(str(path), "is not a file")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise SourceError(str(path), "no such file") from None
    except OSError as error:
        raise SourceError(str(path), f"can't be read: {error.strerror}") from None


def open_input(
    path: Path, formats: str = FORMATS, reading: Reading | None = None, hwaccel: HWAccel | None = None
) -> InputContainer:
    """Open a file for reading; the caller closes it.

    The path is made absolute (FFmpeg takes ``a:b.mp4`` for a protocol), and nothing but local files is followed. A
    picture that is much too large isn't even looked at. Raises ``SourceError``, ``LimitError``.
    """
    require_file(path)
    reading = reading or Reading()
    try:
        container = av.open(
            str(path.absolute()),
            metadata_errors="replace",
            hwaccel=hwaccel,
            options={
                **_ALONE,
                "format_whitelist": formats,
                "max_pixels": told(2 * reading.most_pixels + _SMALL),
            },
        )
    except (av.error.FFmpegError, ValueError) as error:
        if path.stat().st_size == 0:
            raise SourceError(str(path), "is empty") from None
        raise SourceError(str(path), f"is no video that vidseg can read ({reason(error)})") from None
    if len(container.streams) > reading.most_streams:
        count = len(container.streams)
        container.close()
        raise LimitError(
            str(path), f"has {count} streams, more than {reading.most_streams}: --max-streams {count} takes them"
        )
    return container


_SMALL = 1 << 18
_ALIGNED = 128
"""A side that FFmpeg's decoders work on is a multiple of this at most, and that is what they compare with a bound."""


def padded(width: int, height: int) -> int:
    """As many pixels as decoders may take for a picture of this size."""
    return -(-width // _ALIGNED) * _ALIGNED * (-(-height // _ALIGNED) * _ALIGNED)


def told(pixels: int) -> str:
    """A bound as FFmpeg takes it."""
    return str(min(pixels, (1 << 31) - 1))


def claimed_size(path: Path) -> tuple[int, int]:
    """The size of the largest picture that a file says it has, without decoding one: 0x0 where it doesn't say."""
    try:
        with av.open(
            str(path.absolute()),
            metadata_errors="replace",
            options={**_ALONE, "format_whitelist": PICTURE_FORMATS, "skip_frame": "all"},
        ) as container:
            contexts = [stream.codec_context for stream in container.streams.video]
            sizes = [(context.width, context.height) for context in contexts if context is not None]
    except (av.error.FFmpegError, ValueError):
        return 0, 0
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


@contextmanager
def opened(path: Path, formats: str = FORMATS, reading: Reading | None = None) -> Iterator[InputContainer]:
    """``open_input`` as a context."""
    container = open_input(path, formats, reading)
    try:
        yield container
    finally:
        container.close()


def reason(error: BaseException) -> str:
    """FFmpeg's own words for an error, without file names and numbers, on one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
