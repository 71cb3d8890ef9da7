"""Clips to measure on, made on the spot: the sample clip enlarged, before a moving camera with a grainy sensor.

python -m benchmarks.clips FOLDER [--size 1080p] [--seconds 10]

H.264, 4:2:0, BT.709, with a stereo AAC track. A longer clip begins as a shorter one does. Nothing is left to chance, so
the same versions on the same kind of machine give the same file; one that is in the folder already is taken as it is.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from vidseg.frame import Plane, planes_of

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_media" / "astronaut.mp4"
BACKGROUND = ROOT / "sample_media" / "launch.jpg"

EDITION = 1
"""Part of a clip's name: higher with every change of what is made."""

GRAIN = (1.8, 1.0, 1.0)
"""Standard deviation of the grain in Y, U and V: with it 1080p has the bit rate of a camera's file."""

FIELDS, ROOM = 8, 64
"""How many fields of grain there are, and by how many pixels they are larger than the picture, to be shifted."""

BLACK_AND_WHITE = 16, 235
SOUND_RATE, SOUND_PIECE = 48_000, 1024


@dataclass(frozen=True)
class Size:
    """A picture's size and its frames a second."""

    width: int
    height: int
    rate: int


SIZES = {
    "240p": Size(426, 240, 30),
    "480p": Size(854, 480, 30),
    "720p": Size(1280, 720, 30),
    "1080p": Size(1920, 1080, 24),
    "4K": Size(3840, 2160, 24),
}

LOOPED = 10
"""Seconds of a made clip of which a looped one consists."""


def clip(folder: Path, size: str, seconds: int) -> Path:
    """The clip of this size and length, made if it isn't there.

    In a process of its own: a child's peak of memory is at least what its parent holds when it starts it.
    """
    path = folder / f"clip{EDITION}-{size}-{seconds}s.mp4"
    if not path.exists():
        print(f"making {path}", file=sys.stderr)
        command = [sys.executable, "-m", "benchmarks.clips", str(folder), "--size", size, "--seconds", str(seconds)]
        subprocess.run(command, cwd=ROOT, check=True)
    return path


def looped(folder: Path, size: str, seconds: int) -> Path:
    """A clip as long as this, without sound: the same seconds again and again, for what minutes would be made for."""
    if seconds <= LOOPED:
        return clip(folder, size, seconds)
    path = folder / f"clip{EDITION}-{size}-{seconds}s-looped.mp4"
    if not path.exists():
        once = clip(folder, size, LOOPED)
        unfinished = path.with_suffix(".part")
        with av.open(str(unfinished), "w", format="mp4") as out:
            copy: av.VideoStream | None = None
            for number in range(math.ceil(seconds / LOOPED)):
                with av.open(str(once)) as container:
                    video = container.streams.video[0]
                    copy = copy or out.add_stream_from_template(video)
                    shift = round(number * LOOPED / Fraction(video.time_base or 1))
                    for packet in container.demux(video):
                        if packet.pts is not None and packet.dts is not None:
                            packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
                            out.mux(packet)
        unfinished.replace(path)
    return path


def make(path: Path, size: Size, seconds: int) -> None:
    """Write a clip; under its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as out:
        video = out.add_stream("libx264", rate=size.rate, options={"crf": "18", "preset": "fast"})
        assert isinstance(video, av.VideoStream)
        context = video.codec_context
        context.width, context.height, context.pix_fmt = size.width, size.height, "yuv420p"
        context.color_range = context.colorspace = context.color_primaries = context.color_trc = 1
        audio = out.add_stream("aac", rate=SOUND_RATE)
        assert isinstance(audio, av.AudioStream)
        sounds = sound(seconds)
        for n, picture in enumerate(pictures(size, seconds * size.rate)):
            picture.pts, picture.time_base = n, Fraction(1, size.rate)
            out.mux(video.encode(picture))
            for _ in range(math.ceil(SOUND_RATE / SOUND_PIECE / size.rate)):
                if (piece := next(sounds, None)) is not None:
                    out.mux(audio.encode(piece))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    unfinished.replace(path)


def pictures(size: Size, count: int) -> Iterator[av.VideoFrame]:
    """What the camera films."""
    filmed = sample()
    grain = [fields(size, strength, index) for index, strength in enumerate(GRAIN)]
    random = np.random.default_rng(0)
    for n in range(count):
        there_and_back = abs((n + len(filmed)) % (2 * len(filmed)) - len(filmed))
        picture = av.VideoFrame(size.width, size.height, "yuv420p")
        picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
        view = camera(Fraction(n, size.rate))
        planes = zip(filmed[min(there_and_back, len(filmed) - 1)], planes_of(picture), grain, strict=True)
        for plane, out, noise in planes:
            top, left = random.integers(0, ROOM, 2)
            rows, columns = out.shape
            shifted = noise[n % FIELDS][top : top + rows, left : left + columns]
            np.clip(cv2.add(film(plane, out.shape, view), shifted, dtype=cv2.CV_8U), *BLACK_AND_WHITE, out=out)
        yield picture


def sample() -> list[list[Plane]]:
    """The planes of the sample clip's pictures."""
    with av.open(str(SAMPLE)) as container:
        return [[plane.copy() for plane in planes_of(picture)] for picture in container.decode(video=0)]


