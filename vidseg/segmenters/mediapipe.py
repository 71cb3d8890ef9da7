"""MediaPipe's image segmenter on the whole picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from vidseg.errors import ModelError
from vidseg.frame import Cutout, Frame, Matte
from vidseg.segmenters.model_file import ModelFile, load
from vidseg.stages import Segmenter


@dataclass(frozen=True)
class MediaPipe(Segmenter):
    """A model of MediaPipe's image-segmenter family, run on each frame by itself.

    ``model`` is ``general``, ``landscape`` or a ``.tflite`` file. The matte has the model's own size; a model with
    several classes has the background as its first.
    """

    model: str = "general"

    def check(self) -> None:
        """Load the model and run it once; raises ``ModelError``."""
        model = load(self.model)
        with closing(self._segmenter(model)) as segmenter:
            self._matte(segmenter, np.zeros((model.height, model.width, 3), np.uint8))

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """One cutout for each frame; the matte is ``float32``, 0 to 1, of the model's input size."""
        model = load(self.model)
        reformatter = VideoReformatter()
        with closing(self._segmenter(model)) as segmenter:
            for frame in frames:
                small = reformatter.reformat(
                    frame.picture,
                    width=model.width,
                    height=model.height,
                    format="rgb24",
                    interpolation=Interpolation.AREA,
                    src_colorspace=int(frame.picture.colorspace),
                    src_color_range=int(frame.picture.color_range),
                    threads=1,
                )
                yield Cutout(frame, self._matte(segmenter, small.to_ndarray()))

    def _segmenter(self, model: ModelFile) -> Any:
        from mediapipe.tasks.python import BaseOptions, vision  # a second, which a refused request needn't wait

        options = vision.ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_path=str(model.path)),
            running_mode=vision.RunningMode.IMAGE,
            output_confidence_masks=True,
            output_category_mask=False,
        )
        try:
            return vision.ImageSegmenter.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            reason = str(error).partition("\n")[0].rstrip(".")
            raise ModelError(self.model, f"MediaPipe can't use it as a segmenter ({reason})") from None

    def _matte(self, segmenter: Any, rgb: NDArray[Any]) -> Matte:
        import mediapipe as mp

        try:
            # MediaPipe reads a strided array as if it were packed
            result = segmenter.segment(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)))
        except (RuntimeError, ValueError) as error:
            reason = str(error).partition("\n")[0].rstrip(".")
            raise ModelError(self.model, f"MediaPipe can't run it as a segmenter ({reason})") from None
        masks = result.confidence_masks
        if not masks:
            raise ModelError(self.model, "gives no confidence mask")
        # the view's memory is the result's: copied while that is alive
        mask: Matte = np.array(masks[0].numpy_view(), np.float32, copy=True).reshape(rgb.shape[:2])
        return mask if len(masks) == 1 else 1 - mask
