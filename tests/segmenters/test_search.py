"""Search: small people are found by looking at parts, and nobody where nobody is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.segmenters.test_region import far, frames
from vidseg.frame import Frame
from vidseg.motion.watch import size_of
from vidseg.segmenters import search
from vidseg.segmenters.network import Network
from vidseg.segmenters.region import Region

SAMPLES = Path(__file__).parents[2] / "sample_media"


@pytest.fixture(scope="module")
def models() -> Iterator[list[Network]]:
    with Network("general") as general, Network("landscape") as landscape:
        yield [general, landscape]


def still(name: str) -> Frame:
    """A photograph as a frame of 640 by 360."""
    grey = frames(1)[0]
    with av.open(str(SAMPLES / name)) as container:
        (photograph,) = container.decode(video=0)
    picture = photograph.reformat(640, 360, grey.picture.format.name)
    return grey.with_picture(picture)


@pytest.mark.parametrize("part", [0.16, 0.22])
def test_who_is_too_small_for_the_whole_picture_is_found(models: list[Network], part: float) -> None:
    frame, where = far(frames(1)[0], part)
    wide, high = size_of(frame)
    (person,) = search.found(frame, (wide, high), models[1], models)
    near = next(iter(Region(motion=False, follow=0)(frames(1)))).matte > 0.5
    truth = np.zeros((frame.height, frame.width), np.float32)
    truth[where] = cv2.resize(near.astype(np.float32), (where[1].stop - where[1].start, where[0].stop - where[0].start))
    true, there = cv2.resize(truth, (wide, high), interpolation=cv2.INTER_AREA) > 0.5, person > 0.5
    assert (there & true).sum() / (there | true).sum() > 0.75


@pytest.mark.parametrize("name", ["launch.jpg", "deep_field.jpg"])
def test_where_nobody_is_nobody_is_found(models: list[Network], name: str) -> None:
    frame = still(name)
    assert search.found(frame, size_of(frame), models[1], models) == []


def test_a_picture_smaller_than_any_part_is_looked_at_all_the_same(models: list[Network]) -> None:
    small = av.VideoFrame.from_ndarray(np.zeros((24, 6), np.uint8), format="yuv420p")
    frame = frames(1)[0].with_picture(small)
    assert search.found(frame, size_of(frame), models[1], models) == []


def test_parts_cover_the_picture() -> None:
    for width, height in ((640, 360), (360, 640), (100, 100), (2, 2)):
        covered = np.zeros((height, width), np.int32)
        for left, top, right, bottom in search._parts(width, height):
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            covered[top:bottom, left:right] += 1
        assert covered.min() >= 1
