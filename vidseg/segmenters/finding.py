"""Finding: where in the whole picture a quick model sees somebody, looked for in every second frame or in each."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import cv2
import numpy as np

from vidseg.frame import Cutout, Frame, Map, Matte
from vidseg.media import crop
from vidseg.motion.flow import followed, leads
from vidseg.segmenters import looking
from vidseg.segmenters.network import Network
from vidseg.segmenters.stretches import EverySecond


def found(cutouts: Iterable[Cutout], finder: Network, *, every_frame: bool = False) -> Generator[Cutout]:
    """The cutouts (with clues) with what the finder sees in the whole picture, at the grey copy's size.

    Unless ``every_frame`` it looks at every second one and where a shot begins; to a frame that it leaves out what it
    saw is carried along the motion.
    """
    second = EverySecond()
    seen: Map | None = None
    for cutout in cutouts:
        clues, chosen = cutout.clues, second.chooses(cutout.frame)
        assert clues is not None  # noqa: S101 - made by watched()
        if every_frame or chosen or seen is None or clues.back is None:
            high, wide = clues.grey.shape
            there = _look(cutout.frame, finder)
            seen = np.asarray(cv2.resize(there, (wide, high), interpolation=cv2.INTER_LINEAR), np.float32)
        else:
            seen = followed(seen, leads(clues.back))
        yield cutout.with_matte(seen)


def found_without_clues(frames: Iterable[Frame], finder: Network) -> Generator[Cutout]:
    """Frames of which no more is known with what the finder sees: in one that it leaves out, all that it saw around it.

    One frame after one decides what is seen in it.
    """
    second = EverySecond()
    seen: Matte | None = None
    left_out: Frame | None = None
    for frame in frames:
        if not second.chooses(frame):  # never the first
            left_out = frame
            continue
        now = _look(frame, finder)
        if left_out is not None and seen is not None:
            yield Cutout(left_out, np.maximum(seen, now))
        yield Cutout(frame, now)
        seen, left_out = now, None
    if left_out is not None:
        yield Cutout(left_out, _look(left_out, finder))


def _look(frame: Frame, finder: Network) -> Matte:
    return looking.seen(frame, crop.whole(frame), [finder])[0]
