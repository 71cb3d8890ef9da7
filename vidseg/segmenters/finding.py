"""Finding: where in the whole picture a quick model sees somebody, looked for in every second frame."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import cv2
import numpy as np

from vidseg.frame import Cutout, Frame, Map
from vidseg.media import crop
from vidseg.motion.flow import followed, leads
from vidseg.segmenters import looking, stretches
from vidseg.segmenters.network import Network

EVERY = 2
"""Frames of which one is looked at."""

LEAD = EVERY
"""Frames before one that decide whether it is looked at."""


def found(cutouts: Iterable[Cutout], finder: Network) -> Generator[Cutout]:
    """The cutouts (with clues) with what the finder sees in the whole picture, at the grey copy's size.

    Where a shot begins it looks; after a frame that it looked at it may leave one out, to which what it saw is carried
    along the motion.
    """
    before: Frame | None = None
    seen: Map | None = None
    was_due = True
    for cutout in cutouts:
        clues, frame = cutout.clues, cutout.frame
        assert clues is not None  # noqa: S101 - made by watched()
        due = before is None or stretches.begins(before, frame, EVERY)
        if seen is None or clues.back is None or due or not was_due:
            high, wide = clues.grey.shape
            there, _ = looking.seen(frame, crop.whole(frame), [finder])
            seen = np.asarray(cv2.resize(there, (wide, high), interpolation=cv2.INTER_LINEAR), np.float32)
        else:
            seen = followed(seen, leads(clues.back))
        before, was_due = frame, due
        yield cutout.with_matte(seen)
