"""A small model of several classes, written by hand: what a pixel's red, green and blue say decides its class."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import image_segmenter_metadata_schema_py_generated as options_schema
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as schema


def model(labels: Sequence[str] | None, weights: Sequence[Sequence[float]], size: tuple[int, int] = (64, 64)) -> bytes:
    """A TensorFlow Lite image segmenter: a 1x1 convolution with these weights, a row for each class, and a softmax.

    ``labels`` go into a zip at its end, as MediaPipe's own models have them; ``None`` leaves them away.
    """
    classes, channels = np.shape(weights)
    height, width = size
    made: Any = schema.ModelT()
    made.version, made.description = 3, "a test's model"
    contents = [None, np.asarray(weights, np.float32).tobytes(), bytes(4 * classes), _metadata(labels)]
    made.buffers = [_buffer(content) for content in contents]
    graph: Any = schema.SubGraphT()
    graph.tensors = [
        _tensor("input", (1, height, width, channels), 0),
        _tensor("weights", (classes, 1, 1, channels), 1),
        _tensor("bias", (classes,), 2),
        _tensor("output", (1, height, width, classes), 0),
    ]
    graph.inputs, graph.outputs, graph.operators = [0], [3], [_convolution()]
    made.subgraphs = [graph]
    code: Any = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CONV_2D
    code.version = 1
    made.operatorCodes = [code]
    about: Any = schema.MetadataT()
    about.name, about.buffer = "TFLITE_METADATA", 3
    made.metadata = [about]
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output()) + _zipped(labels)


def _buffer(content: bytes | None) -> Any:
    made: Any = schema.BufferT()
    if content is not None:
        made.data = np.frombuffer(content, np.uint8)
    return made


def _tensor(name: str, shape: tuple[int, ...], buffer: int) -> Any:
    made: Any = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, list(shape), schema.TensorType.FLOAT32, buffer
    return made


def _convolution() -> Any:
    made: Any = schema.OperatorT()
    made.opcodeIndex, made.inputs, made.outputs = 0, [0, 1, 2], [3]
    made.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
    how: Any = schema.Conv2DOptionsT()
    how.padding, how.strideW, how.strideH, how.dilationWFactor, how.dilationHFactor = schema.Padding.VALID, 1, 1, 1, 1
    made.builtinOptions = how
    return made


def _metadata(labels: Sequence[str] | None) -> bytes:
    about: Any = metadata.ModelMetadataT()
    about.name, about.minParserVersion = "a test's model", "1.5.0"
    graph: Any = metadata.SubGraphMetadataT()
    taken: Any = metadata.TensorMetadataT()
    unit: Any = metadata.ProcessUnitT()
    unit.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
    unit.options = metadata.NormalizationOptionsT()
    unit.options.mean, unit.options.std = [0.0], [255.0]
    taken.processUnits = [unit]
    given: Any = metadata.TensorMetadataT()
    if labels is not None:
        file: Any = metadata.AssociatedFileT()
        file.name, file.type = "labels.txt", metadata.AssociatedFileType.TENSOR_AXIS_LABELS
        given.associatedFiles = [file]
    graph.inputTensorMetadata, graph.outputTensorMetadata = [taken], [given]
    custom: Any = metadata.CustomMetadataT()
    custom.name, custom.data = "SEGMENTER_METADATA", np.frombuffer(_softmax(), np.uint8)
    graph.customMetadata = [custom]
    about.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(about.Pack(builder), b"M001")
    return bytes(builder.Output())


def _softmax() -> bytes:
    made: Any = options_schema.ImageSegmenterOptionsT()
    made.activation = options_schema.Activation.SOFTMAX
    builder = flatbuffers.Builder(64)
    builder.Finish(made.Pack(builder), b"V001")
    return bytes(builder.Output())


def _zipped(labels: Sequence[str] | None) -> bytes:
    if labels is None:
        return b""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
        file.writestr("labels.txt", "\n".join(labels) + "\n")
    return stream.getvalue()
