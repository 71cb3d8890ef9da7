"""Region: the person is found near and far, and a span from the middle gives the whole's mattes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from vidseg.errors import ModelError, OptionError
from vidseg.frame import Cutout, Frame, planes_of
from vidseg.media.source import Source
from vidseg.road import road
from vidseg.segmenters import small
from vidseg.segmenters.region import Region
from vidseg.stages import window_of

ASTRONAUT = Path(__file__).parents[2] / "sample_media" / "astronaut.mp4"


def frames(count: int) -> list[Frame]:
    with Source(ASTRONAUT) as source:
        return list(islice(source.frames(), count))


def far(frame: Frame, part: float) -> tuple[Frame, tuple[slice, slice]]:
    """The same picture small, in the lower middle of a grey one of its size; and where it lies."""
    import av

    picture = av.VideoFrame(frame.width, frame.height, frame.picture.format.name)
    height, width = round(frame.height * part) // 2 * 2, round(frame.width * part) // 2 * 2
    top, left = (frame.height - height) // 2 * 2 // 2 * 2, (frame.width - width) // 2 // 2 * 2
    for n, (made, plane) in enumerate(zip(planes_of(picture), frame.planes, strict=True)):
        made[:] = 110 if n == 0 else 128
        scale = 1 if n == 0 else 2
        small = cv2.resize(plane, (width // scale, height // scale), interpolation=cv2.INTER_AREA)
        made[top // scale : (top + height) // scale, left // scale : (left + width) // scale] = small
    return frame.with_picture(picture), (slice(top, top + height), slice(left, left + width))


@pytest.fixture(scope="module")
def whole() -> list[Cutout]:
    return list(Region()(frames(40)))


def test_the_matte_has_the_working_size(whole: list[Cutout]) -> None:
    assert {(cutout.matte.shape, str(cutout.matte.dtype)) for cutout in whole} == {((360, 640), "float32")}


def test_of_one_person_it_is_sure(whole: list[Cutout]) -> None:
    for cutout in whole:
        assert cutout.sure is not None
        assert cutout.sure.max() == 1


def test_a_span_from_the_middle_gives_after_its_window_what_the_whole_gives(
    whole: list[Cutout], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "LONGEST", 1)  # of one whom the finder sees it makes no difference
    window = Region().window + Region().lead
    part = list(Region()(frames(40)[3:]))
    assert 3 + window < 40 - window
    for one, other in zip(whole[3 + window :], part[window:], strict=True):
        assert np.array_equal(one.matte, other.matte)
        assert one.sure is not None
        assert other.sure is not None
        assert np.array_equal(one.sure, other.sure)


def test_for_a_piece_it_gives_none_but_the_wanted_cutouts_and_those_as_ever(whole: list[Cutout]) -> None:
    part = list(Region().between(17, 20)(frames(40)))
    assert [cutout.frame.index for cutout in part] == [17, 18, 19]
    for one, other in zip(whole[17:20], part, strict=True):
        assert np.array_equal(one.matte, other.matte)
        assert one.sure is not None
        assert other.sure is not None
        assert np.array_equal(one.sure, other.sure)


@pytest.mark.parametrize("quality", ["fast", "good", "best"])
def test_the_whole_road_gives_from_the_middle_what_it_gives_from_the_start(
    quality: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window of stages in a row is less than the sum of theirs: one looks for clues, and the others take them."""
    monkeypatch.setattr(small, "LONGEST", 1)
    segmenter, filters = road(quality)
    reach = window_of((segmenter, *filters))
    assert reach is not None
    assert reach <= (segmenter.window or 0) + sum(one.window or 0 for one in filters)
    before, inputs = reach + segmenter.lead, frames(66)

    def made(frames: list[Frame]) -> list[Cutout]:
        stream = segmenter(frames)
        for one in filters:
            stream = one(stream)
        return list(stream)

    first = 2 + before
    stop = len(inputs) - reach
    assert first < stop
    ours, theirs = made(inputs[2:]), made(inputs)
    for one, other in zip(ours[first - 2 : stop - 2], theirs[first:stop], strict=True):
        assert np.array_equal(one.matte, other.matte)


def test_a_person_far_away_is_seen_as_from_near(whole: list[Cutout]) -> None:
    placed = [far(frame, 0.35) for frame in frames(4)]
    found = list(Region()(frame for frame, _ in placed))
    for cutout, near, (_, where) in zip(found, whole, placed, strict=False):
        there = cv2.resize(cutout.matte[where], (640, 360), interpolation=cv2.INTER_LINEAR) > 0.5
        same = near.matte > 0.5
        assert (there & same).sum() / (there | same).sum() > 0.85
        outside = cutout.matte.copy()
        outside[where] = 0
        assert outside.mean() < 0.003


def test_in_a_picture_of_nothing_nobody_is_found() -> None:
    grey, _ = far(frames(1)[0], 0.02)
    (cutout,) = Region()([grey])
    assert cutout.matte.max() < 0.5


@pytest.mark.parametrize("stage", [Region(models=()), Region(passes=0), Region(follow=0)])
def test_what_cannot_work_is_refused(stage: Region) -> None:
    with pytest.raises(OptionError, match="region"):
        stage.check()


def test_a_model_that_is_none_is_refused() -> None:
    with pytest.raises(ModelError, match=r"nowhere.tflite"):
        Region(models=("nowhere.tflite",)).check()
