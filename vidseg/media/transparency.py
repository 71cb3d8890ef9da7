"""Alpha: whether a file is really transparent, found by decoding some of its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vidseg.frame import planes_of
from vidseg.job import Reading
from vidseg.media import opening, probe
from vidseg.media.decoding import demuxed

LOOKS = 8
"""Pictures that are looked at, spread over the file."""

_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Those that read the second picture which WebM carries beside the first; FFmpeg's own drop it."""

_NEAR = 0.03
"""As near to clear or opaque as that is clear or opaque: what VP9 loses is less, and nobody sees it."""

_MOST_PACKETS = 150
"""Packets that are tried for one picture: more than the 128 frames after which libvpx makes a key frame by itself."""


@dataclass(frozen=True)
class Alpha:
    """``carrier`` is where alpha is held: in the ``picture``, ``beside`` it (VP8 and VP9), or ``None``.

    Of the pixels of the ``looked_at`` pictures the part ``clear`` is wholly transparent, ``partly`` between that and
    opaque (0 to 1).
    """

    carrier: Literal["picture", "beside"] | None
    looked_at: int = 0
    clear: float = 0.0
    partly: float = 0.0

    @property
    def used(self) -> bool | None:
        """Whether anything seen was not opaque; ``None`` where there is a channel and nothing of it could be seen."""
        if self.carrier is not None and not self.looked_at:
            return None
        return self.clear > 0 or self.partly > 0


def alpha_of(path: Path, reading: Reading | None = None) -> Alpha:
    """Of a file's main picture stream; raises ``SourceError``."""
    with opening.opened(path, reading=reading) as container:
        video = probe.main_video(container, path, reading)
        beside = video.metadata.get("alpha_mode") == "1" and video.codec_context.name in _DECODERS
        media = probe.describe(container, video, path)
        length = media.duration or Fraction(0)
        seen: dict[int | None, tuple[float, float]] = {}
        for n in range(LOOKS if length else 1):
            picture = _picture_at(container, video, media.origin, length * n / LOOKS, beside=beside)
            if picture is None:
                continue
            if not any(component.is_alpha for component in picture.format.components):
                return Alpha("beside" if beside else None)
            if picture.pts not in seen:  # a file may have fewer pictures than are looked for
                seen[picture.pts] = _shares(picture)
    carrier: Literal["picture", "beside"] = "beside" if beside else "picture"
    if not seen:
        return Alpha(carrier if beside or _has_alpha(video) else None)
    clear, partly = np.mean(list(seen.values()), axis=0)
    return Alpha(carrier, len(seen), float(clear), float(partly))


def _has_alpha(video: VideoStream) -> bool:
    format_ = video.codec_context.format
    return format_ is not None and any(component.is_alpha for component in format_.components)


def _picture_at(
    container: InputContainer, video: VideoStream, origin: Fraction, moment: Fraction, *, beside: bool
) -> av.VideoFrame | None:
    """The picture at a moment, or the last before it where too many lie between it and its key frame."""
    last: av.VideoFrame | None = None
    with suppress(av.error.FFmpegError):
        if moment:
            container.seek(int((origin + moment) * 1_000_000), backward=True)
        decoder: Any = video.codec_context
        if beside:
            decoder = av.CodecContext.create(_DECODERS[decoder.name], "r")
        for last in _decoded(container, video, decoder):
            if last.pts is None or last.pts * (video.time_base or 0) >= origin + moment:
                break
    return last


def _decoded(container: InputContainer, video: VideoStream, decoder: Any) -> Iterator[av.VideoFrame]:
    for tried, packet in enumerate(demuxed(container, (video,))):
        if tried == _MOST_PACKETS:
            return
        with suppress(av.error.FFmpegError):
            yield from decoder.decode(packet if packet.size else None)


def _shares(picture: av.VideoFrame) -> tuple[float, float]:
    """The parts of a picture's pixels that are clear, and that are between clear and opaque."""
    alpha, top = _channel(picture)
    clear = np.count_nonzero(alpha < top * _NEAR)
    opaque = np.count_nonzero(alpha > top * (1 - _NEAR))
    return clear / alpha.size, 1 - (clear + opaque) / alpha.size


def _channel(picture: av.VideoFrame) -> tuple[NDArray[Any], int]:
    """Alpha, and the value that is opaque."""
    components = picture.format.components
    if len(picture.planes) == len(components):
        return planes_of(picture)[-1], (1 << components[-1].bits) - 1
    return picture.reformat(format="rgba").to_ndarray()[:, :, 3], 255
