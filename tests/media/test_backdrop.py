"""Backdrops: colours, pictures and videos as codes worked out by hand, in the place that geometry gives them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vidseg.errors import BackgroundError, ColourError
from vidseg.frame import Frame, Plane, planes_of
from vidseg.media import backdrop
from vidseg.media.backdrop import Fit
from vidseg.testing import Clip, picture, shown

LIMITED_709, FULL_709, LIMITED_601 = (1, 1, 1, 1), (2, 1, 1, 1), (1, 6, 6, 6)
PQ, HLG = (1, 9, 9, 16), (1, 9, 9, 18)


def a_frame(
    width: int = 64, height: int = 48, name: str = "yuv420p", tags: tuple[int, ...] = LIMITED_709, *,
    aspect: Fraction = Fraction(1), time: Fraction = Fraction(0),
) -> Frame:  # fmt: skip
    made = picture(0, width, height, name)
    made.color_range, made.colorspace, made.color_primaries, made.color_trc = tags
    return Frame(made, 0, round(time * 1000), Fraction(1, 1000), 40, aspect)


def planes(background: Path | str, frame: Frame, fit: Fit = "cover") -> list[Plane]:
    with backdrop.opened(str(background), fit, frame) as opened:
        found = [plane.copy() for plane in opened.planes_at(frame.time)]
    assert [plane.shape for plane in found] == [plane.shape for plane in frame.planes]
    assert [plane.dtype for plane in found] == [plane.dtype for plane in frame.planes]
    return found


def middle(found: list[Plane]) -> tuple[int, ...]:
    return tuple(int(plane[plane.shape[0] // 2, plane.shape[1] // 2]) for plane in found)


def flat_picture(
    path: Path, bgr: tuple[int, ...] | int, dtype: type = np.uint8, size: tuple[int, int] = (48, 64)
) -> Path:
    channels = (len(bgr),) if isinstance(bgr, tuple) else ()
    assert cv2.imwrite(str(path), np.full((*size, *channels), bgr, dtype))
    return path


# --- colours ---


@pytest.mark.parametrize(
    ("text", "rgb"),
    [
        ("#00b140", (0, 177, 64)),
        ("#00B140", (0, 177, 64)),
        ("#0f8", (0, 255, 136)),
        ("#FFF", (255, 255, 255)),
        ("black", (0, 0, 0)),
        ("White", (255, 255, 255)),
        ("green", (0, 177, 64)),  # the screen's, not CSS's
        ("blue", (0, 71, 187)),
        ("lime", (0, 255, 0)),
        ("grey", (128, 128, 128)),
        ("gray", (128, 128, 128)),
    ],
)
def test_a_colour_is_read(text: str, rgb: tuple[int, int, int]) -> None:
    assert backdrop.parse_colour(text) == rgb
    backdrop.check(text)


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "#12",
        "#1234",
        "#12345",
        "#1234567",
        "#12345g",
        "#ggg",
        "#00 b140",
        "# 00b14",
        "#-12345",
        "gren",
        "",
        "0x0b1",
    ],
)
def test_what_is_no_colour_is_none(text: str) -> None:
    assert backdrop.parse_colour(text) is None


@pytest.mark.parametrize("text", ["#12", "#00b14g"])
def test_a_colour_that_is_none_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ColourError, match="is no colour"):
        backdrop.check(text)
    with pytest.raises(ColourError), backdrop.opened(text, "cover", a_frame()):
        pass


@pytest.mark.parametrize("text", ["beach", "beach.jpg", "nowhere/beach.jpg"])
def test_what_is_neither_colour_nor_file_is_refused(text: str) -> None:
    with pytest.raises(BackgroundError, match="no such file, and no colour of that name"):
        backdrop.check(text)


# 0, 177, 64: BT.709's Y' = (.7152 * 177 + .0722 * 64) / 255 = .51455; Cb' = (.25098 - Y') / 1.8556 = -.14204;
# Cr' = -Y' / 1.5748 = -.32674. BT.601's Y' = (.587 * 177 + .114 * 64) / 255 = .43606; Cb' = -.10444; Cr' = -.31103
@pytest.mark.parametrize(
    ("name", "tags", "codes"),
    [
        ("yuv420p", LIMITED_709, (129, 96, 55)),  # 16 + 219 Y' = 128.7, 128 + 224 Cb' = 96.2, 128 + 224 Cr' = 54.8
        ("yuv444p", LIMITED_709, (129, 96, 55)),
        ("yuv420p", FULL_709, (131, 92, 45)),  # 255 Y' = 131.2, 128 + 255 Cb' = 91.8, 128 + 255 Cr' = 44.7
        ("yuv422p10le", LIMITED_709, (515, 385, 219)),  # 64 + 876 Y' = 514.7, 512 + 896 Cb' = 384.7, 219.2
        ("yuv420p10le", LIMITED_601, (446, 418, 233)),  # 64 + 876 Y' = 446.0, 512 + 896 Cb' = 418.4, 233.3
    ],
)
def test_a_colour_has_the_codes_of_the_frames_matrix_range_and_depth(
    name: str, tags: tuple[int, ...], codes: tuple[int, ...]
) -> None:
    found = planes("#00b140", a_frame(63, 47, name, tags))
    assert all((plane == plane[0, 0]).all() for plane in found)
    assert middle(found) == codes


# --- pictures ---


def test_a_pictures_colours_have_the_codes_of_the_standard(tmp_path: Path) -> None:
    """Pure red in BT.709: 63, 102, 240."""
    assert middle(planes(flat_picture(tmp_path / "a.png", (0, 0, 255)), a_frame())) == (63, 102, 240)


def test_a_grey_picture_has_no_colour(tmp_path: Path) -> None:
    """16 + 219 * 100 / 255 = 101.9."""
    assert middle(planes(flat_picture(tmp_path / "a.png", 100), a_frame())) == (102, 128, 128)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bits_are_all_used(tmp_path: Path, suffix: str) -> None:
    """64 + 876 * 30100 / 65535 = 466.3; the upper eight bits alone would give 464.7."""
    background = flat_picture(tmp_path / f"a{suffix}", (30100, 30100, 30100), np.uint16)
    assert middle(planes(background, a_frame(name="yuv420p10le"))) == (466, 512, 512)
    grey = flat_picture(tmp_path / f"g{suffix}", 30100, np.uint16)
    assert middle(planes(grey, a_frame(name="yuv420p10le")))[0] == 466


def test_what_is_transparent_lies_over_black(tmp_path: Path) -> None:
    """White at half: 16 + 219 * 128 / 255 = 125.9; white at nothing: 16."""
    assert middle(planes(flat_picture(tmp_path / "a.png", (255, 255, 255, 128)), a_frame())) == (126, 128, 128)
    assert middle(planes(flat_picture(tmp_path / "b.png", (255, 255, 255, 0)), a_frame())) == (16, 128, 128)


def test_a_picture_that_only_ffmpeg_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.dpx"
    with av.open(str(path), "w", format="image2") as out:
        stream = out.add_stream("dpx", rate=1)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        red = np.zeros((48, 64, 3), np.uint8)
        red[..., 0] = 255
        out.mux(stream.encode(av.VideoFrame.from_ndarray(red, "rgb24")))
        out.mux(stream.encode(None))
    assert not cv2.haveImageReader(str(path))
    backdrop.check(str(path))
    assert np.abs(np.subtract(middle(planes(path, a_frame())), (63, 102, 240))).max() <= 2


def test_sdr_white_lands_at_hdr_reference_white(tmp_path: Path) -> None:
    """BT.2408: 58 % of PQ is 64 + 876 * 0.5807 = 573, 75 % of HLG is 721."""
    background = flat_picture(tmp_path / "a.png", (255, 255, 255))
    for tags, code in ((PQ, 573), (HLG, 721)):
        found = middle(planes(background, a_frame(name="yuv420p10le", tags=tags)))
        assert abs(found[0] - code) <= 2
        assert np.abs(np.subtract(found[1:], 512)).max() <= 1


# The side of the upright picture that row 0 and column 0 of the stored one are (CIPA DC-008, tag 0x0112)
STORED: dict[int, Callable[[Plane], Plane]] = {
    1: lambda upright: upright,  # top, left
    2: lambda upright: upright[:, ::-1],  # top, right
    3: lambda upright: upright[::-1, ::-1],  # bottom, right
    4: lambda upright: upright[::-1],  # bottom, left
    5: lambda upright: upright.transpose(1, 0, 2),  # left, top
    6: lambda upright: upright[:, ::-1].transpose(1, 0, 2),  # right, top
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),  # right, bottom
    8: lambda upright: upright[::-1].transpose(1, 0, 2),  # left, bottom
}


def quarters(width: int = 64, height: int = 48) -> Plane:
    """Four greys that tell every turn from every other: 40, 90, 150, 220 by rows."""
    made = np.zeros((height, width, 3), np.uint8)
    made[: height // 2, : width // 2], made[: height // 2, width // 2 :] = 40, 90
    made[height // 2 :, : width // 2], made[height // 2 :, width // 2 :] = 150, 220
    return made


def quarter_codes(luma: Plane) -> list[int]:
    down, across = luma.shape[0] // 4, luma.shape[1] // 4
    return [int(luma[y * down, x * across]) for y in (1, 3) for x in (1, 3)]


QUARTERS = [50, 93, 145, 205]  # 16 + 219 / 255 of 40, 90, 150, 220: 50.4, 93.3, 144.8, 204.9


def exif(orientation: int, order: str = "<") -> bytes:
    """A TIFF header and one directory with one entry."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + struct.pack(order + "HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("orientation", list(STORED))
