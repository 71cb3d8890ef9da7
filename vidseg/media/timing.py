"""Times that a muxer takes: none missing, each later than the one before."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator

import av


def in_order(pictures: Iterable[av.VideoFrame], window: int = 16) -> Iterator[av.VideoFrame]:
    """The same pictures, their times sorted: AVI stores times in the order of decoding, so B-frames' are permuted.

    H.264 reorders at most 16 pictures (ITU-T H.264, ``max_dec_frame_buffering``), so a window of as many is enough.
    """
    waiting: deque[av.VideoFrame] = deque()
    times: list[int] = []
    for picture in pictures:
        waiting.append(picture)
        if picture.pts is not None:
            heapq.heappush(times, picture.pts)
        if len(waiting) > window:
            yield _timed(waiting.popleft(), times)
    while waiting:
        yield _timed(waiting.popleft(), times)


def _timed(picture: av.VideoFrame, times: list[int]) -> av.VideoFrame:
    if picture.pts is not None:
        picture.pts = heapq.heappop(times)
    return picture


class Clock:
    """Gives every picture its time, where a file's own times are missing or fall back by FFmpeg's rule.

    Presentation times that go backward (AVI stores none, so B-frames' are guessed) lose to decoding times when
    they have failed more often (``guess_correct_pts`` in FFmpeg's libavcodec/decode.c); where neither goes forward,
    the time before plus a frame's length.
    """

    def __init__(self, step: int) -> None:
        """``step`` is a frame's usual length in the stream's time base, at least 1."""
        self.repaired = 0
        self._step = max(step, 1)
        self._last: int | None = None
        self._last_pts: int | None = None
        self._last_dts: int | None = None
        self._faulty_pts = self._faulty_dts = 0

    def time(self, pts: int | None, dts: int | None) -> int:
        """The time of the next picture in presentation order, in the stream's time base."""
        if dts is not None:
            self._faulty_dts += self._last_dts is not None and dts <= self._last_dts
            self._last_dts = dts
        if pts is not None:
            self._faulty_pts += self._last_pts is not None and pts <= self._last_pts
            self._last_pts = pts
        use_pts = pts is not None and (self._faulty_pts <= self._faulty_dts or dts is None)
        best = pts if use_pts else dts if dts is not None else pts
        if best is None or (self._last is not None and best <= self._last):
            best = 0 if self._last is None else self._last + self._step
        self.repaired += best != pts
        self._last = best
        return best
