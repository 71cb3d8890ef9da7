"""What another program reads of cut-outs and mattes: Debian's ffmpeg decodes every kind, and it is compared.

python -m benchmarks.alpha [SOURCE] [--end SECONDS] [--keep FOLDER] [--json FILE]

For each output: the mean and the largest difference of the alpha (or the grey) from the matte in 255ths, how well both
agree on where the person is (IoU at one half), by how many pixels the edge would have to be moved to fit best, and
whether the frames' number and times and the sound are the source's. Without ffmpeg it says so and does nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import vidseg
from benchmarks import figures
from vidseg.cli.quiet import libraries_silenced

SAMPLE = Path(__file__).parents[1] / "sample_media" / "astronaut.mp4"


@dataclass(frozen=True)
class Kind:
    """One output: its name, what makes it, which of its planes holds the matte, and as which codes.

    ``bits`` are ffmpeg's once it has decoded (``deep`` for a source of 10); 0 to 255 or, ``limited``, 16 to 235 and
    likewise with more.
    """

    name: str
    options: dict[str, Any]
    plane: str = "a"
    bits: int = 8
    deep: int = 0
    limited: bool = False
    crop: str = ""
    reading: tuple[str, ...] = ()
    command: str = "cutout"


KINDS = (
    Kind("prores4444.mov", {}, bits=12),
    Kind("premultiplied.mov", {"premultiplied": True}, bits=12),
    Kind("vp9.webm", {}, reading=("-c:v", "libvpx-vp9")),
    Kind("ffv1.mkv", {}, deep=10),
    Kind("qtrle.mov", {"format": "qtrle"}),
    Kind("png.mov", {"format": "png"}, deep=16),
    Kind("png/%06d.png", {}, deep=16),
    Kind("webp.webp", {}),
    Kind("stacked.mp4", {"format": "stacked"}, "y", limited=True, crop="crop=iw:ih/2:0:ih/2,"),
    Kind("side-by-side.mp4", {"format": "side-by-side"}, "y", limited=True, crop="crop=iw/2:ih:iw/2:0,"),
    Kind("matte.mov", {}, "y", 10, limited=True, command="matte"),
    Kind("matte.mkv", {}, "y", 10, limited=True, command="matte"),
    Kind("matte.mp4", {"audio": True}, "y", 10, limited=True, command="matte"),
    Kind("matte.webm", {}, "y", 10, limited=True, command="matte"),
    Kind("full.mkv", {"range": "full"}, "y", 10, command="matte"),
    Kind("matte8/%06d.png", {}, "", command="matte"),
    Kind("matte16/%06d.png", {"depth": 16}, "", 16, command="matte"),
)


def run(*command: str) -> bytes:
    """What a program writes."""
    return subprocess.run(command, check=True, capture_output=True).stdout


def read_by_ffmpeg(kind: Kind, path: Path, shape: tuple[int, int], bits: int) -> NDArray[np.uint16]:
    """Every frame's matte, from the codes of one plane as they are: ffmpeg's own conversions of grey are rough."""
    planes = f"extractplanes={kind.plane}" if kind.plane else "null"
    raw = run(
        "ffmpeg", "-v", "error", *kind.reading, "-i", str(path), "-fps_mode", "passthrough", "-vf",
        kind.crop + planes, "-f", "rawvideo", "-",
    )  # fmt: skip
    big = ">u2" if bits == 16 else "<u2"
    codes = np.frombuffer(raw, np.uint8 if bits == 8 else big).reshape(-1, *shape)
    unit = 1 << (bits - 8)
    black, white = (16 * unit, 235 * unit) if kind.limited else (0, (1 << bits) - 1)
    values = (np.arange(1 << bits).clip(black, white) - black) * (vidseg.FULL / (white - black))
    return np.asarray(np.rint(values).astype(np.uint16)[codes])


def read_webp(path: Path) -> NDArray[np.uint16]:
    """By libwebp through OpenCV: ffmpeg reads no animated WebP."""
    _, animation = cv2.imreadanimation(str(path))
    return np.stack([frame[..., 3].astype(np.uint16) * 257 for frame in animation.frames])


def times(path: Path) -> list[Fraction]:
    """When each frame is shown, in seconds, by ffprobe."""
    said = run(
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts:stream=time_base", "-of",
        "json", str(path),
    )  # fmt: skip
    found = json.loads(said)
    return sorted(packet["pts"] * Fraction(found["streams"][0]["time_base"]) for packet in found["packets"])


def sound(path: Path) -> str:
    """A digest of the sound: of its packets, or nothing where there is none."""
    streams = json.loads(run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "json", str(path)))
    if not any(stream["codec_type"] == "audio" for stream in streams["streams"]):
        return "none"
    return run("ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-c", "copy", "-f", "md5", "-").decode()


def best_shift(read: NDArray[np.uint16], true: NDArray[np.uint16]) -> tuple[int, int]:
    """By how many pixels down and across the one read fits the true one best; 0, 0 is right."""
    centre = true[2:-2, 2:-2].astype(np.int32)
    misfits = {
        (down, across): int(np.abs(np.roll(read, (down, across), (0, 1))[2:-2, 2:-2] - centre).sum())
        for down, across in product((0, 1, -1, 2, -2), repeat=2)
    }
    return min(misfits, key=lambda shift: misfits[shift])


def compare(read: NDArray[np.uint16], true: list[NDArray[np.uint16]]) -> dict[str, Any]:
    """Differences in 255ths, means over all frames; ``in 8 bits`` when both are rounded to them first."""
    if len(read) != len(true):
        return {"frames": f"{len(read)} for {len(true)}"}
    differences: list[NDArray[Any]] = []
    rounded: list[NDArray[Any]] = []
    for one, other in zip(read, true, strict=True):
        ours, theirs = one.astype(np.int32), other.astype(np.int32)
        differences.append(np.abs(ours - theirs) / 257)
        rounded.append(np.abs((ours + 128) // 257 - (theirs + 128) // 257))
    half = vidseg.FULL // 2
    overlap = [
        int(np.count_nonzero((one > half) & (other > half)))
        / max(int(np.count_nonzero((one > half) | (other > half))), 1)
        for one, other in zip(read, true, strict=True)
    ]
    middle = len(true) // 2
    return {
        "frames": len(read),
        "mean": round(float(np.mean([d.mean() for d in differences])), 3),
        "in 8 bits": round(float(np.mean([d.mean() for d in rounded])), 4),
        "largest": round(max(float(d.max()) for d in differences), 2),
        "iou": round(float(np.mean(overlap)), 4),
        "shift": best_shift(read[middle], true[middle]),
    }


def measure(source: Path, folder: Path, end: Fraction | None) -> list[dict[str, Any]]:
    """One row for each kind."""
    true = [(frame.depth, frame.time, matte) for frame, matte in vidseg.mattes(source, end=end)]
    depth, before, mattes = true[0][0], [time for _, time, _ in true], [matte for *_, matte in true]
    before_sound = sound(source) if end is None else ""
    rows = []
    for kind in KINDS:
        path = folder / kind.name
        done = getattr(vidseg, kind.command)(source, path, existing="overwrite", end=end, **kind.options)
        bits = kind.deep if kind.deep and depth > 8 else kind.bits
        read = read_webp(path) if path.suffix == ".webp" else read_by_ffmpeg(kind, path, mattes[0].shape, bits)
        row: dict[str, Any] = {"output": kind.name, **compare(read, mattes), "seconds": round(done.seconds, 2)}
        if path.suffix not in (".webp", ".png"):
            late = max(abs(a - b) for a, b in zip(times(path), before, strict=True))
            row["latest"] = round(float(late) * 1000, 3)
            there = sound(path)
            row["sound"] = "same" if there == before_sound else "none" if there == "none" else "other"
        row["MB"] = round(_size(path) / 1e6, 2)
        rows.append(row)
        print(".", end="", flush=True)
    print()
    return rows


def _size(path: Path) -> int:
    files = path.parent.iterdir() if "%" in path.name else [path]
    return sum(file.stat().st_size for file in files)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument(
        "--end", type=Fraction, metavar="SECONDS", help="only so much of it (then sound isn't compared)"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the outputs here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        print("skipped: no ffmpeg here (apt-get install ffmpeg)")
        return
    with tempfile.TemporaryDirectory() as scratch, libraries_silenced(silent=True):
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        rows = measure(given.source, folder, given.end)
    head = ("output", "frames", "mean", "in 8 bits", "largest", "iou", "shift", "latest", "sound", "MB", "seconds")
    print(figures.table(head, [[str(row.get(column, "")) for column in head] for row in rows]))
    ffmpeg = run("ffmpeg", "-version").decode().splitlines()[0]
    print(f"differences in 255ths, lateness in milliseconds; {ffmpeg}")
    figures.write(given.json, figures.machine() | {"ffmpeg": ffmpeg, "source": given.source.name, "rows": rows})


if __name__ == "__main__":
    main()
