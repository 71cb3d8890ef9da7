"""The loop of a program that isn't vidseg: decode, make each picture, encode, copy the sound. PyAV and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

Make = Callable[[int, av.VideoFrame], av.VideoFrame]


def through(source: Path, target: Path, encoder: str, frames: int, make: Make) -> None:
    """The first ``frames`` of a source, each through ``make``, to a file; ``encoder`` is what ``settings`` gave.

    Decoding uses every core (``thread_type`` AUTO, as in vidseg), the encoder its own default of threads.
    """
    with av.open(str(source)) as reading, av.open(str(target), "w") as writing:
        video = reading.streams.video[0]
        video.thread_type = "AUTO"
        encoded = _encoded(writing, video, encoder)
        for n, picture in enumerate(islice(_pictures(reading, writing), frames)):
            made = make(n, picture)
            made.pts, made.time_base = picture.pts, picture.time_base
            writing.mux(encoded.encode(made))
        writing.mux(encoded.encode(None))


def settings(name: str, pixel_format: str, options: dict[str, str]) -> str:
    """An encoder's settings as one word of a command line."""
    return json.dumps({"encoder": name, "pixel_format": pixel_format, "options": options})


def report(**figures: float | dict[str, float]) -> None:
    """Tell the process that measures."""
    print(json.dumps(figures))


def _encoded(writing: OutputContainer, video: av.VideoStream, encoder: str) -> av.VideoStream:
    how: dict[str, Any] = json.loads(encoder)
    rate = Fraction(video.average_rate or 25)
    stream = writing.add_stream(how["encoder"], rate=rate, options=how["options"], time_base=video.time_base)
    assert isinstance(stream, av.VideoStream)
    there, here = stream.codec_context, video.codec_context
    there.width, there.height, there.pix_fmt = here.width, here.height, how["pixel_format"]
    there.color_range, there.colorspace = here.color_range, here.colorspace
    there.color_primaries, there.color_trc = here.color_primaries, here.color_trc
    return stream


def _pictures(reading: InputContainer, writing: OutputContainer) -> Iterator[av.VideoFrame]:
    """Decoded pictures; the first sound track's packets go to the output on the way."""
    video, *sounds = [reading.streams.video[0], *reading.streams.audio[:1]]
    copies = {sound.index: writing.add_stream_from_template(sound) for sound in sounds}
    for packet in reading.demux(video, *sounds):
        if packet.stream_index == video.index:
            yield from (picture for picture in packet.decode() if isinstance(picture, av.VideoFrame))
        elif packet.dts is not None:
            packet.stream = copies[packet.stream_index]
            writing.mux(packet)
