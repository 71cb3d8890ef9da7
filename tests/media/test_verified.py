"""Verified: a finished file is read again, and an animated WebP, which FFmpeg can't, by its own chunks."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vidseg.errors import IncompleteError
from vidseg.media.movie_length import movie_length
from vidseg.media.spread import spread
from vidseg.media.verified import check
from vidseg.media.verified_pictures import check_pictures, check_webp
from vidseg.media.written import Beside, Written
from vidseg.testing import Clip

TICK = Fraction(1, 25)


def film(path: Path) -> Path:
    """Thirty frames, each tenth a key frame."""
    return Clip(frames=30, keys=10, codec="libx264").write(path)


def wrong(path: Path, written: Written) -> str:
    with pytest.raises(IncompleteError) as caught:
        check(path, Path("out.mp4"), written, TICK)
    assert caught.value.path == "out.mp4"
    return caught.value.reason


WHOLE = Written(range(30), TICK, Fraction(30, 25), (64, 48))


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_a_whole_file_passes(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name)
    check(path, path, WHOLE, TICK)


@pytest.mark.parametrize(("name", "which"), [("a.mp4", 2), ("a.mov", 1), ("a.mkv", 1), ("a.mkv", 2)])
def test_a_key_frame_that_can_not_be_decoded_is_noticed(tmp_path: Path, name: str, which: int) -> None:
    """As by a disk that loses a block: by its index the file is whole."""
    path = film(tmp_path / name)
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(video=0) if packet.size and packet.is_keyframe]
        torn, keys = bytes(found[which]), tuple((packet.pts or 0) * packet.time_base for packet in found)
    assert len(keys) == 3
    went_in = replace(WHOLE, keys=keys)
    check(path, path, went_in, TICK)
    data = path.read_bytes()
    assert data.count(torn) == 1
    path.write_bytes(data.replace(torn, b"\xff" * len(torn)))
    assert wrong(path, went_in) == f"its frame at {float(keys[which]):.3f} s can't be decoded"


def test_a_length_that_is_too_short_is_noticed(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv")
    data = path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration, eight bytes
    assert struct.unpack(">d", data[at : at + 8]) == (1200.0,)
    path.write_bytes(data[:at] + struct.pack(">d", 600.0) + data[at + 8 :])
    assert wrong(path, WHOLE) == "it says that it lasts 0.600 s, not 1.160 to 2.240"


def test_places_are_spread_from_the_first_to_the_last() -> None:
    assert spread([7], 3) == [7]
    assert spread([7, 8], 3) == [7, 8]
    assert spread(list(range(11)), 3) == [0, 5, 10]


def test_a_picture_of_a_sequence_that_can_not_be_read_is_noticed(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(5)]
    for name in names:
        assert cv2.imwrite(str(tmp_path / name), np.zeros((4, 6), np.uint8))
    check_pictures(tmp_path, names, Path("f/%d.png"), (6, 4))
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 0\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), (4, 6))
    (tmp_path / "2.png").write_bytes((tmp_path / "2.png").read_bytes()[:40])
    (tmp_path / "4.png").write_bytes(b"")
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 2\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), (6, 4))
    with pytest.raises(IncompleteError, match=r"^f/%d\.png: 4\.png can't be read again"):
        check_pictures(tmp_path, names[3:], Path("f/%d.png"), (6, 4))


def animation(path: Path, durations: list[int]) -> Path:
    """Written by OpenCV, a picture of another grey for each duration."""
    made = cv2.Animation()
    made.frames = [np.full((8, 8, 4), 20 * n, np.uint8) for n in range(len(durations))]
    made.durations = durations
    assert cv2.imwriteanimation(str(path), made)
    return path


def written(frames: int, last: Fraction) -> Written:
    return Written(
        [round(n * last * 1000 / max(frames - 1, 1)) for n in range(frames)], Fraction(1, 1000), last, (8, 8)
    )


def test_a_whole_animation_passes(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    check_webp(path, path, written(4, Fraction(200, 1000)))


def test_equal_frames_in_a_row_may_be_one(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 160])
    check_webp(path, path, written(4, Fraction(120, 1000)))


@pytest.mark.parametrize(("frames", "last"), [(3, Fraction(80, 1000)), (9, Fraction(400, 1000))])
def test_more_frames_than_went_in_or_too_short_a_time_is_not_whole(tmp_path: Path, frames: int, last: Fraction) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    with pytest.raises(IncompleteError) as caught:
        check_webp(path, Path("out.webp"), written(frames, last))
    assert str(caught.value) == f"out.webp: {frames} frames went in, 4 came out, of 240 ms"


def test_a_torn_or_empty_file_is_not_whole(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 40, 120, 40])
    for length in (0, 10, 60, path.stat().st_size - 2):
        torn = tmp_path / f"{length}.webp"
        torn.write_bytes(path.read_bytes()[:length])
        with pytest.raises(IncompleteError):
            check_webp(torn, torn, written(4, Fraction(200, 1000)))


def test_an_animation_of_another_size_is_noticed(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", [40, 40])
    with pytest.raises(IncompleteError, match="it says that it is 8x8, not 8x6"):
        check_webp(path, path, replace(written(2, Fraction(40, 1000)), size=(8, 6)))


def test_one_frame_is_a_still_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    assert cv2.imwrite(str(path), np.zeros((8, 8, 4), np.uint8))
    check_webp(path, path, written(1, Fraction(0)))


# --- every container ---

CONTAINERS = ["a.mp4", "a.m4v", "a.mov", "a.mkv", "a.webm"]


def talk(path: Path, *, sound: bool = True) -> Path:
    """Thirty frames with a second and a fifth of sound."""
    codec = "libvpx-vp9" if path.suffix == ".webm" else "libx264"
    options = (("deadline", "realtime"),) if path.suffix == ".webm" else ()
    start = Fraction(0) if sound else None
    return Clip(frames=30, keys=10, codec=codec, sound=start, options=options).write(path)


def talked(path: Path) -> Written:
    """What PyAV finds of sound in it."""
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(audio=0) if packet.size]
    ends = [((one.pts or 0) + (one.duration or 0)) * one.time_base for one in found]
    longest = max((one.duration or 0) * one.time_base for one in found)
    sound = Beside("audio", (found[0].pts or 0) * found[0].time_base, max(ends), longest)
    return replace(WHOLE, others=1, streams=(sound,))


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_whole_file_with_sound_passes(tmp_path: Path, name: str) -> None:
    path = talk(tmp_path / name)
    check(path, path, talked(path), TICK)


@pytest.mark.parametrize("name", CONTAINERS)
def test_any_frame_at_another_time_is_noticed(tmp_path: Path, name: str) -> None:
    path = talk(tmp_path / name)
    times = [*range(17), 20, *range(21, 33)]
    assert wrong(path, replace(WHOLE, times=times)) == "a frame of 0.800 s came out at 0.680 s"


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_frame_too_few_is_noticed(tmp_path: Path, name: str) -> None:
    assert wrong(talk(tmp_path / name), replace(WHOLE, times=range(31))) == "31 frames went in, 30 came out"


@pytest.mark.parametrize("name", CONTAINERS)
def test_another_size_is_noticed(tmp_path: Path, name: str) -> None:
    assert wrong(talk(tmp_path / name), replace(WHOLE, size=(64, 64))) == "it says that it is 64x48, not 64x64"


@pytest.mark.parametrize("name", CONTAINERS)
def test_sound_that_ends_too_soon_or_begins_too_late_is_noticed(tmp_path: Path, name: str) -> None:
    path = talk(tmp_path / name)
    (sound,) = talked(path).streams
    longer = replace(sound, end=sound.end + 1)
    said = f"its audio ends at {float(sound.end):.3f} s, not at {float(longer.end):.3f}"
    assert wrong(path, replace(WHOLE, streams=(longer,))) == said
    assert sound.first is not None
    earlier = replace(sound, first=sound.first - 1)
    assert wrong(path, replace(WHOLE, streams=(earlier,))) == "the beginning of its audio isn't in it"


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_stream_that_is_not_there_is_noticed(tmp_path: Path, name: str) -> None:
    sound = talked(talk(tmp_path / f"with-{name}")).streams[0]
    path = talk(tmp_path / name, sound=False)
    assert wrong(path, replace(WHOLE, streams=(sound,))) == "1 streams of audio went in, 0 came out"
    assert wrong(path, replace(WHOLE, others=1)) == "a stream that was copied isn't in it"
    check(path, path, replace(WHOLE, streams=(Beside("subtitle"),)), TICK)  # one without a packet may be left out


def with_length(path: Path, factor: float) -> Path:
    """Its header's length, times this: Matroska's Duration (eight bytes), or the mvhd box of MP4 and QuickTime."""
    data = bytearray(path.read_bytes())
    if path.suffix in (".mkv", ".webm"):
        at = data.index(b"\x44\x89\x88") + 3
        data[at : at + 8] = struct.pack(">d", struct.unpack_from(">d", data, at)[0] * factor)
    else:
        at = data.index(b"mvhd") + 20
        data[at : at + 4] = struct.pack(">I", round(struct.unpack_from(">I", data, at)[0] * factor))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("factor", [0.5, 2])
@pytest.mark.parametrize("name", CONTAINERS)
def test_a_length_that_is_not_true_is_noticed(tmp_path: Path, name: str, factor: float) -> None:
    path = talk(tmp_path / name, sound=False)
    with_length(path, 1)
    check(path, path, WHOLE, TICK)
    assert wrong(with_length(path, factor), WHOLE).startswith(f"it says that it lasts {1.2 * factor:.3f} s, not 1.160")


def test_every_picture_s_head_and_end_are_looked_at(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(9)]
    for name in names:
        assert cv2.imwrite(str(tmp_path / name), np.zeros((4, 6), np.uint8))
    check_pictures(tmp_path, names, Path("f/%d.png"), None)
    whole = (tmp_path / "3.png").read_bytes()
    assert cv2.imwrite(str(tmp_path / "3.png"), np.zeros((6, 4), np.uint8))  # another size, of which none is decoded
    with pytest.raises(IncompleteError, match=r"3\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), None)
    (tmp_path / "3.png").write_bytes(whole[:-4])
    with pytest.raises(IncompleteError, match=r"3\.png can't be read again"):
        check_pictures(tmp_path, names, Path("f/%d.png"), None)


def test_the_length_of_a_movie_whose_times_vary_is_its_own_word(tmp_path: Path) -> None:
    """With B-frames FFmpeg's sum of the samples is less: 0.2 s of 0.28."""
    bframes = (("x264-params", "bframes=2:b-adapt=0:scenecut=0"),)
    path = Clip(times=[0, 1, 2, 5, 6], codec="libx264", options=bframes).write(tmp_path / "a.mp4")
    check(path, path, Written([0, 1, 2, 5, 6], TICK, Fraction(7, 25), (64, 48)), TICK)


