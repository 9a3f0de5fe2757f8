"""Rewrites the slopes of the landmark model so that onnxruntime computes it in two thirds of the time.

    python packaging/prelu.py face_landmarks.plain.onnx resources/models/face_landmarks.onnx

Needs `onnx` 1.x, which nothing else here does; the plain file is what tf2onnx made (SHA-256 in PROVENANCE.md).

The model has 69 PRelu, x above 0 and s·x below, each channel with its own s. tf2onnx's PRelu and the plain file's
Relu(x) + s·Min(x, 0) both leave onnxruntime's blocked layout (NCHWc), so that every layer is reordered there and back.
A depthwise 1 x 1 convolution is a multiplication by channel that stays in it, and its addition is fused:

    y = s·x + (1 - s)·Relu(x)          where some s > 1
    y = s·x + Relu((1 - s)·x)          where none is: one pass less

Both are the same function; outputs differ by rounding (2e-4 of 256 pixels).
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


def rewritten(model: Any) -> Any:
    """The model with every Relu, Min, Mul, Add of a PRelu replaced."""
    graph = model.graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    maker = {name: node for node in graph.node for name in node.output}
    replaced: dict[str, list[Any]] = {}
    dropped: set[str] = set()
    for relu in [node for node in graph.node if node.op_type == "Relu"]:
        stem = relu.output[0].removesuffix("a")  # the plain file names them pr1a pr1b pr1c
        scaled = maker[f"{stem}c"]
        slope = next(values[name] for name in scaled.input if name in values).reshape(-1)
        (total,) = [node for node in graph.node if node.op_type == "Add" and f"{stem}c" in node.input]
        replaced[relu.output[0]] = _nodes(graph, stem, relu.input[0], total.output[0], slope)
        dropped |= {f"{stem}b", f"{stem}c", total.output[0]}
    kept = []
    for node in graph.node:
        kept += replaced.get(node.output[0], [] if node.output[0] in dropped else [node])
    del graph.node[:]
    graph.node.extend(kept)
    used = {name for node in graph.node for name in node.input}
    constants = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    onnx.checker.check_model(model)
    return model


def _nodes(graph: Any, stem: str, source: str, target: str, slope: Any) -> list[Any]:
    channels = len(slope)
    graph.initializer.append(numpy_helper.from_array(np.zeros(channels, np.float32), f"{stem}zero"))

    def times(factor: Any, what: str, result: str) -> Any:
        weights = np.asarray(factor, np.float32).reshape(channels, 1, 1, 1)
        graph.initializer.append(numpy_helper.from_array(weights, f"{result}w"))
        inputs = [what, f"{result}w", f"{stem}zero"]
        return helper.make_node("Conv", inputs, [result], group=channels, kernel_shape=[1, 1])

    rest, above, low = 1.0 - slope.astype(np.float64), f"{stem}above", f"{stem}low"
    if (rest >= 0).all():
        raised = [times(rest, source, f"{stem}rest"), helper.make_node("Relu", [f"{stem}rest"], [above])]
    else:
        raised = [helper.make_node("Relu", [source], [f"{stem}relu"]), times(rest, f"{stem}relu", above)]
    return [*raised, times(slope, source, low), helper.make_node("Add", [low, above], [target])]


if __name__ == "__main__":
    onnx.save(rewritten(onnx.load(sys.argv[1])), sys.argv[2])
