"""What Debian's ffmpeg, another FFmpeg than PyAV's, makes of our outputs; and the plate, keyed again by its chromakey.

python -m benchmarks.by_ffmpeg [CLIP...] [--json FILE]

For each clip and effect: whether ffmpeg decodes it without a word, and whether it reads as many frames, at the same
times, and the same sound as of the source. For the plate: IoU of what chromakey keeps with the matte, their mean
difference (of 255), and by how many codes the screen differs from the colour asked for, away from the person.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import vidseg
from benchmarks import figures
from vidseg.cli.quiet import libraries_silenced
from vidseg.media.backdrop import colour_planes
from vidseg.media.source import Source

SAMPLES = Path(__file__).parents[1] / "sample_media"
CLIPS = [
    SAMPLES / name for name in ("astronaut.mp4", "astronaut_10bit.mkv", "astronaut_portrait.mp4", "astronaut_vfr.mp4")
]
EFFECTS: dict[str, Callable[..., vidseg.Done]] = {
    "blur": vidseg.blur,
    "screen": vidseg.screen,
    "overlay": vidseg.overlay,
}
SIMILARITY, BLEND = 0.04, 0.15
"""Of chromakey: what is nearer to the key is clear, what is that much farther opaque."""

FAR = 32
"""Pixels from the person from which on the screen is flat: a block of the encoder holds nothing else."""


def ran(*command: object) -> subprocess.CompletedProcess[bytes]:
    """A program's outcome; its failure is the caller's to see."""
    return subprocess.run([str(part) for part in command], capture_output=True, check=False)


def times(path: Path) -> list[Fraction]:
    """When ffprobe shows each frame, in seconds."""
    what = "frame=pts:stream=time_base"
    said = ran(
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", what, "-of", "json", path,
    )  # fmt: skip
    found = json.loads(said.stdout)
    unit = Fraction(found["streams"][0]["time_base"])
    return [frame["pts"] * unit for frame in found["frames"]]


def sound(path: Path) -> list[tuple[bytes, bytes]]:
    """Time and sum of every packet of sound; the last one's length is a matter of the container."""
    said = ran("ffmpeg", "-v", "error", "-i", path, "-vn", "-sn", "-dn", "-c", "copy", "-f", "framemd5", "-").stdout
    rows = [line.split(b",") for line in said.splitlines() if line and not line.startswith(b"#")]
    return [(row[2].strip(), row[5].strip()) for row in rows]


def same_times(ours: list[Fraction], theirs: list[Fraction]) -> bool:
    """To the millisecond, which Matroska counts in."""
    return len(ours) == len(theirs) and all(abs(a - b) <= Fraction(1, 1000) for a, b in zip(ours, theirs, strict=True))


def keyed(plate: Path, colour: list[int], width: int, height: int) -> NDArray[np.uint8]:
    """The alpha that ffmpeg's chromakey gives every frame."""
    key = "".join(f"{code:02x}" for code in colour)
    chain = f"format=yuva420p,chromakey=0x{key}:{SIMILARITY}:{BLEND}:yuv=1,alphaextract"
    raw = ran(
        "ffmpeg", "-v", "error", "-i", plate, "-map", "0:v:0", "-vf", chain, "-fps_mode", "passthrough",
        "-f", "rawvideo", "-pix_fmt", "gray", "-",
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width)


def plate_figures(source: Path, plate: Path) -> dict[str, float]:
    """The plate against the matte that it was made with."""
    common = either = 0
    off, worst = [], 0
    with Source(plate) as opened:
        first = next(opened.frames())
        codes = [int(plane[0, 0]) for plane in colour_planes("green", first)]
    alphas = keyed(plate, [code >> first.depth - 8 for code in codes], first.width, first.height)
    with Source(plate) as opened:
        for (_, matte), alpha, made in zip(vidseg.mattes(source), alphas, opened.frames(), strict=True):
            person, kept = matte > vidseg.FULL // 2, alpha > 127
            common += int((person & kept).sum())
            either += int((person | kept).sum())
            off.append(float(np.abs(alpha.astype(float) - matte / 257).mean()))
            near = cv2.dilate((matte > 0).astype(np.uint8), np.ones((2 * FAR + 1, 2 * FAR + 1), np.uint8))
            for plane, code in zip(made.planes, codes, strict=True):
                flat = cv2.resize(near, plane.shape[::-1], interpolation=cv2.INTER_NEAREST) == 0
                if flat.any():
                    worst = max(worst, int(np.abs(plane[flat].astype(int) - code).max()))
    return {"iou": common / max(either, 1), "off": float(np.mean(off)), "screen_off": float(worst)}


def look(clip: Path, name: str, folder: Path) -> dict[str, Any]:
    """One effect of one clip."""
    target = folder / f"{clip.stem}-{name}{clip.suffix if clip.suffix in ('.mp4', '.mkv', '.mov') else '.mp4'}"
    EFFECTS[name](clip, target)
    decoded = ran(
        "ffmpeg",
        "-v",
        "warning",
        "-i",
        target,
        "-map",
        "0:v",
        "-map",
        "0:a?",
        "-fps_mode",
        "passthrough",
        "-f",
        "framehash",
        "-",
    )
    found: dict[str, Any] = {
        "clip": clip.name,
        "effect": name,
        "decodes": decoded.returncode == 0 and not decoded.stderr.strip(),
        "frames": len(times(target)),
        "times": same_times(times(target), times(clip)),
        "sound": sound(target) == sound(clip),
    }
    return found | (plate_figures(clip, target) if name == "screen" else {})


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="*", default=CLIPS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        print("skipped: needs ffmpeg and ffprobe (apt-get install ffmpeg)")
        return
    with tempfile.TemporaryDirectory() as folder, libraries_silenced(silent=True):
        rows = [look(clip, name, Path(folder)) for clip in given.clips for name in EFFECTS]
    version = ran("ffmpeg", "-version").stdout.decode().splitlines()[0]
    figures.write(given.json, figures.machine() | {"ffmpeg": version, "outputs": rows})
    columns = ("clip", "effect", "decodes", "frames", "times", "sound", "iou", "off", "screen_off")
    print(version)
    print(figures.table(columns, [[str(_short(row.get(name, ""))) for name in columns] for row in rows]))


def _short(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.3f}" if isinstance(value, float) else value


if __name__ == "__main__":
    main()
