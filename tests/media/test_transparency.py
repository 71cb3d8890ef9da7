"""Alpha: transparency that is there, that is not, and that most decoders drop."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from vidseg.errors import SourceError
from vidseg.frame import Plane
from vidseg.media.transparency import LOOKS, alpha_of
from vidseg.testing import Clip, Painter, paint

HOLDS = [
    ("ffv1", "yuva420p", ".mkv", "picture"),
    ("ffv1", "yuva444p10le", ".mkv", "picture"),
    ("prores_ks", "yuva444p10le", ".mov", "picture"),
    ("libvpx-vp9", "yuva420p", ".webm", "beside"),
]
every_alpha = pytest.mark.parametrize(("codec", "pixel_format", "suffix", "carrier"), HOLDS)


def halves(left: float, right: float) -> Painter:
    """The halves of every picture as opaque as that, 0 to 1."""

    def painter(n: int, planes: list[Plane]) -> None:
        paint(n, planes)
        top = 255 if planes[3].dtype == np.uint8 else 1023
        planes[3][:, :32] = round(left * top)
        planes[3][:, 32:] = round(right * top)

    return painter


@every_alpha
def test_what_is_transparent_is_measured(
    tmp_path: Path, codec: str, pixel_format: str, suffix: str, carrier: str
) -> None:
    path = Clip(frames=10, codec=codec, pixel_format=pixel_format, painter=halves(0, 1)).write(tmp_path / f"a{suffix}")
    found = alpha_of(path)
    assert (found.carrier, found.used, found.looked_at) == (carrier, True, LOOKS)
    assert found.clear == pytest.approx(0.5, abs=0.02)
    assert found.partly == pytest.approx(0, abs=0.03)


@every_alpha
def test_what_is_half_transparent_is_partly(
    tmp_path: Path, codec: str, pixel_format: str, suffix: str, carrier: str
) -> None:
    path = Clip(frames=3, codec=codec, pixel_format=pixel_format, painter=halves(0.5, 1)).write(tmp_path / f"a{suffix}")
    found = alpha_of(path)
    assert (found.carrier, found.used) == (carrier, True)
    assert found.clear == pytest.approx(0, abs=0.01)
    assert found.partly == pytest.approx(0.5, abs=0.03)


@every_alpha
def test_no_picture_is_counted_twice(tmp_path: Path, codec: str, pixel_format: str, suffix: str, carrier: str) -> None:
    path = Clip(frames=3, codec=codec, pixel_format=pixel_format).write(tmp_path / f"a{suffix}")
    assert alpha_of(path).looked_at == 3


@every_alpha
def test_a_channel_that_is_opaque_is_not_used(
    tmp_path: Path, codec: str, pixel_format: str, suffix: str, carrier: str
) -> None:
    path = Clip(frames=3, codec=codec, pixel_format=pixel_format, painter=halves(1, 1)).write(tmp_path / f"a{suffix}")
    found = alpha_of(path)
    assert (found.carrier, found.used, found.clear, found.partly) == (carrier, False, 0, 0)


def test_a_file_without_a_channel_has_none(tmp_path: Path) -> None:
    found = alpha_of(Clip(frames=3).write(tmp_path / "a.mp4"))
    assert (found.carrier, found.used) == (None, False)


def test_the_decoder_that_everybody_uses_drops_it(tmp_path: Path) -> None:
    """So the tests above see what others don't."""
    path = Clip(frames=1, codec="libvpx-vp9", pixel_format="yuva420p", painter=halves(0, 1)).write(tmp_path / "a.webm")
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).format.name == "yuv420p"


@pytest.mark.parametrize(("codec", "suffix"), [("ffv1", ".mkv"), ("libvpx-vp9", ".webm")])
def test_transparency_that_begins_late_is_seen(tmp_path: Path, codec: str, suffix: str) -> None:
    """VP9 has one key frame here, from which on all is decoded."""

    def late(n: int, planes: list[Plane]) -> None:
        halves(1 if n < 60 else 0, 1)(n, planes)

    path = Clip(frames=100, codec=codec, pixel_format="yuva420p", painter=late).write(tmp_path / f"a{suffix}")
    found = alpha_of(path)
    assert found.used
    assert found.clear == pytest.approx(0.5 * 3 / 8, abs=0.07)


def test_packed_pictures_are_read_too(tmp_path: Path) -> None:
    """PNG in QuickTime: red, green, blue and alpha in one plane."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgba"
        pixels = np.full((48, 64, 4), 255, np.uint8)
        pixels[:, :16, 3] = 0
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgba")))
        out.mux(stream.encode(None))
    found = alpha_of(path)
    assert (found.carrier, found.clear, found.partly) == ("picture", 0.25, 0)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no video")
    with pytest.raises(SourceError):
        alpha_of(tmp_path / "a.mp4")
