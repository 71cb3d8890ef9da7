"""Seeded truncations, bit flips and holes in ten small files: each done right, done with the damage said, or refused.

python -m benchmarks.mutations [--variants 2000] [--seed 1] [--workers 1] [--keep FOLDER] [--json FILE]

Each variant goes through what a worker does (``tasks.perform``) with a segmenter that costs nothing, and through
``info``, in a process that is watched from outside: a crash, a hang, memory over the bound, a file left, an error
that nobody foresaw, a call to the network, or frames that are missing and not said break the rules. How many frames a
variant holds is counted by PyAV alone, packet by packet, with one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import av

from benchmarks import figures
from benchmarks.clips import ROOT
from benchmarks.rules import Listener
from vidseg.errors import SourceError
from vidseg.job import Done, Encoding, Job, Reading, Recipe
from vidseg.testing import Clip, Disc

SECONDS = 120.0
"""One variant may take, on a machine that does much else."""

MEMORY = 1500.0
"""MB (10^6 bytes) of resident memory that the process may have had after it."""

_PIXELS = 1 << 24
"""Of a frame, as ``--max-pixels``: a flipped bit in a width makes a picture of hundreds of megabytes."""


def seeds(folder: Path) -> list[Path]:
    """Ten small files of different containers and codecs, eight of them made on the spot."""
    sound = Fraction(0)
    clips = {
        "h264.mp4": Clip(frames=30, keys=10, sound=sound),
        "hevc.mp4": Clip(frames=20, width=96, height=64, codec="libx265", options=(("x265-params", "log-level=0"),)),
        "ffv1.mkv": Clip(frames=15),
        "h264.mkv": Clip(frames=30, keys=10, codec="libx264", sound=sound),
        "vp9.webm": Clip(frames=20, codec="libvpx-vp9", sound=sound),
        "mjpeg.mov": Clip(frames=15, codec="mjpeg", pixel_format="yuvj420p", tags=(2, 5, 1, 1)),
        "mpeg4.avi": Clip(frames=25, codec="mpeg4", keys=8),
        "mpeg2.ts": Clip(frames=25, codec="mpeg2video", keys=8),
    }
    made = [clip.write(folder / name) for name, clip in clips.items()]
    return [*made, *(ROOT / "sample_media" / name for name in ("astronaut_vfr.mp4", "astronaut_10bit.mkv"))]


def mutated(data: bytes, random: Random) -> tuple[str, bytes]:
    """What was done, and the bytes: cut off, bits turned over (sometimes in the head alone), or a hole of zeros."""
    made = bytearray(data)
    kind = random.choice(("truncated", "flipped", "flipped", "head", "hole"))
    if kind == "truncated":
        return kind, data[: random.randrange(len(data))]
    if kind == "hole":
        at = random.randrange(len(data))
        length = min(random.randrange(1, 4096), len(data) - at)
        made[at : at + length] = bytes(length)
        return kind, bytes(made)
    reach = min(len(data), 2048) if kind == "head" else len(data)
    for _ in range(random.randrange(1, 33)):
        made[random.randrange(reach)] ^= 1 << random.randrange(8)
    return kind, bytes(made)


def tolerant(path: Path) -> int | None:
    """How many frames PyAV finds in the first video stream, past what is damaged; None where it can't be opened."""
    options = {"protocol_whitelist": "file", "max_pixels": str(_PIXELS)}
    count = in_a_row = 0
    try:
        with av.open(str(path), metadata_errors="replace", options=options) as container:
            video = container.streams.video[0]
            video.thread_type, video.codec_context.thread_count = "NONE", 1
            video.codec_context.options = {"max_pixels": str(_PIXELS)}
            packets = container.demux(video)
            while in_a_row < 64:
                try:
                    packet = next(packets)
                    count += len(packet.decode())
                    in_a_row = 0
                except (StopIteration, av.error.EOFError):
                    break
                except (av.error.FFmpegError, av.error.DecoderNotFoundError):
                    in_a_row += 1
    except (av.error.FFmpegError, av.error.DecoderNotFoundError, IndexError, AttributeError, ValueError):
        return None
    return count


