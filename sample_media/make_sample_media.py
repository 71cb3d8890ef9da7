"""Make the sample clips and backgrounds of this folder.

    python make_sample_media.py [OUTDIR]

writes every clip and background into OUTDIR (this folder, if none is given) over what is there. It needs PyAV, OpenCV
and NumPy, which vidseg needs too, and scikit-image, which nothing else here needs:

    python -m pip install scikit-image

Everything is made from three pictures that the scikit-image wheel carries, so nothing is downloaded. The clips are
still pictures seen by a moving camera: it pans, zooms and turns a little, by fractions of a pixel. Nothing is left to
chance: noise comes from fixed seeds and the encoders run with a fixed number of threads, so the same versions of the
packages on the same kind of machine give the same files, byte for byte. README.md says what each file is good for, and
where the pictures come from.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.audio.layout import AudioLayout
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from skimage import data

Picture = npt.NDArray[np.float32]
"""Height x width x 3: red, green and blue, gamma-encoded, 0 to 1."""

Sound = npt.NDArray[np.float32]
"""Channels x samples, -1 to 1."""

LANDSCAPE = (640, 360)
PORTRAIT = (360, 640)

BT709 = 1
"""The number that H.273 gives to BT.709, as a matrix, as primaries and as a transfer curve."""

X264 = {"preset": "slow", "crf": "24"}
X265 = {"preset": "slow", "crf": "24", "x265-params": "log-level=none:info=0:pools=2:frame-threads=1"}

ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Default,Arial,18,&Hffffff
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""The least that FFmpeg's subtitle encoders want to know of styles."""


@dataclass(frozen=True)
class View:
    """What the camera sees: the centre and the width of its view in pixels of the picture, and its turn in degrees."""

    x: float
    y: float
    width: float
    angle: float = 0.0


@dataclass(frozen=True)
class Cue:
    """A subtitle; times in seconds."""

    start: float
    end: float
    text: str


# The camera's ways. Each takes the time as a share of the clip, 0 to 1.


def wave(t: float, turns: float, start: float = 0.0) -> float:
    """Swing between -1 and 1, `turns` times, beginning at the share `start` of a turn."""
    return math.sin(2 * math.pi * (turns * t + start))


def beneath(top: float, width: float, size: tuple[int, int]) -> float:
    """Find the height of the view's centre, so that its upper edge is at `top`: her hair begins at 16."""
    return top + width * size[1] / size[0] / 2


def head_and_shoulders(t: float) -> View:
    """Wander over the astronaut's head and shoulders, and come closer."""
    width = 462 - 14 * wave(t, 0.5, -0.25)
    return View(
        x=252 + 9 * wave(t, 1.0) + 1.2 * wave(t, 3.1, 0.3),
        y=beneath(8, width, LANDSCAPE) + 1.5 * wave(t, 1.5, 0.1) + 0.7 * wave(t, 4.3),
        width=width,
        angle=0.6 * wave(t, 1.0, 0.6),
    )


def from_the_side(t: float) -> View:
    """Come from the model of the shuttle to the astronaut."""
    x = 268 - 36 * t + 1.2 * wave(t, 2.3)
    return View(x=x, y=beneath(8, 440, LANDSCAPE) + 1.5 * wave(t, 1.0), width=440, angle=0.5 * wave(t, 0.75))


def close_up(t: float) -> View:
    """Draw back from the astronaut's face."""
    ease = (1 - math.cos(math.pi * t)) / 2
    width = 320 + 110 * ease
    return View(x=212 + 20 * ease, y=beneath(8, width, LANDSCAPE), width=width, angle=-0.8 + 1.2 * ease)


def held_in_the_hand(t: float) -> View:
    """Hold a phone upright before the astronaut, in a hand that shakes a little."""
    width = 264 + 6 * wave(t, 0.5, -0.25)
    return View(
        x=206 + 5 * wave(t, 1.0) + 1.5 * wave(t, 3.7, 0.2),
        y=beneath(9, width, PORTRAIT) + 2 * wave(t, 1.3, 0.4) + 1.2 * wave(t, 4.1),
        width=width,
        angle=0.8 * wave(t, 1.1, 0.5),
    )


def drift(t: float) -> View:
    """Go once around a small ellipse, so that the end meets the beginning."""
    return View(x=470 + 20 * wave(t, 1.0), y=400 + 12 * wave(t, 1.0, 0.25), width=400)


