"""A model, loaded and ready to look at small pictures; the only place that calls MediaPipe."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidseg.errors import ModelError, OptionError
from vidseg.frame import Matte
from vidseg.segmenters import loading
from vidseg.segmenters.model_file import load


class Network:
    """A model of MediaPipe's image-segmenter family; a context that frees it. For one thread."""

    def __init__(self, model: str, categories: tuple[str, ...] = ()) -> None:
        """``model`` is a name or a path; ``categories`` are those of its classes that are wanted.

        Without, all that isn't background. Raises ``ModelError``, or ``OptionError`` for a class that it hasn't.
        """
        self.model = model
        file = load(model)
        tasks = loading.mediapipe().tasks
        vision = tasks.vision
        self.width, self.height, self._channels = file.width, file.height, file.channels
        options = vision.ImageSegmenterOptions(
            base_options=tasks.BaseOptions(model_asset_path=str(file.path)),
            running_mode=vision.RunningMode.IMAGE,
            output_confidence_masks=True,
            output_category_mask=False,
        )
        try:
            self._segmenter = vision.ImageSegmenter.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            raise ModelError(model, f"MediaPipe can't use it as a segmenter ({_reason(error)})") from None
        try:
            self._wanted = self._classes(categories) if categories else []
        except OptionError:
            self.close()
            raise

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the model."""
        self._segmenter.close()

    def matte(self, rgb: NDArray[np.uint8]) -> Matte:
        """How much of each pixel of ``rgb``, which has the model's size, is person or wanted: ``float32``, 0 to 1.

        A model with several classes has the background as its first.
        """
        masks = self._masks(rgb)
        if self._wanted:
            if max(self._wanted) >= len(masks):
                raise ModelError(self.model, f"names more classes than the {len(masks)} that it gives")
            wanted = np.zeros(rgb.shape[:2], np.float32)
            for n in self._wanted:
                wanted += self._copied(masks[n], rgb)
            return np.minimum(wanted, 1)
        first: Matte = self._copied(masks[0], rgb)
        return first if len(masks) == 1 else 1 - first

    def _classes(self, categories: tuple[str, ...]) -> list[int]:
        """The numbers of these classes; case doesn't matter."""
        labels = [str(label) for label in self._segmenter.labels]
        if not any(labels):
            raise OptionError("--category", f"{self.model} doesn't name its classes")
        known = {label.casefold(): n for n, label in enumerate(labels)}
        for category in categories:
            if category.casefold() not in known:
                raise OptionError("--category", f"{self.model} has no {category!r}; it has {', '.join(labels)}")
        return sorted({known[category.casefold()] for category in categories})

    def _masks(self, rgb: NDArray[np.uint8]) -> Any:
        mp = loading.mediapipe()
        form = mp.ImageFormat.SRGB
        if self._channels == 4:  # each picture is seen by itself: there is no mask of one before
            rgb, form = np.dstack([rgb, np.zeros_like(rgb[:, :, :1])]), mp.ImageFormat.SRGBA
        try:
            # MediaPipe reads a strided array as if it were packed
            result = self._segmenter.segment(mp.Image(image_format=form, data=np.ascontiguousarray(rgb)))
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
