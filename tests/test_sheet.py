"""Preview: the right moments, in cells that show what they are named for, and no more decoded than that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vidseg.errors import ModelError, OptionError, SourceError
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import Cutout, Frame, Plane
from vidseg.media.source import Source
from vidseg.render import mattes
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.sheet import MOST, Preview, Sheet
from vidseg.stages import Segmenter
from vidseg.testing import Clip, Disc, Light, MeanOf

WIDE, HIGH, GAP, HEAD = 480, 360, 8, 28
"""Of a cell of a 4:3 picture, and what is around it."""


@dataclass(frozen=True)
class Counting(Segmenter):
    """Counts the frames that it gets."""

    got: list[int] = field(default_factory=list, compare=False)

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        for cutout in Disc()(frames):
            self.got.append(cutout.frame.index)
            yield cutout


def greys(n: int, planes: list[Plane]) -> None:
    """A grey for each frame, 2 codes apart."""
    for plane, code in zip(planes, (20 + 2 * (n % 100), 128, 128), strict=True):
        plane[:] = code


def preview(*at: Fraction | int, count: int = 5) -> Preview:
    return Preview(Disc(), (Enlarge(),), tuple(Fraction(one) for one in at), count)


def cell(sheet: Sheet, row: int, column: int, wide: int = WIDE, high: int = HIGH) -> Plane:
    top, left = HEAD + row * (high + GAP), GAP + column * (wide + GAP)
    return sheet.picture[top : top + high, left : left + wide]


def shown(sheet: Sheet, row: int) -> int:
    """The number of the frame whose grey a source cell has."""
    grey = float(cell(sheet, row, 0)[10:100, 10:100].mean())
    return round((16 + grey * 219 / 255 - 20) / 2)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=50, painter=greys).write(tmp_path / "in.mkv")


def test_without_moments_they_lie_in_the_middles_of_equal_parts(clip: Path) -> None:
    sheet = preview(count=4)(clip)
    assert sheet.moments == tuple(Fraction(n, 25) for n in (6, 18, 31, 43))
    assert [shown(sheet, row) for row in range(4)] == [6, 18, 31, 43]


def test_a_moment_shows_the_last_frame_that_is_not_later(clip: Path) -> None:
    sheet = preview(Fraction(3, 25), Fraction("1.9999"), 0)(clip)
    assert [shown(sheet, row) for row in range(3)] == [3, 49, 0]
    assert sheet.moments == (Fraction(3, 25), Fraction(49, 25), Fraction(0))


def test_the_cells_are_source_matte_overlay_and_result(clip: Path) -> None:
    sheet = preview(1)(clip)
    source, matte, overlay, result = (cell(sheet, 0, column).astype(int) for column in range(4))
    middle, corner = (HIGH // 2, WIDE // 2), (20, 20)
    assert list(matte[middle]) == [255] * 3
    assert list(matte[corner]) == [0] * 3
    assert np.abs(result[middle] - source[middle]).max() <= 1
    assert np.abs(overlay[corner] - source[corner]).max() <= 1
    assert overlay[middle][2] > source[middle][2] + 40  # red
    board = result[:40, :40, 0]
    assert len({int(board[4, 4]), int(board[4, 12])}) == 2
    assert abs(int(board[4, 4]) - int(board[12, 12])) <= 1


@pytest.mark.parametrize("reach", [0, 20])
def test_no_more_is_worked_on_than_the_stages_look_at_around_each_moment(tmp_path: Path, reach: int) -> None:
    clip = Clip(frames=1000, width=32, height=24, painter=greys).write(tmp_path / "long.mkv")
    counting = Counting()
    sheet = Preview(counting, (MeanOf(reach), Enlarge()), (Fraction(20), Fraction(39)))(clip)
    assert sheet.moments == (Fraction(20), Fraction(39))
    assert len(counting.got) <= 2 * (2 * reach + 10)  # some are read ahead


def test_the_matte_is_that_of_the_whole_file(tmp_path: Path) -> None:
    """Though what decides it reaches further than a second."""
    clip = Clip(frames=120, painter=greys).write(tmp_path / "in.mkv")
    stages = Light(), (MeanOf(30), Enlarge())
    with Source(clip) as source:
        whole = [cutout.matte for cutout in mattes(source, *stages)]
    sheet = Preview(*stages, (Fraction(80, 25),))(clip)
    seen = cell(sheet, 0, 1)[100, 100, 0]
    assert sheet.moments == (Fraction(80, 25),)
    assert seen == whole[80][10, 10] >> 8


def test_a_still_that_lasts_is_found_however_long_ago_it_began(tmp_path: Path) -> None:
    clip = Clip(times=[0, 25, 275], painter=greys).write(tmp_path / "still.mkv")
    assert preview(9)(clip).moments == (Fraction(1),)


def test_a_picture_that_ends_before_its_sound_shows_its_last_frame(tmp_path: Path) -> None:
    clip = Clip(times=[0, 5], sound=Fraction(8), painter=greys).write(tmp_path / "sound.mkv")
    assert preview(8)(clip).moments == (Fraction(1, 5),)


@pytest.mark.parametrize(
    ("clip_", "size"),
    [
        (Clip(frames=3, rotation=90), (360, 480)),
        (Clip(frames=3, width=64, height=64, aspect=Fraction(2)), (480, 240)),
        (Clip(frames=3, pixel_format="yuv420p10le", codec="libx265", tags=(1, 9, 9, 16)), (480, 360)),
        (Clip(frames=3, width=63, height=47, pixel_format="yuv444p"), (480, 358)),
    ],
    ids=["rotated", "wide pixels", "HDR", "odd"],
)
def test_a_cell_has_the_shape_that_is_seen(tmp_path: Path, clip_: Clip, size: tuple[int, int]) -> None:
    sheet = preview(0)(clip_.write(tmp_path / "in.mp4"))
    assert sheet.picture.shape == (HEAD + size[1] + GAP, 4 * (size[0] + GAP) + GAP, 3)
    assert cell(sheet, 0, 0, *size).std() > 10


def test_a_file_that_says_no_length_is_measured_by_its_packets(tmp_path: Path) -> None:
    clip = Clip(frames=20, painter=greys).write(tmp_path / "in.mp4")
    import av

    with av.open(str(clip)) as container, av.open(str(tmp_path / "raw.h264"), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert len(preview(count=2)(tmp_path / "raw.h264").moments) == 2


@pytest.mark.parametrize("at", [Fraction(2), Fraction(60)])
def test_a_moment_after_the_end_is_refused_with_the_length(clip: Path, at: Fraction) -> None:
    with pytest.raises(OptionError, match=r"after the end: .* lasts 0:02.000"):
        preview(at)(clip)


@pytest.mark.parametrize("wrong", [preview(count=0), preview(count=MOST + 1), preview(*[0] * (MOST + 1))])
def test_a_sheet_without_end_is_refused(wrong: Preview) -> None:
    with pytest.raises(OptionError):
        wrong.check()


def test_a_model_that_is_none_is_refused() -> None:
    with pytest.raises(ModelError):
        Preview(MediaPipe("nowhere.tflite"), ()).check()


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("no video")
    with pytest.raises(SourceError):
        preview()(path)
