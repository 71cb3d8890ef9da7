"""A model, loaded and ready to look at small pictures; the only place that knows MediaPipe."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidseg.errors import ModelError
from vidseg.frame import Matte
from vidseg.segmenters.model_file import load
from vidseg.segmenters.offline import keep_offline


class Network:
    """A model of MediaPipe's image-segmenter family; a context that frees it. For one thread."""

    def __init__(self, model: str) -> None:
        """``model`` is ``general``, ``landscape`` or a path; raises ``ModelError``."""
        from mediapipe.tasks.python import BaseOptions, vision  # a second, which a refused request needn't wait

        keep_offline()
        self.model = model
        file = load(model)
        self.width, self.height = file.width, file.height
        options = vision.ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_path=str(file.path)),
            running_mode=vision.RunningMode.IMAGE,
            output_confidence_masks=True,
            output_category_mask=False,
        )
        try:
            self._segmenter = vision.ImageSegmenter.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            raise ModelError(model, f"MediaPipe can't use it as a segmenter ({_reason(error)})") from None

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the model."""
        self._segmenter.close()

    def matte(self, rgb: NDArray[np.uint8]) -> Matte:
        """How much of each pixel of ``rgb``, which has the model's size, is person: ``float32``, 0 to 1.

        A model with several classes has the background as its first.
        """
        masks = self._masks(rgb)
        first: Matte = self._copied(masks[0], rgb)
        return first if len(masks) == 1 else 1 - first

    def _masks(self, rgb: NDArray[np.uint8]) -> Any:
        import mediapipe as mp

        try:
            # MediaPipe reads a strided array as if it were packed
            result = self._segmenter.segment(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)))
        except (RuntimeError, ValueError) as error:
            raise ModelError(self.model, f"MediaPipe can't run it as a segmenter ({_reason(error)})") from None
        if not result.confidence_masks:
            raise ModelError(self.model, "gives no confidence mask")
        return result.confidence_masks

    @staticmethod
    def _copied(mask: Any, rgb: NDArray[np.uint8]) -> Matte:
        """The view's memory is the result's: copied while that is alive; a rounding beyond the ends cut off."""
        return np.clip(np.array(mask.numpy_view(), np.float32, copy=True).reshape(rgb.shape[:2]), 0, 1)


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
