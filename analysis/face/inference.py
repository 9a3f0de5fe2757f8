"""One way to open a model: onnxruntime, quiet, with a bounded number of threads, on a GPU where that is worth it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from analysis.device import cuda_devices
from analysis.document import Fallback
from analysis.failures import ModelDamaged, ModelMissing

Picture = NDArray[np.uint8]
Array = NDArray[np.float32]

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
NAMES = {CUDA: "cuda", "DmlExecutionProvider": "directml", "CoreMLExecutionProvider": "coreml"}
"""The providers that are tried, in this order, with the names of their devices."""
NOT_BUILT_IN, FAILED, DIFFERS = "runtime_without_gpu", "gpu_unusable", "gpu_differs"
_OPTIONS = {"CoreMLExecutionProvider": {"MLComputeUnits": "CPUAndGPU"}}
"""The neural engine of a Mac computes in half precision only."""
_MOST_DIFFERENCE = 2e-3
"""Of the largest output, half a pixel of the landmarks' 256: a GPU rounds otherwise, but must not see another face."""
_TRIES = 5

onnxruntime.disable_telemetry_events()
onnxruntime.set_default_logger_severity(3)
cv2.setNumThreads(1)

_state = onnxruntime.capi.onnxruntime_pybind11_state
_Session = onnxruntime.InferenceSession
_UNREADABLE = (RuntimeError, ValueError, _state.InvalidGraph, _state.InvalidProtobuf)
_UNUSABLE = (*_UNREADABLE, _state.Fail, _state.EPFail, _state.RuntimeException, _state.NotImplemented)


def providers(device: str) -> tuple[tuple[str, ...], Fallback | None]:
    """onnxruntime's providers to try for "auto", "cpu" or "cuda"; and, where "cuda" is asked for in vain, why."""
    wanted = {"auto": tuple(NAMES), "cuda": (CUDA,)}.get(device, ())
    listed = onnxruntime.get_available_providers()
    found = tuple(name for name in wanted if name in listed)
    lacking = device == "cuda" and not found
    return found, Fallback("face", "cuda", "cpu", NOT_BUILT_IN) if lacking else None


class Network:
    """A loaded ONNX model with one input. `fallback` says why it is on the processor, where that is news."""

    def __init__(self, path: Path, threads: int, device: str = "cpu") -> None:
        """Load `path` for `threads` processor threads, or onto the GPU where `device` allows and it is faster there.

        Raises ModelMissing, ModelDamaged.
        """
        if not path.is_file():
            raise ModelMissing(model=path.stem, file=path.name)
        try:
            self._session = _open(path, threads, CPU)
        except _UNREADABLE as error:
            raise ModelDamaged(model=path.stem, file=path.name) from error
        self._input = self._session.get_inputs()[0].name
        names, self.fallback = providers(device)
        for name in names:
            moved, self.fallback = self._move(name, path, threads, asked=device == "cuda")
            if moved:
                break

    def run(self, value: Array) -> list[Array]:
        """All outputs, in the model's order."""
        outputs: list[Array] = self._session.run(None, {self._input: value})
        return outputs

    def _move(self, provider: str, path: Path, threads: int, asked: bool) -> tuple[bool, Fallback | None]:
        """Go to the provider if it computes the same in less time; whether it did, and what there is to tell if not.

        A slower device, or a runtime that could use a GPU on a machine that has none, is nothing to tell.
        """
        try:
            session = _open(path, threads, provider)
            there = session.get_providers()[0] == provider  # onnxruntime itself may have gone back to the processor
            same, faster = self._compared(session) if there else (False, False)
        except _UNUSABLE:
            there = False
        if not there:
            news = provider != CUDA or asked or cuda_devices() > 0
            return False, Fallback("face", NAMES[provider], "cpu", FAILED) if news else None
        if not same:
            return False, Fallback("face", NAMES[provider], "cpu", DIFFERS)
        if faster:
            self._session = session
        return faster, None

    def _compared(self, session: Any) -> tuple[bool, bool]:
        """Whether a session gives what the processor's gives, and sooner."""
        shape = self._session.get_inputs()[0].shape
        value = np.linspace(0.0, 1.0, int(np.prod(shape)), dtype=np.float32).reshape(shape)
        here, there = self.run(value), session.run(None, {self._input: value})
        same = all(
            np.abs(one - other).max() <= _MOST_DIFFERENCE * max(1.0, float(np.abs(one).max()))
            for one, other in zip(here, there, strict=True)
        )
        return same, _seconds(session, self._input, value) < _seconds(self._session, self._input, value)


def _open(path: Path, threads: int, provider: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, threads)
    options.inter_op_num_threads = 1
    # spinning threads would take a core from the decoder between two frames
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return _Session(str(path), options, providers=[(provider, _OPTIONS.get(provider, {}))])


def _seconds(session: Any, name: str, value: Array) -> float:
    """The least time of a few runs: the others had to wait for something else."""
    took = []
    for _ in range(_TRIES):
        begun = time.perf_counter()
        session.run(None, {name: value})
        took.append(time.perf_counter() - begun)
    return min(took)


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^-x), clipped where float32 would overflow."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))).astype(np.float32)
