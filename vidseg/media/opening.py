"""Opening containers: local regular files only, in known formats, with FFmpeg's errors in our words."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from vidseg.errors import SourceError

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


def open_input(path: Path, formats: str = FORMATS, hwaccel: HWAccel | None = None) -> InputContainer:
    """Open a file for reading; the caller closes it.

    The path is made absolute (FFmpeg takes ``a:b.mp4`` for a protocol), and nothing but local files is followed.
    Raises ``SourceError``.
    """
    require_file(path)
    try:
        return av.open(
            str(path.absolute()),
            metadata_errors="replace",
            hwaccel=hwaccel,
            options={"protocol_whitelist": "file", "format_whitelist": formats},
        )
    except (av.error.FFmpegError, ValueError) as error:
        if path.stat().st_size == 0:
            raise SourceError(str(path), "is empty") from None
        raise SourceError(str(path), f"is no video that vidseg can read ({reason(error)})") from None


@contextmanager
def opened(path: Path, formats: str = FORMATS) -> Iterator[InputContainer]:
    """``open_input`` as a context."""
    container = open_input(path, formats)
    try:
        yield container
    finally:
        container.close()


def reason(error: BaseException) -> str:
    """FFmpeg's own words for an error, without file names and numbers, on one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