@pytest.mark.parametrize(
    ("data", "length"),
    [
        (b"", None),
        (struct.pack(">I4s", 8, b"free"), None),
        (struct.pack(">I4s", 0, b"mdat") + bytes(9), None),
        (struct.pack(">I4s", 3, b"moov") + bytes(9), None),
        (struct.pack(">I4sI4sB3x8xII", 36, b"moov", 28, b"mvhd", 0, 600, 900), Fraction(3, 2)),
        (struct.pack(">I4sI4sB3x16xIQ", 48, b"moov", 40, b"mvhd", 1, 1000, 1 << 40), Fraction(1 << 40, 1000)),
        (struct.pack(">I4sI4sB3x8xII", 36, b"moov", 28, b"mvhd", 0, 0, 900), None),
        (struct.pack(">I4sQ7xI4sI4sB3x8xII", 1, b"mdat", 23, 36, b"moov", 28, b"mvhd", 0, 25, 50), Fraction(2)),
    ],
)
def test_a_movie_header_is_found_or_there_is_none(tmp_path: Path, data: bytes, length: Fraction | None) -> None:
    (tmp_path / "a.mp4").write_bytes(data)
    assert movie_length(tmp_path / "a.mp4") == length


def test_a_long_check_gives_signs_of_life(tmp_path: Path) -> None:
    path = Clip(frames=2100, width=16, height=16, codec="mjpeg", pixel_format="yuvj420p", tags=(2, 5, 1, 1)).write(
        tmp_path / "a.mov"
    )
    signs: list[int] = []
    check(path, path, Written(range(2100), TICK, Fraction(84), (16, 16)), TICK, lambda: signs.append(1))
    assert len(signs) == 2


@pytest.mark.parametrize("name", CONTAINERS)
def test_how_long_the_last_frame_lasts_may_be_a_guess(tmp_path: Path, name: str) -> None:
    """As of an MPEG-TS, whose frames have no length: the muxer takes that of the one before."""
    path = talk(tmp_path / name, sound=False)
    check(path, path, replace(WHOLE, end=Fraction(29, 25)), Fraction(1, 1000))