def judged(path: Path) -> dict[str, Any]:
    """In the watched process: how one variant ends."""
    from vidseg.effects.screen import Screen
    from vidseg.filters.enlarge import Enlarge
    from vidseg.media.info import info
    from vidseg.tasks import Begin, Terms, perform

    reading = Reading(most_pixels=_PIXELS)
    recipe = Recipe(Disc(), (Enlarge(),), Screen("green"), Encoding(preset="ultrafast"), reading)
    folder = path.parent
    target = folder / "done.mp4"
    outcome = perform(Begin(Job(path, target, recipe), Terms(), folder))
    frames = tolerant(path)
    said: dict[str, Any] = {"frames": None, "tolerant": frames}
    wanted = {path.name}
    if isinstance(outcome, Done):
        wanted.add(target.name)
        said |= {"frames": outcome.frames, "damage": outcome.damage.sentence}
        kind = "damaged" if outcome.damage else "done"
        if outcome.frames != (tolerant(target) or 0):
            kind = "OUTPUT of another number of frames"
        elif kind == "done" and frames is not None and outcome.frames < frames:
            kind = f"LOST {frames - outcome.frames} frames and said nothing"
    else:
        reason = getattr(outcome, "reason", repr(outcome))
        said["reason"] = reason
        kind = "UNFORESEEN" if "unforeseen" in reason or len(reason.splitlines()) != 1 else "refused"
    left = {file.name for file in folder.iterdir()} - wanted
    if left:
        kind = f"LEFT {', '.join(sorted(left))}"
    target.unlink(missing_ok=True)
    try:
        info(path, reading)
    except SourceError:
        pass
    except Exception as error:
        kind, said["reason"] = "UNFORESEEN in info", f"{type(error).__name__}: {error}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return said | {"kind": f"TOOK {peak:.0f} MB" if peak > MEMORY else kind, "peak": peak}


def work() -> None:
    """The watched process: a path a line, an answer a line."""
    for line in sys.stdin:
        print(json.dumps(judged(Path(line.rstrip("\n")))), flush=True)


@dataclass
class Watched:
    """A process that does variants, replaced when it dies or hangs."""

    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def judge(self, path: Path) -> dict[str, Any]:
        """How a variant ends, also where the process doesn't live to tell."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.mutations", "--work"], cwd=ROOT, env=self.environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(f"{path}\n".encode())
            process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        answer = process.stdout.readline() if ready else b""
        if answer:
            result: dict[str, Any] = json.loads(answer)
            return result
        self.close()
        return {"kind": f"DIED of {-process.returncode}" if ready else f"HUNG for {SECONDS:.0f} s"}

    def close(self) -> None:
        """End it."""
        if self.process is not None:
            process, self.process = self.process, None
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
            process.kill()
            process.wait()


def variants(files: Sequence[Path], count: int, seed: int) -> Iterator[tuple[int, Path, str, bytes]]:
    """Number, file, what was done, bytes; the same for the same seed."""
    contents = {file: file.read_bytes() for file in files}
    for number in range(count):
        file = files[number % len(files)]
        yield number, file, *mutated(contents[file], Random(f"{seed} {number}"))


def run(count: int, seed: int, workers: int, keep: Path | None) -> list[dict[str, Any]]:
    """An entry for each variant."""
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="vidseg-mutations-") as name, Listener() as listener:
        folder = Path(name)
        (folder / "seeds").mkdir()
        files = seeds(folder / "seeds")
        watched = [Watched(os.environ | listener.environment) for _ in range(workers)]

        def share(n: int) -> None:
            for number, file, what, data in variants(files, count, seed):
                if number // len(files) % workers != n:
                    continue
                place = folder / str(n)
                place.mkdir(exist_ok=True)
                path = place / f"variant{file.suffix}"
                path.write_bytes(data)
                result = {"number": number, "file": file.name, "what": what} | watched[n].judge(path)
                results.append(result)
                for left in place.iterdir():
                    left.unlink()
                if result["kind"] not in ("done", "damaged", "refused"):
                    print(json.dumps(result), file=sys.stderr, flush=True)
                    if keep is not None:
                        (keep / f"{seed}-{number}-{file.name}").write_bytes(data)

        try:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(share, range(workers)))
        finally:
            for one in watched:
                one.close()
        if listener.calls:
            results.append({"kind": f"CALLED the network {listener.calls} times", "file": "", "what": ""})
    return results


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the variants that break the rules")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    results = run(options.variants, options.seed, options.workers, options.keep)
    broken = [one for one in results if one["kind"] not in ("done", "damaged", "refused")]
    names = sorted({one["file"] for one in results})
    rows = []
    for name in [*names, "all"]:
        mine = [one for one in results if name in (one["file"], "all")]
        kinds = Counter(one["kind"] if one not in broken else "broken" for one in mine)
        rows.append(
            (name, len(mine), *(kinds[kind] for kind in ("done", "damaged", "refused", "broken")),
             round(max((one.get("peak", 0.0) for one in mine), default=0.0)))
        )  # fmt: skip
    print(figures.table(("file", "variants", "done", "damaged", "refused", "broken", "peak MB"), rows))
    for one in broken:
        print(json.dumps(one))
    figures.write(options.json, figures.machine() | {"seed": options.seed, "variants": results})
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
