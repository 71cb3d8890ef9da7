"""Models: those that come with vidseg and those that were pulled by name, one's own by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidseg.errors import ModelError
from vidseg.segmenters import loading
from vidseg.segmenters.published import PUBLISHED, path_of

_FOLDER = Path(__file__).parent / "models"

BUNDLED = {
    "general": _FOLDER / "selfie_segmentation.tflite",
    "landscape": _FOLDER / "selfie_segmentation_landscape.tflite",
}


@dataclass(frozen=True)
class ModelFile:
    """A TensorFlow Lite image segmenter: where it is and what picture it takes.

    The size is in pixels. With four ``channels`` the last one is for the mask of the picture before, if there is one.
    """

    path: Path
    width: int
    height: int
    channels: int = 3


def load(model: str) -> ModelFile:
    """The model of this name (``general``, ``landscape``, one that was pulled) or path; raises ``ModelError``."""
    path = BUNDLED.get(model, Path(model))
    try:
        if model in PUBLISHED and not path.is_file():
            path = path_of(model)
        content = path.read_bytes()
    except FileNotFoundError:
        names = ", ".join((*BUNDLED, *PUBLISHED))
        raise ModelError(model, f"no such file, and none of {names}") from None
    except OSError as error:
        raise ModelError(model, f"can't be read: {error.strerror}") from None
    if content[4:8] != b"TFL3":
        raise ModelError(model, "is no TensorFlow Lite model")
    height, width, channels = _input_shape(model, content)
    return ModelFile(path, width, height, channels)


def _input_shape(model: str, content: bytes) -> tuple[int, int, int]:
    """Height, width and channels of the model's one picture input."""
    loading.mediapipe()  # else the next line would load the package in its own, slow way
    from mediapipe.tasks.metadata import schema_py_generated as schema

    try:
        graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
        shape = graph.Tensors(graph.Inputs(0)).ShapeAsNumpy()
        _, height, width, channels = (int(side) for side in shape)
    except Exception:  # the generated reader checks nothing, so a broken file fails anywhere in it
        raise ModelError(model, "is broken, or takes no picture") from None
    if channels not in (3, 4) or not (16 <= height <= 2048 and 16 <= width <= 2048):
        raise ModelError(model, f"takes {width}x{height} with {channels} channels, not an RGB picture")
    return height, width, channels
