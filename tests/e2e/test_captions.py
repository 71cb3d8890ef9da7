"""Closed captions that broadcasters put inside the video stream (ATSC A/53, part 4)."""

from __future__ import annotations

import io
import re
from pathlib import Path

import av
import pytest

import vidseg
from vidseg.media.side_data import side_data
from vidseg.testing import picture

CAPTION = bytes([0xFC, 0xC1, 0xC2])  # one valid CEA-608 pair of field 1: "AB" with odd parity
# ITU-T T.35: United States, ATSC; "GA94", cc_data, one triplet, marker bits
MESSAGE = bytes([0xB5, 0x00, 0x31]) + b"GA94" + bytes([0x03, 0x40 | 0x01, 0xFF]) + CAPTION + b"\xff"
SEI = b"\x00\x00\x00\x01\x06" + bytes([4, len(MESSAGE)]) + MESSAGE + b"\x80"


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    """H.264 with a caption before every slice."""
    data = io.BytesIO()
    with av.open(data, "w", format="h264") as out:
        stream = out.add_stream("libx264", rate=25, options={"x264-params": "bframes=0:threads=1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(5):
            out.mux(stream.encode(picture(n)))
        out.mux(stream.encode(None))
    path = tmp_path / "captioned.h264"
    # before each slice (NAL types 1 and 5)
    path.write_bytes(re.sub(rb"(\x00?\x00\x00\x01[\x01\x21\x41\x61\x25\x45\x65])", SEI + rb"\1", data.getvalue()))
    return path


def captions(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [(side_data(frame) or {}).get("A53_CC", b"") for frame in container.decode(video=0)]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_captions_in_the_stream_come_through(captioned: Path, tmp_path: Path, codec: str) -> None:
    assert captions(captioned) == [CAPTION] * 5
    vidseg.replace(captioned, tmp_path / "out.mkv", background="blue", codec=codec, preset="ultrafast")
    assert captions(tmp_path / "out.mkv") == [CAPTION] * 5