def test_a_camera_picture_is_upright(tmp_path: Path, orientation: int, order: str) -> None:
    stored = np.ascontiguousarray(STORED[orientation](quarters()))
    jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    block = b"Exif\0\0" + exif(orientation, order)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
    theirs = cv2.imread(str(path))  # which turns it by itself
    assert theirs is not None
    assert np.abs(theirs.astype(int) - quarters()).mean() < 2
    assert np.abs(np.subtract(quarter_codes(planes(path, a_frame())[0]), QUARTERS)).max() <= 2


def test_a_png_with_exif_is_upright(tmp_path: Path) -> None:
    png = cv2.imencode(".png", np.ascontiguousarray(STORED[6](quarters())))[1].tobytes()
    body = b"eXIf" + exif(6)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path = tmp_path / "a.png"
    path.write_bytes(png[:33] + chunk + png[33:])  # after the signature and IHDR
    assert np.abs(np.subtract(quarter_codes(planes(path, a_frame())[0]), QUARTERS)).max() <= 1


@pytest.mark.parametrize(
    ("blob", "orientation"),
    [
        (b"", 1),
        (b"II", 1),
        (b"nonsense that is none", 1),
        (b"II*\0" + struct.pack("<I", 10**6), 1),  # points past its end
        (exif(6)[:-8], 1),  # cut off
        (exif(0), 1),
        (exif(9), 1),
        (exif(6), 6),
        (b"Exif\0\0" + exif(8, ">"), 8),
        (b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(12), 1),  # says it has more than it has
    ],
)
def test_a_broken_orientation_is_upright(blob: bytes, orientation: int) -> None:
    assert backdrop.exif_orientation(blob) == orientation


