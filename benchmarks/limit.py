"""The limit: decode the source, encode result frames that are ready, and nothing else.

python -m benchmarks.limit SOURCE FINISHED TARGET ENCODER

FINISHED holds the result's frames without loss. They are read into memory before the clock starts; what that took is
told apart, for the process that measures to subtract.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import av
from av.video.frame import PictureType

from benchmarks.loop import report, through

MOST = 4_000_000_000
"""Bytes of pictures that are held at most."""


def loaded(path: Path) -> list[av.VideoFrame]:
    """Every picture of a file; an encoder is free to choose each one's kind."""
    pictures = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for picture in container.decode(video=0):
            picture.pict_type = PictureType.NONE
            pictures.append(picture)
            if len(pictures) * sum(plane.buffer_size for plane in picture.planes) > MOST:
                raise SystemExit(f"{path}: its frames don't fit into {MOST / 1e9:.0f} GB: use fewer --seconds")
    return pictures


def main() -> None:
    """The process that is measured."""
    source, finished, target, encoder = sys.argv[1:]
    began = time.perf_counter(), time.process_time()
    pictures = loaded(Path(finished))
    ready = time.perf_counter(), time.process_time()
    through(Path(source), Path(target), encoder, len(pictures), lambda n, _: pictures[n])
    ended = time.perf_counter(), time.process_time()
    report(
        frames=len(pictures),
        inside=ended[0] - ready[0],
        inside_cpu=ended[1] - ready[1],
        loading=ready[0] - began[0],
        loading_cpu=ready[1] - began[1],
    )


if __name__ == "__main__":
    main()
