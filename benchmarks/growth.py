"""Whether time grows in step with a film's length and with its pixels: a plot.

python -m benchmarks.growth [--seconds 10 60 300] [--size 480p 720p 1080p 4K] [--folder DIR] [--json FILE] [--svg FILE]

CPU time of the whole ``vidseg replace``, start-up included, which is a second: of one small clip looped to each length,
and of a clip of each size with as many frames. A straight line through the shortest and the longest is drawn; beside
each other point stands by how much it is off.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks import children, clips, figures

LENGTH_SIZE, LENGTH_QUALITY = "240p", "fast"
FRAMES = 48
"""Of each size."""

_WIDE, _HIGH, _LEFT, _TOP, _PLOT = 860, 380, 70, 50, 300


class Point(NamedTuple):
    """How much there was to do, and how long it took in seconds of CPU."""

    name: str
    amount: float
    seconds: float


def lengths(seconds: list[int], folder: Path, temporary: Path) -> list[Point]:
    """By frames."""
    points = []
    for length in sorted(seconds):
        source = clips.looped(folder, LENGTH_SIZE, length)
        points.append(_point(f"{length} s", source, temporary, LENGTH_QUALITY, length * clips.SIZES[LENGTH_SIZE].rate))
    return points


def sizes(names: list[str], folder: Path, temporary: Path) -> list[Point]:
    """By millions of pixels."""
    points = []
    for name in names:
        size = clips.SIZES[name]
        source = clips.clip(folder, name, -(-FRAMES // size.rate))
        end = f"{FRAMES / size.rate:.6f}"
        amount = size.width * size.height * FRAMES / 1e6
        points.append(_point(name, source, temporary, "good", amount, "--end", end))
    return sorted(points, key=lambda point: point.amount)


def _point(name: str, source: Path, temporary: Path, quality: str, amount: float, *more: str) -> Point:
    how = ("--quality", quality, "--workers", "0", *more)
    ended = children.run(children.replace(source, temporary / "a.mp4", clips.BACKGROUND, *how))
    print(f"{name}: {ended.cpu:.1f} s of CPU", flush=True)
    return Point(name, amount, ended.cpu)


def off(points: list[Point]) -> list[float]:
    """By how much of itself each point lies off the line through the first and the last."""
    first, last = points[0], points[-1]
    slope = (last.seconds - first.seconds) / (last.amount - first.amount)
    return [point.seconds / (first.seconds + slope * (point.amount - first.amount)) - 1 for point in points]


def svg(panels: list[tuple[str, str, list[Point]]]) -> str:
    """Panels side by side, each a title, what grows, and its points."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="white"/>',
    ]
    for number, (title, what, points) in enumerate(panels):
        parts += _panel(_LEFT + number * (_WIDE // 2), title, what, points)
    return "\n".join([*parts, "</svg>", ""])


def _panel(left: int, title: str, what: str, points: list[Point]) -> list[str]:
    wide = _WIDE // 2 - _LEFT - 20
    most, longest = points[-1].amount * 1.1, max(point.seconds for point in points) * 1.15
    bottom = _TOP + _PLOT - 20

    def at(point: Point) -> tuple[float, float]:
        return left + point.amount / most * wide, bottom - point.seconds / longest * (bottom - _TOP)

    (x1, y1), (x2, y2) = at(points[0]), at(points[-1])
    parts = [
        f'<text x="{left}" y="{_TOP - 20}" font-size="14">{title}</text>',
        f'<path d="M{left} {_TOP}V{bottom}H{left + wide}" fill="none" stroke="black"/>',
        f'<text x="{left + wide}" y="{bottom + 40}" text-anchor="end">{what}</text>',
        f'<text x="{left - 50}" y="{_TOP - 4}">s of CPU</text>',
        f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#999" stroke-dasharray="4"/>',
    ]
    for point, away in zip(points, off(points), strict=True):
        x, y = at(point)
        beside = "" if point in (points[0], points[-1]) else f" ({away:+.0%})"
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#06c"/>',
            f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{point.name}: {point.seconds:.0f}{beside}</text>',
            f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" fill="#666">{point.amount:.0f}</text>',
        ]
    return parts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", nargs="+", type=int, default=[10, 60, 300])
    parser.add_argument("--size", nargs="+", choices=clips.SIZES, default=["480p", "720p", "1080p", "4K"])
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--svg", type=Path, default=clips.ROOT / "docs" / "growth.svg")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        by_length = lengths(given.seconds, folder, Path(temporary))
        by_size = sizes(given.size, folder, Path(temporary))
    given.svg.write_text(
        svg(
            [
                (f"Length: {LENGTH_SIZE}, {LENGTH_QUALITY}", "frames", by_length),
                (f"Size: {FRAMES} frames, good", "millions of pixels", by_size),
            ]
        )
    )
    figures.write(given.json, {"what": "growth", "machine": figures.machine(), "lengths": by_length, "sizes": by_size})


if __name__ == "__main__":
    main()