@dataclass(frozen=True)
class View:
    """What the camera sees: its shift as a part of the picture's width, its zoom, its turn in degrees."""

    x: float
    y: float
    zoom: float
    turn: float


def camera(time: Fraction) -> View:
    """A hand that is never quite still, at a moment in seconds."""
    t = 2 * math.pi * float(time)
    return View(
        x=0.012 * math.sin(t / 7) + 0.0012 * math.sin(t * 1.3) + 0.0004 * math.sin(t * 4.1),
        y=0.006 * math.sin(t / 5 + 1) + 0.0010 * math.sin(t * 1.7 + 2) + 0.0003 * math.sin(t * 3.7),
        zoom=1.08 + 0.02 * math.sin(t / 11),
        turn=0.3 * math.sin(t / 6),
    )


def film(plane: Plane, shape: tuple[int, ...], view: View) -> Plane:
    """A plane of the sample seen by the camera, covering a plane of the clip."""
    (rows, columns), (height, width) = plane.shape, shape
    step = min(columns / width, rows / height) / view.zoom
    cos, sin = step * math.cos(math.radians(view.turn)), step * math.sin(math.radians(view.turn))
    x, y = (columns - 1) / 2 + view.x * columns, (rows - 1) / 2 + view.y * columns
    across, down = (width - 1) / 2, (height - 1) / 2
    way = np.array([[cos, -sin, x - cos * across + sin * down], [sin, cos, y - sin * across - cos * down]])
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, way, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE))


def fields(size: Size, strength: float, plane: int) -> list[Plane]:
    """Fields of grain for one plane, a little softer than white noise, as a sensor's is after its mosaic."""
    random = np.random.default_rng(plane + 1)
    halves = 2 if plane else 1
    shape = size.height // halves + ROOM, size.width // halves + ROOM
    soft = [cv2.GaussianBlur(random.standard_normal(shape, np.float32), (0, 0), 0.6) for _ in range(FIELDS)]
    return [np.rint(field * (strength / field.std())).astype(np.int16) for field in soft]


def sound(seconds: int) -> Iterator[av.AudioFrame]:
    """A chord that swells, with some noise: something an encoder has to work on."""
    random = np.random.default_rng(0)
    for first in range(0, seconds * SOUND_RATE, SOUND_PIECE):
        t = np.arange(first, first + SOUND_PIECE) / SOUND_RATE
        chord = sum(np.sin(2 * np.pi * pitch * t) for pitch in (220, 277.2, 329.6)) * (1 + np.sin(np.pi * t)) / 12
        both = np.tile(chord, (2, 1)) + random.standard_normal((2, SOUND_PIECE)) / 100
        piece = av.AudioFrame.from_ndarray(both.astype(np.float32), "fltp", "stereo")
        piece.sample_rate, piece.pts, piece.time_base = SOUND_RATE, first, Fraction(1, SOUND_RATE)
        yield piece


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, default="1080p")
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    path = given.folder / f"clip{EDITION}-{given.size}-{given.seconds}s.mp4"
    make(path, SIZES[given.size], given.seconds)
    print(f"{path}: {path.stat().st_size * 8 / given.seconds / 1e6:.1f} Mbit/s")


if __name__ == "__main__":
    main()