# --- geometry ---


def stripes(path: Path, width: int, height: int, across: bool = True, count: int = 4) -> Path:
    """Stripes of grey 50, 100, 150, 200: side by side, or one under another."""
    made = np.zeros((height, width), np.uint8)
    for n in range(count):
        part = slice(n * (width if across else height) // count, (n + 1) * (width if across else height) // count)
        made[(slice(None), part) if across else (part, slice(None))] = 50 * (n + 1)
    assert cv2.imwrite(str(path), made)
    return path


GREYS = {0: 16, 50: 59, 100: 102, 150: 145, 200: 188}  # 16 + 219 / 255 of them


def greys_along(line: Plane) -> list[tuple[int, int]]:
    """Runs of the greys of ``stripes`` along a line of luma: which, and how long, edges given to the nearest."""
    nearest = [min(GREYS, key=lambda grey: abs(GREYS[grey] - int(code))) for code in line]
    runs: list[tuple[int, int]] = []
    for grey in nearest:
        runs = [*runs[:-1], (grey, runs[-1][1] + 1)] if runs and runs[-1][0] == grey else [*runs, (grey, 1)]
    return [run for run in runs if run[1] > 1]


@pytest.mark.parametrize(
    ("size", "frame", "fit", "across", "expected"),
    [
        # twice as wide as the frame: the middle half is seen
        ((200, 100), (100, 100), "cover", True, [(100, 50), (150, 50)]),
        # half as big and twice as wide, enlarged: the same
        ((100, 50), (100, 100), "cover", True, [(100, 50), (150, 50)]),
        # twice as high
        ((100, 200), (100, 100), "cover", False, [(100, 50), (150, 50)]),
        # whole, with black above and below
        ((200, 100), (100, 100), "contain", False, [(0, 25), (50, 12), (100, 13), (150, 12), (200, 13), (0, 25)]),
        ((100, 200), (100, 100), "contain", True, [(0, 25), (50, 12), (100, 13), (150, 12), (200, 13), (0, 25)]),
        ((200, 100), (100, 100), "stretch", True, [(50, 25), (100, 25), (150, 25), (200, 25)]),
        ((200, 100), (100, 100), "stretch", False, [(50, 25), (100, 25), (150, 25), (200, 25)]),
        # the same shape: nothing is cut or added
        ((160, 80), (80, 40), "cover", True, [(50, 20), (100, 20), (150, 20), (200, 20)]),
        ((160, 80), (80, 40), "contain", True, [(50, 20), (100, 20), (150, 20), (200, 20)]),
    ],
)
def test_a_picture_lies_where_it_should(
    tmp_path: Path, size: tuple[int, int], frame: tuple[int, int], fit: Fit, across: bool,
    expected: list[tuple[int, int]],
) -> None:  # fmt: skip
    background = stripes(tmp_path / "a.png", *size, across)
    luma = planes(background, a_frame(*frame), fit)[0]
    found = greys_along(luma[frame[1] // 2] if across else luma[:, frame[0] // 2])
    assert [grey for grey, _ in found] == [grey for grey, _ in expected]
    assert all(abs(mine - theirs) <= 2 for (_, mine), (_, theirs) in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [
        (Fraction(2), [(50, 25), (100, 25), (150, 25), (200, 25)]),  # 100x100 shown as 200x100: all of it is seen
        (Fraction(1), [(100, 50), (150, 50)]),
        (Fraction(1, 2), [(100, 50), (150, 50)]),  # shown as 50x100: the middle quarter, each pixel half as wide
    ],
)
def test_pixels_that_arent_square_are_reckoned_with(
    tmp_path: Path, aspect: Fraction, expected: list[tuple[int, int]]
) -> None:
    background = stripes(tmp_path / "a.png", 200, 100)
    luma = planes(background, a_frame(100, 100, aspect=aspect))[0]
    found = greys_along(luma[50])
    assert [grey for grey, _ in found] == [grey for grey, _ in expected]
    assert all(abs(mine - theirs) <= 2 for (_, mine), (_, theirs) in zip(found, expected, strict=True))


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (63, 47)])
@pytest.mark.parametrize("frame", [(64, 48), (63, 47), (3, 5)])
def test_no_shape_is_too_strange(tmp_path: Path, size: tuple[int, int], frame: tuple[int, int], fit: Fit) -> None:
    background = flat_picture(tmp_path / "a.png", (255, 255, 255), size=(size[1], size[0]))
    luma = planes(background, a_frame(*frame), fit)[0]
    if fit != "contain":
        assert (luma == 235).all()
    assert luma.max() == 235


def test_a_stills_planes_are_the_same_at_any_time_and_cant_be_written(tmp_path: Path) -> None:
    with backdrop.opened("red", "cover", a_frame()) as opened:
        first = opened.planes_at(Fraction(0))
        again = opened.planes_at(Fraction(99))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        first[0][0, 0] = 0


# --- videos ---


def numbered(n: int, into: list[Plane]) -> None:
    into[0][:] = 20 + 10 * n
    for plane in into[1:]:
        plane[:] = 128


def number_of(found: list[Plane]) -> int:
    return round((float(found[0].mean()) - 20) / 10)


def numbers_at(background: Path, times: list[Fraction], frame: Frame | None = None) -> list[int]:
    with backdrop.opened(str(background), "cover", frame or a_frame()) as opened:
        return [number_of(opened.planes_at(time)) for time in times]


@pytest.mark.parametrize("name", ["b.mkv", "b.mp4"])
def test_a_video_is_matched_by_time_and_looped(tmp_path: Path, name: str) -> None:
    """Five frames 100 ms apart, the last one shown for 40, so 440 ms in all, behind twenty-five a second."""
    times = [n * 100 for n in range(5)]
    background = Clip(times=times, time_base=Fraction(1, 1000), painter=numbered).write(tmp_path / name)
    found = numbers_at(background, [Fraction(n, 25) for n in range(40)])
    assert found == [n * 40 % 440 // 100 for n in range(40)]


def test_a_faster_video_leaves_frames_out(tmp_path: Path) -> None:
    background = Clip(frames=20, time_base=Fraction(1, 50), painter=numbered, codec="libx264").write(tmp_path / "b.mp4")
    # 20 ms apart, the last one shown for 40: 420 in all
    assert numbers_at(background, [Fraction(n, 25) for n in range(20)]) == [
        min(n * 40 % 420 // 20, 19) for n in range(20)
    ]


def test_a_video_of_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    background = Clip(times=[0, 100, 500, 600], time_base=Fraction(1, 1000), painter=numbered).write(tmp_path / "b.mkv")
    found = numbers_at(background, [Fraction(n, 10) for n in range(7)])
    assert found[:6] == [0, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("late", [Fraction(0), Fraction(3), Fraction(7, 10)])
def test_a_video_begins_with_the_first_frame_whenever_that_is(tmp_path: Path, late: Fraction) -> None:
    background = Clip(frames=10, painter=numbered).write(tmp_path / "b.mkv")
    found = numbers_at(background, [late + Fraction(n, 25) for n in range(10)], a_frame(time=late))
    assert found == list(range(10))


def test_a_video_with_a_late_start_begins_at_once(tmp_path: Path) -> None:
    background = Clip(times=[700, 740, 780], time_base=Fraction(1, 1000), painter=numbered).write(tmp_path / "b.mkv")
    assert numbers_at(background, [Fraction(n, 25) for n in range(3)]) == [0, 1, 2]


def test_a_single_frame_stays(tmp_path: Path) -> None:
    background = Clip(frames=1, painter=numbered).write(tmp_path / "b.mkv")
    assert numbers_at(background, [Fraction(0), Fraction(1), Fraction(3600)]) == [0, 0, 0]


def test_a_video_can_be_asked_for_long_gaps(tmp_path: Path) -> None:
    """Two frames of 40 ms, asked for after ten seconds: 250 frames later it is the first again."""
    background = Clip(frames=2, painter=numbered).write(tmp_path / "b.mkv")
    assert numbers_at(background, [Fraction(0), Fraction(10), Fraction(10) + Fraction(1, 25)]) == [0, 0, 1]


def test_an_animated_gif_moves(tmp_path: Path) -> None:
    path = tmp_path / "b.gif"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("gif", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb8"
        for grey in (0, 255):
            made = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), "rgb24")
            out.mux(stream.encode(made.reformat(format="rgb8")))
        out.mux(stream.encode(None))
    with backdrop.opened(str(path), "cover", a_frame()) as opened:
        found = [float(opened.planes_at(Fraction(n, 10))[0].mean()) for n in range(4)]
    assert [one > 200 for one in found] == [False, True, False, True]
    assert found[:2] == found[2:]


def test_a_video_of_the_frames_own_kind_is_not_touched(tmp_path: Path) -> None:
    background = Clip(frames=2).write(tmp_path / "b.mkv")
    with backdrop.opened(str(background), "cover", a_frame()) as opened:
        for n, plain in enumerate(shown(background)):
            for mine, theirs in zip(opened.planes_at(Fraction(n, 25)), plain.planes, strict=True):
                assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(4, 3)])
@pytest.mark.parametrize(("height", "top"), [(48, 0), (50, 0), (52, 2), (54, 2), (56, 4)])
def test_a_videos_chroma_stays_with_its_luma(tmp_path: Path, height: int, top: int, aspect: Fraction) -> None:
    """Laid on a higher frame it lies an even number of lines down, with black around; nothing of it is resampled."""
    background = Clip(frames=1, codec="libx264", aspect=aspect).write(tmp_path / "b.mp4")
    plain = shown(background)[0]
    found = planes(background, a_frame(64, height, aspect=aspect), "contain")
    assert np.array_equal(found[0][top : top + 48], plain.planes[0])
    assert (found[0][:top] == 16).all()
    assert (found[0][top + 48 :] == 16).all()
    for mine, theirs in zip(found[1:], plain.planes[1:], strict=True):
        assert np.array_equal(mine[top // 2 : top // 2 + 24], theirs)
        assert (mine[: top // 2] == 128).all()


@pytest.mark.parametrize(("width", "left"), [(64, 0), (66, 2), (68, 2), (70, 4), (72, 4)])
def test_a_video_that_is_cut_is_cut_between_chroma_samples(tmp_path: Path, width: int, left: int) -> None:
    background = Clip(frames=1, width=width).write(tmp_path / "b.mkv")
    plain = shown(background)[0]
    found = planes(background, a_frame())
    assert np.array_equal(found[0], plain.planes[0][:, left : left + 64])
    for mine, theirs in zip(found[1:], plain.planes[1:], strict=True):
        assert np.array_equal(mine, theirs[:, left // 2 : left // 2 + 32])


def test_a_videos_own_pixels_may_be_other_than_square(tmp_path: Path) -> None:
    """32x48 of pixels twice as wide as high is 64x48: it covers the frame whole."""

    def halves(_: int, into: list[Plane]) -> None:
        into[0][:, :16], into[0][:, 16:] = 60, 180
        into[1][:] = into[2][:] = 128

    background = Clip(frames=1, width=32, aspect=Fraction(2), codec="libx264", painter=halves).write(tmp_path / "b.mp4")
    luma = planes(background, a_frame())[0]
    assert np.abs(luma[:, :28].astype(int) - 60).max() <= 3
    assert np.abs(luma[:, 36:].astype(int) - 180).max() <= 3


def test_a_turned_video_is_upright(tmp_path: Path) -> None:
    background = Clip(frames=1, width=48, height=64, rotation=90).write(tmp_path / "b.mkv")
    assert np.array_equal(planes(background, a_frame())[0], np.rot90(shown(background)[0].planes[0]))


def flat_video(path: Path, codes: tuple[int, int, int], tags: tuple[int, int, int, int], name: str = "yuv420p") -> Path:
    def painter(_: int, into: list[Plane]) -> None:
        for plane, code in zip(into, codes, strict=True):
            plane[:] = code

    return Clip(frames=2, pixel_format=name, tags=tags, painter=painter).write(path)


@pytest.mark.parametrize(
    ("codes", "tags", "name", "frame_tags", "frame_name", "expected"),
    [
        # 120, 100, 150 of full BT.601 is R'G'B' .5915, .4468, .2760; of it BT.709 makes Y' .4652, Cb -.1020, Cr .0802
        ((120, 100, 150), (2, 5, 1, 1), "yuv420p", LIMITED_709, "yuv420p", (118, 105, 146)),
        # white and black
        ((255, 128, 128), (2, 5, 1, 1), "yuv420p", LIMITED_709, "yuv420p", (235, 128, 128)),
        ((0, 128, 128), (2, 5, 1, 1), "yuv420p", LIMITED_709, "yuv420p", (16, 128, 128)),
        # limited to full: 255 (126 - 16) / 219 = 128.1
        ((126, 128, 128), (1, 1, 1, 1), "yuv420p", FULL_709, "yuv420p", (128, 128, 128)),
        # BT.601's red is BT.709's red
        ((81, 90, 240), (1, 6, 6, 6), "yuv420p", LIMITED_709, "yuv420p", (63, 102, 240)),
        # depth
        ((126, 100, 150), (1, 1, 1, 1), "yuv420p", LIMITED_709, "yuv420p10le", (504, 400, 600)),
        ((504, 400, 600), (1, 1, 1, 1), "yuv420p10le", LIMITED_709, "yuv420p", (126, 100, 150)),
        ((126, 100, 150), (1, 1, 1, 1), "yuv444p", LIMITED_709, "yuv420p", (126, 100, 150)),
    ],
)
def test_a_videos_matrix_range_and_depth_become_the_frames(
    tmp_path: Path, codes: tuple[int, int, int], tags: tuple[int, int, int, int], name: str,
    frame_tags: tuple[int, ...], frame_name: str, expected: tuple[int, int, int],
) -> None:  # fmt: skip
    background = flat_video(tmp_path / "b.mkv", codes, tags, name)
    found = planes(background, a_frame(tags=frame_tags, name=frame_name))
    for plane, code in zip(found, expected, strict=True):
        assert np.abs(plane.astype(int) - code).max() <= (2 if frame_name == "yuv420p" else 4)


def test_an_sdr_video_lands_at_hdr_reference_white(tmp_path: Path) -> None:
    background = flat_video(tmp_path / "b.mkv", (235, 128, 128), (1, 1, 1, 1))
    for tags, code in ((PQ, 573), (HLG, 721)):
        found = planes(background, a_frame(tags=tags, name="yuv420p10le"))
        assert abs(middle(found)[0] - code) <= 2


def test_an_hdr_video_is_brought_under_sdr_white(tmp_path: Path) -> None:
    """HLG's reference white, 721, is 1.0 of SDR's light; rolled off .75 + .25 * .25 / .5 = .875; to the power 1 / 2.4
    .946: 16 + 219 * .946 = 223."""
    background = flat_video(tmp_path / "b.mkv", (721, 512, 512), (1, 9, 9, 18), "yuv420p10le")
    found = middle(planes(background, a_frame()))
    assert abs(found[0] - 223) <= 2
    assert np.abs(np.subtract(found[1:], 128)).max() <= 1


# --- what is no background ---


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackgroundError, match="is not a file"):
        backdrop.check(str(tmp_path))


def refused(path: Path) -> str:
    with pytest.raises(BackgroundError) as caught:
        backdrop.check(str(path))
    assert caught.value.background == str(path)
    return caught.value.reason


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.mp4", "a"])
def test_a_text_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Not a picture.\n" * 50)
    assert "picture or video" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert refused(tmp_path / name) == "is empty"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_without_its_content_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(cv2.imencode(suffix, quarters())[1].tobytes()[:40])
    assert refused(path)


def test_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        piece = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        piece.sample_rate = 8000
        out.mux(stream.encode(piece))
    assert "no picture or video" in refused(path)


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    path = Clip(frames=3, codec="rawvideo").write(tmp_path / "a.avi")
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"movi") + 4])
    assert refused(path) == "has no frames"


def test_a_video_whose_frames_are_all_broken_is_refused(tmp_path: Path) -> None:
    path = Clip(frames=3).write(tmp_path / "a.mkv")
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    data = path.read_bytes()
    for packet in packets:
        data = data.replace(packet, b"\xff" * len(packet))
    path.write_bytes(data)
    assert refused(path) == "no frame of it can be decoded"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.mkv", "a.mp4"])
def test_what_is_a_background_passes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name in ("a.mkv", "a.mp4"):
        Clip(frames=2).write(path)
    else:
        flat_picture(path, (10, 20, 30))
    backdrop.check(str(path))


def test_a_file_wins_over_a_colour_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flat_picture(tmp_path / "a.png", (255, 255, 255)).rename(tmp_path / "black")
    assert middle(planes("black", a_frame())) == (235, 128, 128)


def test_a_background_is_closed_afterwards(tmp_path: Path) -> None:
    background = Clip(frames=3, painter=numbered).write(tmp_path / "b.mkv")
    numbers_at(background, [Fraction(n, 25) for n in range(10)])
    held = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    assert str(background) not in held


def test_planes_here_are_what_the_frame_has() -> None:
    """Or nothing above would mean anything."""
    assert [plane.shape for plane in planes_of(a_frame(63, 47).picture)] == [(47, 63), (24, 32), (24, 32)]


# --- bounds ---


def png_head(path: Path, width: int, height: int) -> Path:
    """A PNG of one bit a pixel that says it is so large, and ends behind a few of its rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + (width + 7) // 8) * 4)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize(
    ("size", "advice"),
    [
        ((9000, 9000), ", more than 67108864 in all: --max-pixels 81000000 takes them"),
        ((50000, 50000), ", more than 67108864 in all, and more than can be read at all"),
    ],
)
def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], advice: str
) -> None:
    def decoded(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(cv2, "imreadWithMetadata", decoded)
    path = png_head(tmp_path / "a.png", *size)
    with pytest.raises(BackgroundError) as caught:
        backdrop.check(str(path))
    assert caught.value.reason == f"its picture has {size[0]}x{size[1]} pixels{advice}"
    with pytest.raises(BackgroundError), backdrop.opened(str(path), "cover", a_frame()):
        pass


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif", "jp2", "ppm", "pam", "hdr", "pfm"])
def test_a_picture_is_bounded_whatever_its_kind(tmp_path: Path, suffix: str) -> None:
    dtype = np.float32 if suffix in ("hdr", "pfm") else np.uint8
    path = flat_picture(tmp_path / f"a.{suffix}", (1, 1, 1), dtype, (48, 63))
    backdrop.check(str(path), 63 * 48)
    with pytest.raises(BackgroundError, match="63x48 pixels, more than 3023 in all: --max-pixels 3024 takes them"):
        backdrop.check(str(path), 63 * 48 - 1)


def test_an_animated_webp_is_bounded(tmp_path: Path) -> None:
    made = cv2.Animation()
    made.frames = [np.full((48, 63, 4), grey, np.uint8) for grey in (10, 200)]
    made.durations = [40, 40]
    path = tmp_path / "a.webp"
    assert cv2.imwriteanimation(str(path), made)
    backdrop.check(str(path), 63 * 48)
    with pytest.raises(BackgroundError, match="63x48 pixels, more than 3023"):
        backdrop.check(str(path), 63 * 48 - 1)


def test_a_picture_that_does_not_say_how_large_it_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bmp"
    path.write_bytes(flat_picture(tmp_path / "b.bmp", (1, 1, 1)).read_bytes()[:20])
    assert cv2.haveImageReader(str(path))
    with pytest.raises(BackgroundError, match="doesn't say how large it is"):
        backdrop.check(str(path))


def test_a_video_is_bounded(tmp_path: Path) -> None:
    path = Clip(frames=3).write(tmp_path / "a.mp4")
    backdrop.check(str(path), 64 * 48)
    with pytest.raises(BackgroundError) as caught:
        backdrop.check(str(path), 64 * 48 - 1)
    assert caught.value.reason == "its picture has 64x48 pixels, more than 3071 in all: --max-pixels 3072 takes them"
    with backdrop.opened(str(path), "cover", a_frame(), most_pixels=64 * 48) as moving:
        for n in range(9):  # again and again, within the same bound
            moving.planes_at(Fraction(n, 25))


def test_a_video_that_fails_on_the_way_is_named(tmp_path: Path) -> None:
    one = Clip(frames=3, codec="libx264").write(tmp_path / "1.h264")
    two = Clip(frames=3, width=96, height=64, codec="libx264").write(tmp_path / "2.h264")
    path = tmp_path / "sea.h264"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    with backdrop.opened(str(path), "cover", a_frame()) as moving:
        moving.planes_at(Fraction(0))
        with pytest.raises(BackgroundError) as caught:
            moving.planes_at(Fraction(1))
    assert str(caught.value).startswith(f"background {path}: its picture changes from 64x48 to 96x64 on the way")


@pytest.mark.parametrize("name", ["sea.dpx", "sea%03d.dpx", "sea*.dpx", "sea[12].dpx"])
def test_a_picture_is_the_file_of_that_name_and_no_other(tmp_path: Path, name: str) -> None:
    """FFmpeg takes a number's place in a name for all the files that have a number there."""
    for one, grey in ((name, 200), ("sea001.dpx", 50), ("sea1.dpx", 50)):
        encoder = av.CodecContext.create("dpx", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 48, "rgb24", Fraction(1, 25)
        made = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8))
        made.pts = 0
        (tmp_path / one).write_bytes(
            b"".join(bytes(packet) for packet in [*encoder.encode(made), *encoder.encode(None)])
        )
    backdrop.check(str(tmp_path / name))
    greys = middle(planes(tmp_path / name, a_frame()))
    assert np.abs(np.subtract(greys, (188, 128, 128))).max() <= 1  # 16 + 219 / 255 of 200
