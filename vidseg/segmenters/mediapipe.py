"""MediaPipe's image segmenter on the whole picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vidseg.frame import Cutout, Frame
from vidseg.media import crop
from vidseg.segmenters.network import Network
from vidseg.stages import Segmenter


@dataclass(frozen=True)
class MediaPipe(Segmenter):
    """A model of MediaPipe's image-segmenter family, run on each frame by itself.

    ``model`` is ``general``, ``landscape`` or a ``.tflite`` file. The matte has the model's own size; a model with
    several classes has the background as its first, and ``categories`` say which of the others are wanted: all without.
    """

    model: str = "general"
    categories: tuple[str, ...] = ()

    def check(self) -> None:
        """Load the model and run it once; raises ``ModelError`` or ``OptionError``."""
        with Network(self.model, self.categories) as network:
            network.matte(np.zeros((network.height, network.width, 3), np.uint8))

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """One cutout for each frame; the matte is ``float32``, 0 to 1, of the model's input size."""
        with Network(self.model, self.categories) as network:
            for frame in frames:
                yield Cutout(frame, network.matte(crop.rgb(frame, crop.whole(frame), network.width, network.height)))