def film(picture: Picture, view: View, size: tuple[int, int]) -> Picture:
    """See the picture through the camera, which must stay inside it and so near that no pixel shrinks."""
    width, height = size
    step = view.width / width
    if step > 1:
        raise ValueError(f"{view} would shrink the picture to {width} pixels")
    turn = math.radians(view.angle)
    cos, sin = step * math.cos(turn), step * math.sin(turn)
    middle = (width - 1) / 2, (height - 1) / 2
    # Maps a point of the frame to a point of the picture.
    way = np.array(
        [
            [cos, -sin, view.x - cos * middle[0] + sin * middle[1]],
            [sin, cos, view.y - sin * middle[0] - cos * middle[1]],
        ]
    )
    corners = np.array([[x, y, 1] for x in (0, width - 1) for y in (0, height - 1)]) @ way.T
    margin = 2  # what the cubic kernel needs around a point
    rows, columns = picture.shape[:2]
    if corners.min() < margin or np.any(corners.max(axis=0) > np.array([columns, rows]) - 1 - margin):
        raise ValueError(f"{view} would show the edge of the picture")
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.clip(cv2.warpAffine(picture, way, (width, height), flags=flags), 0, 1).astype(np.float32)


def noisy(pictures: Iterable[Picture], seed: int, strength: float = 1.2) -> Iterator[Picture]:
    """Add a little sensor noise; the strength is the standard deviation, in 255ths."""
    random = np.random.default_rng(seed)
    for picture in pictures:
        noise = random.standard_normal(picture.shape, dtype=np.float32)
        yield np.clip(picture + noise * np.float32(strength / 255), 0, 1)


# Sound.


def melody(notes: Sequence[int], seconds: float, rate: int) -> Sound:
    """Play soft bells on two channels, evenly spread in time; a note is a number of semitones above A3."""
    length = round(seconds * rate)
    sound = np.zeros((2, length), np.float64)
    for number, note in enumerate(notes):
        first = length * number // len(notes)
        t = np.arange(length - first) / rate
        pitch = 220 * 2 ** (note / 12)
        tone = sum(np.sin(2 * np.pi * pitch * k * t) / k**2 for k in (1, 2, 3)) * np.exp(-3 * t)
        right = 0.35 + 0.3 * (number % 2)
        sound[:, first:] += np.outer([1 - right, right], tone * np.minimum(t / 0.01, 1))
    fade = np.clip((length - np.arange(length)) / (0.2 * rate), 0, 1)
    return np.ascontiguousarray(0.5 * sound / np.abs(sound).max() * fade, dtype=np.float32)


# Writing.


def to_frame(picture: Picture, pix_fmt: str) -> av.VideoFrame:
    """Convert to limited-range BT.709, by way of 16 bits, so that a 10-bit format gets real 10-bit values."""
    white = 255 * 256  # not 65535: swscale widens 8 bits to 16 by shifting, and would come out 0.4 % too bright
    deep = np.ascontiguousarray(np.rint(picture * white), dtype=np.uint16)
    frame = av.VideoFrame.from_ndarray(deep, format="rgb48le").reformat(
        format=pix_fmt,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT,
        threads=1,
    )
    frame.color_primaries = ColorPrimaries.BT709
    frame.color_trc = ColorTrc.BT709
    return frame


