"""Mattes against exact truth: what vidseg gives beside MediaPipe alone.

    python -m benchmarks.quality FOLDER... [--quality fast,good,best] [--raw] [--without STAGE] [--json FILE]

A folder holds ``NAME.mp4`` with ``NAME.alpha.mkv``, a grey video of the true alpha (0 background, 255 person), frame
for frame. MAD and MSE are means over all pixels x 1000, Grad is the summed squared gradient difference (sigma 1.4) /
1000, dtSSD the mean over frames of the root mean square of the temporal difference error x 100 (Erofeev et al., 2015),
IoU is at 0.5; lower is better for all but IoU. ``lag`` is the shift in frames at which the matte fits the truth best.
``--raw`` adds the two models alone on the whole picture. ``--without`` leaves one stage out, or the motion in Region,
to show what it brings. Milliseconds are of CPU, decoding with them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.filters.enlarge import Enlarge
from vidseg.frame import FULL
from vidseg.media.source import Source
from vidseg.render import mattes as cutouts_of
from vidseg.render import one_thread_for_opencv
from vidseg.road import road
from vidseg.segmenters.mediapipe import MediaPipe

Alpha = NDArray[np.float32]
LAGS = range(-3, 4)


@dataclass(frozen=True)
class Score:
    """One clip's figures, or the mean of several."""

    mad: float
    mse: float
    grad: float
    dtssd: float
    iou: float
    lag: int
    frames: int
    ms: float


def truths(path: Path) -> Iterator[Alpha]:
    """The true alpha of each frame, 0 to 1."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "NONE"  # all of it is the time of who asks
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.float32) / np.float32(255)


def ours(path: Path, quality: str, without: str | None) -> Iterator[Alpha]:
    """What vidseg gives, as ``vidseg.mattes`` does, or without one of its stages."""
    segmenter, filters = road(quality)
    kept = tuple(one for one in filters if type(one).__name__.lower() != without)
    if without == "edges":
        kept = (*kept, Enlarge())
    if without == "motion":
        segmenter = replace(segmenter, motion=False)  # type: ignore[call-arg]
    if without == "steady":  # which gives those that are left out their mattes
        segmenter = replace(segmenter, leaves_out=False)  # type: ignore[call-arg]
    with Source(path) as source, closing(cutouts_of(source, segmenter, kept)) as cutouts:
        for cutout in cutouts:
            yield np.asarray(cutout.matte, np.float32) / np.float32(FULL)


def raw(path: Path, model: str) -> Iterator[Alpha]:
    """What the model alone gives on the whole picture, enlarged."""
    with Source(path) as source:
        for cutout in Enlarge()(MediaPipe(model)(source.frames())):
            yield np.asarray(cutout.matte, np.float32) / np.float32(FULL)


def _gradient(alpha: Alpha) -> Alpha:
    smooth = cv2.GaussianBlur(alpha, (0, 0), 1.4)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx) / 8 for dx in (1, 0))
    return np.asarray(np.hypot(across, down), np.float32)


def _small(alpha: Alpha) -> Alpha:
    return np.asarray(cv2.resize(alpha, (160, 90), interpolation=cv2.INTER_AREA), np.float32)


def _lag(mattes: list[Alpha], true: list[Alpha]) -> int:
    def misfit(lag: int) -> float:
        pairs = [(mattes[n], true[n - lag]) for n in range(max(lag, 0), len(true) + min(lag, 0))]
        return float(np.mean([np.abs(a - b).mean() for a, b in pairs])) if pairs else float("inf")

    return min(sorted(LAGS, key=abs), key=misfit)


def score(mattes: Iterable[Alpha], true: Iterable[Alpha]) -> Score:
    """The figures of one clip; ``ms`` is the processor's time that the mattes took, a frame, whatever made them.

    Other threads make them, also while some are compared: it is the process's time without what this thread did itself.
    """
    sums: dict[str, float] = dict.fromkeys(("mad", "mse", "grad", "dtssd", "iou"), 0.0)
    small_mattes: list[Alpha] = []
    small_true: list[Alpha] = []
    before: Alpha | None = None
    process, thread, asking = time.process_time(), time.thread_time(), 0.0
    coming = iter(mattes)
    for wanted in true:
        asked = time.thread_time()
        matte = next(coming)
        asking += time.thread_time() - asked
        difference = matte - wanted
        sums["mad"] += float(np.abs(difference).mean()) * 1e3
        sums["mse"] += float(np.square(difference).mean()) * 1e3
        sums["grad"] += float(np.square(_gradient(matte) - _gradient(wanted)).sum()) / 1e3
        either = np.count_nonzero((matte > 0.5) | (wanted > 0.5))
        sums["iou"] += np.count_nonzero((matte > 0.5) & (wanted > 0.5)) / either if either else 1.0
        if before is not None:
            sums["dtssd"] += float(np.sqrt(np.square(difference - before).mean())) * 1e2
        before = difference
        small_mattes.append(_small(matte))
        small_true.append(_small(wanted))
    if next(coming, None) is not None:
        raise SystemExit("more mattes than truths")
    spent = time.process_time() - process - (time.thread_time() - thread) + asking
    count = len(small_true)
    means = {name: value / (max(count - 1, 1) if name == "dtssd" else count) for name, value in sums.items()}
    return Score(**means, lag=_lag(small_mattes, small_true), frames=count, ms=spent / count * 1e3)


def mean(scores: list[Score]) -> Score:
    """The mean over clips; of the lags the one farthest from 0."""
    numbers: dict[str, Any] = {
        name: float(np.mean([getattr(one, name) for one in scores]))
        for name in ("mad", "mse", "grad", "dtssd", "iou", "ms")
    }
    lag = max((one.lag for one in scores), key=abs)
    return Score(**numbers, lag=lag, frames=sum(one.frames for one in scores))


def line(name: str, way: str, one: Score) -> str:
    """One row of the table."""
    return (
        f"{name[:32]:32s} {way:10s} {one.mad:8.2f} {one.mse:8.2f} {one.grad:8.2f} {one.dtssd:7.2f} {one.iou:7.4f} "
        f"{one.lag:4d} {one.ms:8.1f}"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--quality", default="fast,good,best", help="one or more, with commas")
    parser.add_argument("--without", choices=["presence", "steady", "refine", "edges", "motion"])
    parser.add_argument("--raw", action="store_true", help="each model alone as well")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    ways: dict[str, Callable[[Path], Iterator[Alpha]]] = {
        quality: partial(ours, quality=quality, without=given.without) for quality in given.quality.split(",")
    }
    if given.raw:
        ways |= {model: partial(raw, model=model) for model in ("general", "landscape")}
    results: dict[str, dict[str, Any]] = {}
    print(
        f"{'clip':32s} {'way':10s} {'MAD':>8s} {'MSE':>8s} {'Grad':>8s} {'dtSSD':>7s} {'IoU':>7s} {'lag':>4s} ms/frame"
    )
    for folder in given.folders:
        rows: dict[str, list[Score]] = {way: [] for way in ways}
        for clip in sorted(folder.glob("*.mp4")):
            truth = clip.with_suffix(".alpha.mkv")
            if not truth.exists():
                continue
            for way, mattes in ways.items():
                with one_thread_for_opencv():
                    one = score(mattes(clip), truths(truth))
                rows[way].append(one)
                results[f"{clip.stem}/{way}"] = asdict(one)
                print(line(clip.stem, way, one), flush=True)
        for way, scores in rows.items():
            if scores:
                results[f"{folder.name}/mean/{way}"] = asdict(mean(scores))
                print(line(f"mean of {folder.name}", way, mean(scores)))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
