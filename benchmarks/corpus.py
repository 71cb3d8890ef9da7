"""Every file of a corpus through ``vidseg screen`` and ``vidseg info``: right, or refused in one line.

python -m benchmarks.corpus FOLDER [--only PART] [--without PART] [--json FILE]

FOLDER has a MANIFEST.tsv: a table with a head, its columns divided by tabs, of which ``file``, ``n_frames_tolerant``
(frames by decoding packet by packet, past what is damaged), ``vstream_codec`` (``#0:h264``: the stream) and
``distinct_sizes`` are used. What was done must have that many frames, or the damage must be said; each frame must be as
long after the first as in the source. What holds a film of one size must not be refused.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av

from benchmarks import figures
from benchmarks.rules import Ending, Limits, Listener, run

MANIFEST = "MANIFEST.tsv"

_LISTS = {".txt", ".m3u8", ".mpd", ".sdp"}
"""Files that name others."""


@dataclass(frozen=True)
class Entry:
    """One file, how many frames its manifest found in it (None where it can't be opened), and in which stream.

    ``film`` is whether those are more than a still, of one size, and not another file's.
    """

    path: Path
    frames: int | None
    stream: int
    film: bool


def read(folder: Path) -> list[Entry]:
    """What the manifest lists and the folder holds."""
    with (folder / MANIFEST).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    entries = []
    for row in rows:
        frames, stream = row["n_frames_tolerant"], row["vstream_codec"].partition(":")[0].removeprefix("#")
        path = folder / row["file"]
        count = int(frames) if frames.isdecimal() else None
        one_size = len(row["distinct_sizes"].split()) == 1
        film = bool(count and count > 1 and one_size) and path.suffix not in _LISTS
        if path.is_file():
            entries.append(Entry(path, count, int(stream) if stream.isdecimal() else 0, film))
    return entries


def judge(entry: Entry, folder: Path, listener: Listener, limits: Limits) -> tuple[Ending, Ending, str]:
    """How ``screen`` and ``info`` end on a file, and what is wrong with the output's frames, if anything is."""
    target = folder / "done.mp4"
    screened = run(
        ["screen", entry.path, "-o", target, "--quality", "fast", "--preset", "ultrafast", "--workers", "0", "--json",
         "--progress", "none"], folder, [target], listener, limits,
    )  # fmt: skip
    wrong = ""
    if target.is_file():
        wrong = differs(entry, target, damaged=screened.kind == "damaged")
        target.unlink()
    elif entry.film and screened.kind == "refused":
        wrong = "a film refused"
    told = run(["info", entry.path, "--json"], folder, [], listener, limits)
    return screened, told, wrong


def differs(entry: Entry, target: Path, *, damaged: bool) -> str:
    """What is wrong with an output's frames, if anything is: their number, or a time that isn't the source's."""
    source, made = times(entry.path, entry.stream), times(target, None)
    if len(made) != entry.frames and not damaged:
        return f"{len(made)} frames, {entry.frames} by the manifest"
    if entry.frames is not None and len(made) > entry.frames:
        return f"{len(made)} frames, {entry.frames} by the manifest"
    if None in source or len(set(source)) != len(source) or None in made:
        return ""  # no times to compare
    # a frame of the output is at a frame of the source, counted from one that its first may be
    begins = source[: len(source) - len(made) + 1]
    if any(_fits(source, made, begin) for begin in begins[:64]):
        return ""
    return "its frames aren't at the source's times"


def _fits(source: Sequence[Fraction | None], made: Sequence[Fraction | None], begin: Fraction | None) -> bool:
    assert begin is not None
    assert made[0] is not None
    near = {round((time - begin) * 500) for time in source if time is not None}
    return all(
        any(round((time - made[0]) * 500) + slip in near for slip in (-1, 0, 1)) for time in made if time is not None
    )


def times(path: Path, stream: int | None) -> list[Fraction | None]:
    """When each frame is shown, by PyAV's reading of the packets alone, in order."""
    options = {"protocol_whitelist": "file"}
    found: list[Fraction | None] = []
    with av.open(str(path), metadata_errors="replace", options=options) as container:
        video = container.streams.video[0] if stream is None else container.streams[stream]
        with suppress(av.error.FFmpegError):
            found.extend(
                None if packet.pts is None else packet.pts * packet.time_base
                for packet in container.demux(video)
                if packet.size and not packet.is_discard
            )
    return found if None in found else [*sorted(time for time in found if time is not None)]


def table(rows: Sequence[tuple[Entry, Ending, Ending, str]]) -> str:
    """A line for each file."""
    head = ("file", "manifest", "screen", "frames", "info", "cpu s", "peak MB", "wrong", "said")
    lines = []
    for entry, screened, told, wrong in rows:
        frames = screened.results[0].get("frames", "") if screened.results else ""
        lines.append(
            (
                entry.path.name[:48], "" if entry.frames is None else entry.frames, screened.kind[:40], frames or "",
                told.kind[:40], f"{screened.cpu:.1f}", f"{max(screened.peak, told.peak):.0f}", wrong,
                screened.said.replace(str(entry.path), "…").replace(str(entry.path.parent), "…")[:110],
            )
        )  # fmt: skip
    return figures.table(head, lines)


def judged(entries: Sequence[Entry], limits: Limits) -> Iterator[tuple[Entry, Ending, Ending, str]]:
    """Each in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="vidseg-corpus-"))
    try:
        with Listener() as listener:
            for entry in entries:
                yield entry, *judge(entry, folder, listener, limits)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files whose names hold this")
    parser.add_argument("--without", default="\0", help="no files whose names hold this")
    parser.add_argument("--seconds", type=float, default=300, help="of wall time for a command; twice as much of CPU")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    entries = [
        entry
        for entry in read(options.folder)
        if options.only in str(entry.path) and options.without not in str(entry.path)
    ]
    rows = []
    for row in judged(entries, Limits(seconds=options.seconds, cpu=round(2 * options.seconds))):
        rows.append(row)
        print(table([row]).splitlines()[1], flush=True)
    print(table(rows))
    bad = [entry.path.name for entry, screened, told, wrong in rows if wrong or not (screened.keeps and told.keeps)]
    print(f"{len(rows)} files, {len(bad)} to look at: {', '.join(bad)}")
    figures.write(
        options.json,
        figures.machine()
        | {
            "files": [
                {
                    "file": entry.path.name,
                    "manifest": entry.frames,
                    "screen": asdict(screened),
                    "info": asdict(told),
                    "wrong": wrong,
                }
                for entry, screened, told, wrong in rows
            ]
        },
    )


if __name__ == "__main__":
    main()
