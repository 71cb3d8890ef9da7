"""A dry run: what would be done, how much it is, and how long it may take."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from vidseg.cli.printable import printable
from vidseg.json_line import json_line


def tell(jobs: Any, workers: int, *, as_json: bool) -> None:
    """A line or an object for each job on standard output, and for people a line with the sums."""
    from vidseg.estimate import estimate, size

    sizes = [size(job) for job in jobs]
    guess = estimate(jobs, sizes)
    for job, known in zip(jobs, sizes, strict=True):
        if as_json:
            click.echo(json_line(_object(job, known, guess)))
        else:
            click.echo(f"{printable(job.source)} -> {printable(job.target)} ({_described(known)})")
    if jobs and not as_json:
        click.echo(_sums(jobs, sizes, guess, workers))


def _object(job: Any, known: Any, guess: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"source": str(job.source), "target": str(job.target), "outcome": "planned"}
    if known is None:
        return said
    said |= {
        "width": known.width, "height": known.height, "frames": known.frames,
        "seconds": None if known.seconds is None else float(known.seconds), "bytes": known.source,
    }  # fmt: skip
    if guess is not None and known.pixels:
        said["estimate"] = {
            "seconds": round(guess.seconds * known.pixels, 1), "bytes": round(guess.output * known.pixels)
        }  # fmt: skip
    return said


def _described(known: Any) -> str:
    if known is None:
        return "can't be read"
    length = "length unknown" if known.seconds is None else clock(float(known.seconds))
    frames = "" if known.frames is None else f", {known.frames} frames"
    return f"{known.width}x{known.height}, {length}{frames}, {amount(known.source)}"


def _sums(jobs: Any, sizes: Any, guess: Any, workers: int) -> str:
    known = [one for one in sizes if one is not None]
    length = clock(float(sum(one.seconds or 0 for one in known)))
    said = f"{len(jobs)} to do: {length} of video, {amount(sum(one.source for one in known))}"
    pixels = sum(one.pixels for one in known)
    if guess is None or not pixels:
        return said
    share = min(workers, len(jobs)) or 1
    needed = guess.output * pixels
    said += f"; about {clock(guess.seconds * pixels / share)}, outputs of about {amount(needed)}"
    there = next(folder for folder in Path(jobs[0].target).absolute().parents if folder.exists())
    free = shutil.disk_usage(there).free
    return said + (f": more than the {amount(free)} that are free" if needed > free else "")


def clock(seconds: float) -> str:
    """A length of time as people write it."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, whole = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


def amount(size: float) -> str:
    """Bytes in the unit that fits."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
