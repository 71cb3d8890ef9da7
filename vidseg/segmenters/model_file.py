"""Models: those that come with vidseg by name, one's own by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidseg.errors import ModelError

_FOLDER = Path(__file__).parent / "models"

BUNDLED = {
    "general": _FOLDER / "selfie_segmentation.tflite",
    "landscape": _FOLDER / "selfie_segmentation_landscape.tflite",
}


@dataclass(frozen=True)
class ModelFile:
    """A TensorFlow Lite image segmenter: where it is and the size of picture that it takes, in pixels."""

    path: Path
    width: int
    height: int


def load(model: str) -> ModelFile:
    """The model of this name (``general``, ``landscape``) or path; raises ``ModelError``."""
    path = BUNDLED.get(model, Path(model))
    try:
        if path.exists() and not path.is_file():
            raise ModelError(model, "is not a file")
        content = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(model, f"no such file, and none of {', '.join(BUNDLED)}") from None
    except OSError as error:
        raise ModelError(model, f"can't be read: {error.strerror}") from None
    if content[4:8] != b"TFL3":
        raise ModelError(model, "is no TensorFlow Lite model")
    height, width = _input_size(model, content)
    return ModelFile(path, width, height)


def _input_size(model: str, content: bytes) -> tuple[int, int]:
    """Height and width of the model's one picture input."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    try:
        graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
        shape = graph.Tensors(graph.Inputs(0)).ShapeAsNumpy()
        _, height, width, channels = (int(side) for side in shape)
    except Exception:  # the generated reader checks nothing, so a broken file fails anywhere in it
        raise ModelError(model, "is broken, or takes no picture") from None
    if channels != 3 or not (16 <= height <= 2048 and 16 <= width <= 2048):
        raise ModelError(model, f"takes {width}x{height} with {channels} channels, not an RGB picture")
    return height, width
