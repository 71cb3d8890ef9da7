"""The plain loop: RGB, the model on the full picture, float32 compositing. As people write it.

python -m benchmarks.plain SOURCE BACKGROUND TARGET ENCODER FRAMES
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import av
import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from benchmarks.loop import report, through
from vidseg.segmenters.model_file import BUNDLED


def replace(source: Path, background: Path, target: Path, encoder: str, frames: int) -> None:
    """Another background, by the shortest code that does it."""
    options = vision.ImageSegmenterOptions(
        base_options=BaseOptions(model_asset_path=str(BUNDLED["general"])),
        running_mode=vision.RunningMode.VIDEO,
        output_confidence_masks=True,
        output_category_mask=False,
    )
    picture = cv2.imread(str(background))
    assert picture is not None
    behind = np.empty(0, np.float32)
    with vision.ImageSegmenter.create_from_options(options) as segmenter:

        def composite(_: int, frame: av.VideoFrame) -> av.VideoFrame:
            nonlocal behind
            rgb = frame.to_ndarray(format="rgb24")
            if not behind.size:
                sized = cv2.resize(picture, (frame.width, frame.height))
                behind = cv2.cvtColor(sized, cv2.COLOR_BGR2RGB).astype(np.float32)
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
            result = segmenter.segment_for_video(image, int(frame.time * 1000))
            mask = result.confidence_masks[0].numpy_view().reshape(frame.height, frame.width, 1)
            made = rgb.astype(np.float32) * mask + behind * (1 - mask)
            return av.VideoFrame.from_ndarray(made.astype(np.uint8), format="rgb24")

        through(source, target, encoder, frames, composite)


def main() -> None:
    """The process that is measured."""
    source, background, target, encoder, frames = sys.argv[1:]
    began = time.perf_counter(), time.process_time()
    replace(Path(source), Path(background), Path(target), encoder, int(frames))
    report(frames=int(frames), inside=time.perf_counter() - began[0], inside_cpu=time.process_time() - began[1])


if __name__ == "__main__":
    main()
