"""One way to open a model: onnxruntime on the processor, quiet, with a bounded number of threads."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from analysis.failures import ModelDamaged, ModelMissing

Picture = NDArray[np.uint8]
Array = NDArray[np.float32]

onnxruntime.disable_telemetry_events()
onnxruntime.set_default_logger_severity(3)
cv2.setNumThreads(1)


class Network:
    """A loaded ONNX model with one input."""

    def __init__(self, path: Path, threads: int) -> None:
        """Load `path` for `threads` processor threads. Raises ModelMissing, ModelDamaged."""
        if not path.is_file():
            raise ModelMissing(model=path.stem, file=path.name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, threads)
        options.inter_op_num_threads = 1
        # spinning threads would take a core from the decoder between two frames
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except (RuntimeError, ValueError, _InvalidGraph, _InvalidProtobuf) as error:
            raise ModelDamaged(model=path.stem, file=path.name) from error
        self._input = self._session.get_inputs()[0].name

    def run(self, value: Array) -> list[Array]:
        """All outputs, in the model's order."""
        outputs: list[Array] = self._session.run(None, {self._input: value})
        return outputs


_state = onnxruntime.capi.onnxruntime_pybind11_state
_InvalidGraph = _state.InvalidGraph
_InvalidProtobuf = _state.InvalidProtobuf


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^-x), clipped where float32 would overflow."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))).astype(np.float32)