class Clip:
    """A video file in the making: add the tracks first, then write into them."""

    def __init__(self, path: Path, title: str, origin: str) -> None:
        """Begin a file; the container follows from the name."""
        options = {"fflags": "+bitexact"}  # no random numbers, no versions
        if path.suffix == ".mp4":
            options["movflags"] = "+faststart"
        self._out = av.open(str(path), "w", container_options=options)
        self._out.metadata.update({"title": title, "comment": origin})

    def __enter__(self) -> Clip:
        """Nothing to do: the file opens when the first packet is written."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the file."""
        self._out.close()

    def add_video(
        self,
        codec: Literal["libx264", "libx265"],
        size: tuple[int, int],
        rate: int,
        options: Mapping[str, str],
        *,
        tick: Fraction | None = None,
        pix_fmt: str = "yuv420p",
        rotation: int = 0,
    ) -> av.VideoStream:
        """Add a video track.

        `tick` is the unit of its times (one frame, if None); `rotation` is how players shall turn it, in degrees,
        against the clock.
        """
        stream = self._out.add_stream(
            codec, rate=rate, options=dict(options), width=size[0], height=size[1], time_base=tick or Fraction(1, rate)
        )
        stream.pix_fmt = pix_fmt
        context = stream.codec_context
        context.thread_count = 2
        context.flags |= av.codec.context.Flags.frame_duration | av.codec.context.Flags.bitexact
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = ColorRange.MPEG
        if rotation:
            stream.set_display_rotation(rotation)
        return stream

    def add_audio(
        self, codec: Literal["aac", "libopus"], rate: int, layout: Literal["mono", "stereo"], bit_rate: int
    ) -> av.AudioStream:
        """Add a sound track."""
        stream = self._out.add_stream(codec, rate=rate, bit_rate=bit_rate, layout=AudioLayout(layout))
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        return stream

    def add_subtitles(self, language: str) -> SubtitleStream:
        """Add a subtitle track of MP4's own kind."""
        stream = self._out.add_stream("mov_text", time_base=Fraction(1, 1000))
        stream.metadata["language"] = language
        stream.codec_context.subtitle_header = ASS_HEADER
        return stream

    def add_chapters(self, *chapters: tuple[float, float, str]) -> None:
        """Add chapters, each from its start to its end in seconds, with a title."""
        self._out.set_chapters(
            [
                {
                    "id": number,
                    "start": round(start * 1000),
                    "end": round(end * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": title},
                }
                for number, (start, end, title) in enumerate(chapters)
            ]
        )

    def write_video(self, stream: av.VideoStream, pictures: Iterable[Picture], lengths: Sequence[int]) -> None:
        """Write all frames; the lengths are in the track's ticks."""
        pts = 0
        for picture, length in zip(pictures, lengths, strict=True):
            frame = to_frame(picture, stream.format.name)
            frame.pts, frame.duration, frame.time_base = pts, length, stream.codec_context.time_base
            pts += length
            self._out.mux(stream.encode(frame))
        self._out.mux(stream.encode(None))

    def write_audio(self, stream: av.AudioStream, sound: Sound) -> None:
        """Write the whole sound; a mono track gets the mean of the channels."""
        layout = stream.layout.name
        samples = sound.mean(axis=0, keepdims=True) if layout == "mono" else sound
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = stream.rate, 0, Fraction(1, stream.rate)
        self._out.mux(stream.encode(frame))
        self._out.mux(stream.encode(None))

    def write_subtitles(self, stream: SubtitleStream, cues: Iterable[Cue]) -> None:
        """Write the subtitles, in the order of their times."""
        for number, cue in enumerate(cues):
            line = f"{number},0,Default,,0,0,0,,{cue.text}".encode()
            start, end = round(cue.start * 1000), round(cue.end * 1000)
            packet = stream.codec_context.encode_subtitle(SubtitleSet.create(line, start=0, end=end - start, pts=start))
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            self._out.mux(packet)


# The files.

NASA_PORTRAIT = "Picture: NASA (Eileen Collins), public domain"
NASA_DEEP_FIELD = "Picture: NASA, ESA (Hubble eXtreme Deep Field), public domain"


def load(name: str) -> npt.NDArray[np.uint8]:
    """Load one of scikit-image's pictures."""
    pixels: npt.NDArray[np.uint8] = getattr(data, name)()
    return pixels


def to_floats(pixels: npt.NDArray[np.uint8]) -> Picture:
    """Bring 8 bits to 0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def make_astronaut(path: Path) -> None:
    """Make the plain clip, with everything a file may carry beside its picture."""
    picture, count, rate = to_floats(load("astronaut")), 120, 30
    with Clip(path, "The astronaut", NASA_PORTRAIT) as clip:
        video = clip.add_video("libx264", LANDSCAPE, rate, X264)
        audio = clip.add_audio("aac", 48000, "stereo", 64000)
        subtitles = clip.add_subtitles("eng")
        clip.add_chapters((0, 2, "From afar"), (2, 4, "Closer"))
        clip.write_subtitles(
            subtitles,
            [
                Cue(0.2, 1.4, "An astronaut, and a camera that moves."),
                Cue(1.6, 2.8, "Behind her: a flag — and a shuttle."),
                Cue(3.0, 3.9, "What shall be there instead?"),
            ],
        )
        clip.write_audio(audio, melody([0, 4, 7, 12, 9, 7, 4, 0], 4, 48000))
        views = (head_and_shoulders(n / count) for n in range(count))
        clip.write_video(video, noisy((film(picture, view, LANDSCAPE) for view in views), seed=1), [1] * count)


def make_portrait(path: Path) -> None:
    """Make a phone's clip: the pictures lie on their side, and the file says how to turn them."""
    picture, count, rate = to_floats(load("astronaut")), 60, 30
    with Clip(path, "The astronaut, upright", NASA_PORTRAIT) as clip:
        video = clip.add_video("libx264", LANDSCAPE, rate, X264, rotation=-90)
        audio = clip.add_audio("aac", 44100, "mono", 48000)
        clip.write_audio(audio, melody([7, 4, 0, 12], 2, 44100))
        upright = (film(picture, held_in_the_hand(n / count), PORTRAIT) for n in range(count))
        clip.write_video(video, noisy((np.rot90(p) for p in upright), seed=2), [1] * count)


def make_10bit(path: Path) -> None:
    """Make the clip with ten bits a sample: HEVC and Opus in Matroska."""
    picture, count, rate = to_floats(load("astronaut")), 50, 25
    with Clip(path, "The astronaut, in ten bits", NASA_PORTRAIT) as clip:
        video = clip.add_video("libx265", LANDSCAPE, rate, X265, pix_fmt="yuv420p10le")
        audio = clip.add_audio("libopus", 48000, "stereo", 48000)
        clip.write_audio(audio, melody([12, 7, 9, 4], 2, 48000))
        views = (from_the_side(n / count) for n in range(count))
        clip.write_video(video, noisy((film(picture, v, LANDSCAPE) for v in views), seed=3, strength=0.6), [1] * count)


def uneven_lengths(total: int, shortest: int, longest: int, seed: int) -> list[int]:
    """Draw random lengths that add up to the total."""
    random = np.random.default_rng(seed)
    lengths: list[int] = []
    while (rest := total - sum(lengths)) > longest:
        lengths.append(int(random.integers(shortest, min(longest, rest - shortest), endpoint=True)))
    return [*lengths, rest]


def make_vfr(path: Path) -> None:
    """Make frames at uneven times, 1/60 to 1/12 of a second apart; the camera moves evenly in time."""
    picture, ticks, total = to_floats(load("astronaut")), 600, 1200
    lengths = uneven_lengths(total, ticks // 60, ticks // 12, seed=4)
    times = [sum(lengths[:n]) / total for n in range(len(lengths))]
    with Clip(path, "The astronaut, at uneven times", NASA_PORTRAIT) as clip:
        video = clip.add_video("libx264", LANDSCAPE, 30, X264, tick=Fraction(1, ticks))
        views = (close_up(t) for t in times)
        clip.write_video(video, noisy((film(picture, view, LANDSCAPE) for view in views), seed=5), lengths)


def make_stars(path: Path) -> None:
    """Make a background that moves, and whose end meets its beginning."""
    picture, count, rate = to_floats(load("hubble_deep_field")), 48, 24
    with Clip(path, "Stars", NASA_DEEP_FIELD) as clip:
        video = clip.add_video("libx264", LANDSCAPE, rate, X264)
        clip.write_video(video, (film(picture, drift(n / count), LANDSCAPE) for n in range(count)), [1] * count)


def write_jpeg(path: Path, pixels: npt.NDArray[np.uint8], quality: int) -> None:
    """Write a still background."""
    if not cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]):
        raise OSError(f"could not write {path}")


def make_launch(path: Path) -> None:
    """Write the rocket on its pad, as large as it comes: 640x427."""
    write_jpeg(path, load("rocket"), 92)


def make_deep_field(path: Path) -> None:
    """Write the middle of the deep field, 960x540."""
    write_jpeg(path, load("hubble_deep_field")[166:706, 20:980], 85)


FILES = {
    "astronaut.mp4": make_astronaut,
    "astronaut_portrait.mp4": make_portrait,
    "astronaut_10bit.mkv": make_10bit,
    "astronaut_vfr.mp4": make_vfr,
    "launch.jpg": make_launch,
    "deep_field.jpg": make_deep_field,
    "stars.mp4": make_stars,
}


def main() -> None:
    """Make every file, and say how large it became."""
    parser = argparse.ArgumentParser(description="Make the sample clips and backgrounds.")
    parser.add_argument("outdir", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    outdir: Path = parser.parse_args().outdir
    outdir.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        make(outdir / name)
        print(f"{(outdir / name).stat().st_size:9,d}  {name}")
    print(f"{sum((outdir / name).stat().st_size for name in FILES):9,d}  together")


if __name__ == "__main__":
    main()
