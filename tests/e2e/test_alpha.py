"""Cut-outs and mattes file to file: another decoder finds the matte, every frame at its time, and the sound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vidseg.effects.cutout import Cutout
from vidseg.effects.matte import Matte
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import FULL, Plane, planes_of
from vidseg.job import Content, Done, Encoding, Job, Recipe
from vidseg.media.alpha import FORMATS
from vidseg.media.source import Source
from vidseg.render import mattes, render
from vidseg.stages import Effect
from vidseg.testing import Clip, Disc

TIMES = (0, 1, 2, 5, 6)
"""In twenty-fifths: one frame lasts longer."""
SIZE = (96, 64)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alpha") / "talk.mp4"
    return Clip(times=TIMES, width=SIZE[0], height=SIZE[1], sound=Fraction(0)).write(path)


def made(source: Path, target: Path, effect: Effect, encoding: Encoding) -> Done:
    return render(Job(source, target, Recipe(Disc(), (Enlarge(),), effect, encoding)))


def expected(source: Path) -> NDArray[np.float64]:
    """The matte that every frame has, 0 to 1."""
    with Source(source) as opened:
        return np.asarray(next(mattes(opened, Disc(), (Enlarge(),))).matte / FULL)


def pictures(path: Path) -> Iterator[av.VideoFrame]:
    """By PyAV; VP9 by libvpx, for FFmpeg's own decoder drops alpha."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.metadata.get("alpha_mode") != "1":
            yield from container.decode(stream)
            return
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        for packet in container.demux(stream):
            for one in decoder.decode(packet if packet.size else None):
                one.time_base = one.time_base or stream.time_base
                yield one


def alpha_of(picture: av.VideoFrame, layout: str) -> NDArray[Any]:
    if layout == "channel" and len(picture.planes) == 4:
        return planes_of(picture)[3] / ((1 << picture.format.components[3].bits) - 1)
    if layout == "channel":
        return picture.to_ndarray(format="rgba64le")[..., 3] / FULL
    grey = (picture.to_ndarray(format="yuv420p")[: picture.height].astype(float) - 16) / 219
    return grey[SIZE[1] :] if layout == "below" else grey[:, SIZE[0] :]


def sound(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return b"".join(bytes(packet) for packet in container.demux(audio=0) if packet.size)


NEAR = {"prores4444": (0.004, 0.01), "vp9": (0.03, 0.25), "stacked": (0.03, 0.25), "side-by-side": (0.03, 0.25)}
"""How far alpha may be in the mean and at most; what isn't here is exact but for rounding to 8 bits."""


@pytest.mark.parametrize("premultiplied", [False, True])
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "webp"])
def test_every_format_gives_the_matte_the_times_and_the_sound_back(
    tmp_path: Path, clip: Path, name: str, premultiplied: bool
) -> None:
    format_ = FORMATS[name]
    if premultiplied and format_.straight_only:
        pytest.skip("alpha is always straight there")
    kind: Content = "premultiplied" if premultiplied else "straight"
    target = tmp_path / f"out{format_.suffix}"
    done = made(clip, target, Cutout(premultiplied), Encoding(name, content=kind))
    mean, most = NEAR.get(name, (0.5 / 255, 0.51 / 255))
    times = []
    for picture in pictures(target):
        times.append(picture.pts * picture.time_base)  # type: ignore[operator]
        difference = np.abs(alpha_of(picture, format_.layout) - expected(clip))
        assert difference.mean() <= mean
        assert difference.max() <= most
    assert done.frames == len(TIMES)
    assert times == [Fraction(n, 25) for n in TIMES]
    assert sound(target) == sound(clip) or format_.suffix == ".webm"
    with av.open(str(target)) as container:
        tags = {key.lower(): value for key, value in container.metadata.items()}
        assert tags["comment"] == f"{kind} alpha"
        assert len(container.streams.audio) == 1


def test_the_person_s_own_colours_are_there_bit_for_bit_in_ffv1(tmp_path: Path, clip: Path) -> None:
    target = tmp_path / "out.mkv"
    made(clip, target, Cutout(), Encoding(content="straight"))
    full = expected(clip) == 1
    for before, after in zip(pictures(clip), pictures(target), strict=True):
        assert after.format.name == "yuva420p"
        for n, (ours, theirs) in enumerate(zip(planes_of(before), planes_of(after), strict=False)):
            within = full if not n else full.reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).all(axis=(1, 3))
            assert np.array_equal(ours[within], theirs[within])


