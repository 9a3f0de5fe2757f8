"""Where the models of the face compute: the processor, or a GPU that gives the same sooner; and what is told of it."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from analysis.document import Fallback
from analysis.face import inference
from analysis.face.inference import CPU, CUDA, Network, providers
from app import text
from tests.analysis.seeing import MODELS

MODEL = MODELS / "face_blendshapes.onnx"
STAND_IN = "AzureExecutionProvider"
"""Listed by every onnxruntime and left empty by it: the processor computes under another name."""


@pytest.fixture
def stand_in(monkeypatch):
    """The stand-in as if it were a GPU; returns how to say how fast each of the two is."""
    if STAND_IN not in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has no second provider")
    monkeypatch.setattr(inference, "NAMES", {STAND_IN: "stand-in"})

    def timed(gpu_s):
        monkeypatch.setattr(inference, "_seconds", lambda session, *_: gpu_s if on(session) == STAND_IN else 1.0)

    return timed


def on(session):
    return session.get_providers()[0]


def test_on_the_processor_nothing_else_is_tried(monkeypatch):
    monkeypatch.setattr(inference, "_open", _only_the_processor(inference._open))
    assert providers("cpu") == ((), None)
    assert Network(MODEL, 1).fallback is None


def _only_the_processor(opened):
    def checked(path, threads, provider):
        assert provider == CPU
        return opened(path, threads, provider)

    return checked


def test_an_ordinary_machine_is_nothing_to_tell_about():
    if set(inference.NAMES) & set(onnxruntime.get_available_providers()):
        pytest.skip("this onnxruntime can use a GPU")
    assert providers("auto") == ((), None)
    assert Network(MODEL, 1, "auto").fallback is None
    assert Network(MODEL, 1, "cuda").fallback == Fallback("face", "cuda", "cpu", "runtime_without_gpu")


def test_providers_come_in_order_of_preference(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CPU, "DmlExecutionProvider", CUDA])
    assert providers("auto") == ((CUDA, "DmlExecutionProvider"), None)
    assert providers("cuda") == ((CUDA,), None)


def test_a_gpu_that_computes_the_same_sooner_is_used(stand_in):
    stand_in(0.1)
    network, plain = Network(MODEL, 1, "auto"), Network(MODEL, 1)
    assert on(network._session) == STAND_IN
    assert network.fallback is None
    value = np.random.default_rng(0).random((1, 146, 2)).astype(np.float32)
    assert np.array_equal(network.run(value)[0], plain.run(value)[0])


def test_a_gpu_that_is_slower_is_left_alone(stand_in):
    stand_in(2.0)
    network = Network(MODEL, 1, "auto")
    assert on(network._session) == CPU
    assert network.fallback is None


def test_a_gpu_that_sees_something_else_is_not_believed(stand_in, monkeypatch):
    stand_in(0.1)
    opened = inference._open
    other = {STAND_IN: MODELS / "face_expression.onnx"}
    monkeypatch.setattr(inference, "_open", lambda path, threads, name: opened(other.get(name, path), threads, name))
    network = Network(MODELS / "face_landmarks.onnx", 1, "auto")
    assert network.fallback == Fallback("face", "stand-in", "cpu", "gpu_unusable"), "it does not even take the input"
    monkeypatch.setattr(inference, "_open", _wrong(opened))
    network = Network(MODEL, 1, "auto")
    assert network.fallback == Fallback("face", "stand-in", "cpu", "gpu_differs")
    assert on(network._session) == CPU


def _wrong(opened):
    class Wrong:
        """A session whose numbers are off."""

        def __init__(self, session):
            self._session, self.get_providers = session, session.get_providers

        def run(self, *arguments):
            return [output + 0.5 for output in self._session.run(*arguments)]

    def wrong(path, threads, provider):
        session = opened(path, threads, provider)
        return Wrong(session) if provider == STAND_IN else session

    return wrong


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize(("devices", "asked", "told"), [(0, "auto", False), (1, "auto", True), (0, "cuda", True)])
def test_a_provider_that_does_not_start_is_told_where_there_is_a_gpu(monkeypatch, devices, asked, told):
    """A build for CUDA on a machine without it: onnxruntime lists the provider and goes back to the processor."""
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("CUDA may start here")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(inference, "cuda_devices", lambda: devices)
    network = Network(MODEL, 1, asked)
    assert on(network._session) == CPU
    assert network.fallback == (Fallback("face", "cuda", "cpu", "gpu_unusable") if told else None)


def test_every_reason_has_a_sentence(each_language):
    for why in (inference.NOT_BUILT_IN, inference.FAILED, inference.DIFFERS):
        assert text.has(f"report.fallback_{why}")
