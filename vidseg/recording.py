"""Recording: what a report shows of a job, taken from its frames and mattes as they pass."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from vidseg.frame import FULL, Cutout, Frame, Matte
from vidseg.job import Record, Shot

MOMENTS = (1 / 6, 1 / 2, 5 / 6)
"""The parts of a job after which it is pictured."""

WIDTH = 320
"""Of a picture, in pixels."""

_LINES = 180
"""Of the matte that is measured, about: every so many pixels in both directions."""


class Recorder:
    """Watches a job, or a piece of one, without changing anything."""

    def __init__(self, total: int | None, first: int = 0, stop: int | None = None) -> None:
        """``total`` is how many frames the job has; those from ``first`` to before ``stop`` are recorded."""
        self._moments = {min(int(total * part), total - 1) for part in MOMENTS} if total else {0}
        self._first, self._stop = first, stop
        self._coverage: list[float] = []
        self._change: list[float] = []
        self._before: Matte | None = None
        self._seen: dict[int, tuple[Frame, bytes]] = {}
        self._shots: list[Shot] = []

    def cutouts(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """The same cutouts."""
        for cutout in cutouts:
            self._measure(cutout)
            yield cutout

    def _measure(self, cutout: Cutout) -> None:
        index, matte = cutout.frame.index, cutout.matte
        step = max(min(matte.shape) // _LINES, 1)
        small = matte[::step, ::step].astype(np.float32) / FULL
        if self._holds(index):
            self._coverage.append(round(float(small.mean()), 5))
            change = 0.0 if self._before is None else float(np.abs(small - self._before).mean())
            self._change.append(round(change, 5))
            if index in self._moments:
                self._seen[index] = (cutout.frame, _jpeg(_narrow(np.asarray(matte >> 8, np.uint8))))
        self._before = small

    def _holds(self, index: int) -> bool:
        return self._first <= index and (self._stop is None or index < self._stop)

    def frame(self, frame: Frame) -> None:
        """A frame of the result."""
        if (seen := self._seen.pop(frame.index, None)) is not None:
            source, matte = seen
            result = _colours(frame) if frame.alpha is None else _over_white(_colours(source), frame.alpha)
            pictures = (_jpeg(_colours(source)), matte, _jpeg(result))
            self._shots.append(Shot(float(frame.time), *(base64.b64encode(one).decode() for one in pictures)))

    def record(self) -> Record:
        """What was seen so far."""
        return Record(tuple(self._coverage), tuple(self._change), tuple(self._shots))


def _colours(frame: Frame) -> np.ndarray:
    width = min(WIDTH, frame.width)
    height = max(round(frame.height * width / (frame.width * float(frame.sample_aspect_ratio))), 1)
    made = VideoReformatter().reformat(
        frame.picture,
        width=width,
        height=height,
        format="bgr24",
        interpolation=Interpolation.AREA,
        src_colorspace=int(frame.picture.colorspace),
        src_color_range=int(frame.picture.color_range),
        threads=1,
    )
    return made.to_ndarray()


def _over_white(colours: np.ndarray, alpha: Matte) -> np.ndarray:
    """What is cut out, as a page shows it: its own colours may go on past its edge, or be multiplied already."""
    share = cv2.resize(alpha, colours.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / FULL
    return np.asarray(np.rint(colours * share + 255 * (1 - share)), np.uint8)


def _narrow(matte: Matte) -> Matte:
    width = min(WIDTH, matte.shape[1])
    height = max(round(matte.shape[0] * width / matte.shape[1]), 1)
    return np.asarray(cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA))


def _jpeg(picture: np.ndarray) -> bytes:
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return coded.tobytes()