def test_an_animated_webp_as_libwebp_reads_it(tmp_path: Path, clip: Path) -> None:
    target = tmp_path / "out.webp"
    done = made(clip, target, Cutout(), Encoding(content="straight"))
    read, animation = cv2.imreadanimation(str(target))
    assert read
    assert list(animation.durations)[:4] == [40, 40, 120, 40]
    assert done.notes == ("sound was left out: webp holds none",)
    for frame in animation.frames:
        assert np.abs(frame[..., 3] / 255 - expected(clip)).max() <= 0.51 / 255


@pytest.mark.parametrize("range_", ["limited", "full"])
@pytest.mark.parametrize("suffix", [".mov", ".mkv", ".mp4", ".webm"])
def test_a_matte_is_read_at_the_right_level(tmp_path: Path, clip: Path, suffix: str, range_: Any) -> None:
    """By PyAV, which honours the range that the file is tagged with."""
    target = tmp_path / f"out{suffix}"
    done = made(clip, target, Matte(), Encoding(content="matte", range=range_, audio=False))
    times = []
    for picture in pictures(target):
        times.append(picture.pts * picture.time_base)  # type: ignore[operator]
        read = picture.to_ndarray(format="gray16le") / FULL
        assert np.abs(read - expected(clip)).mean() < 0.006
        assert read.min() < 0.006
        assert read.max() > 0.99
        assert int(picture.color_range) == (1 if range_ == "limited" else 2)
        assert "10" in picture.format.name
    assert times == [Fraction(n, 25) for n in TIMES]
    with av.open(str(target)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert done.notes == ()


def test_a_matte_has_sound_where_it_is_asked_for(tmp_path: Path, clip: Path) -> None:
    target = tmp_path / "out.mov"
    made(clip, target, Matte(), Encoding(content="matte"))
    assert sound(target) == sound(clip)


def test_metadata_stays_and_says_which_alpha_beside_the_old_comment(tmp_path: Path, clip: Path) -> None:
    source = tmp_path / "talk.mp4"
    with av.open(str(clip)) as old, av.open(str(source), "w") as new:
        new.metadata.update({"title": "A talk", "comment": "take 3"})
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    made(source, tmp_path / "out.mov", Cutout(), Encoding(content="straight"))
    with av.open(str(tmp_path / "out.mov")) as container:
        assert container.metadata["title"] == "A talk"
        assert container.metadata["comment"] == "take 3; straight alpha"


@pytest.mark.parametrize("name", ["prores4444", "vp9", "ffv1", "qtrle", "png"])
def test_an_odd_size_stays_what_it_is(tmp_path: Path, name: str) -> None:
    source = Clip(frames=1, width=63, height=47).write(tmp_path / "talk.mkv")
    target = tmp_path / f"out{FORMATS[name].suffix}"
    made(source, target, Cutout(), Encoding(name, content="straight"))
    (picture,) = pictures(target)
    assert (picture.width, picture.height) == (63, 47)
    assert np.abs(alpha_of(picture, "channel") - expected(source)).mean() < 0.03


@pytest.mark.parametrize(("name", "tags"), [("prores4444", (1, 9, 9, 16)), ("ffv1", (2, 6, 6, 6))])
def test_colour_tags_stay(tmp_path: Path, name: str, tags: tuple[int, int, int, int]) -> None:
    source = Clip(frames=1, pixel_format="yuv420p10le", tags=tags).write(tmp_path / "talk.mkv")
    target = tmp_path / f"out{FORMATS[name].suffix}"
    made(source, target, Cutout(), Encoding(name, content="straight"))
    (one,) = pictures(target)
    assert (one.color_range, one.colorspace, one.color_primaries, one.color_trc) == tags


@pytest.mark.parametrize("times", [(0,), (0, 1, 2, 3)])
def test_a_webp_of_one_frame_or_of_equal_frames_is_whole(tmp_path: Path, times: tuple[int, ...]) -> None:
    def still(_: int, planes: list[Plane]) -> None:
        for plane in planes:
            plane[:] = 128

    source = Clip(times=times, painter=still).write(tmp_path / "talk.mkv")
    done = made(source, tmp_path / "out.webp", Cutout(), Encoding(content="straight"))
    assert done.frames == len(times)
    assert cv2.imread(str(tmp_path / "out.webp"), cv2.IMREAD_UNCHANGED).shape == (48, 64, 4)  # type: ignore[union-attr]
