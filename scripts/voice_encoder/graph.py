"""The voice encoder as an ONNX graph: windows of mel frames in, the voice after every 80 ms of each window out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

LAYERS = 3
MELS = 40
SIZE = 256
EVERY = 8
"""Mel frames between two answers: 80 ms, the hop at which Attune looks at voices."""

OPSET = 17
IR_VERSION = 8


def voice_graph(weights: Mapping[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """Return the encoder as a model.

    Input ``mels``: float32 (windows, frames, 40), the power in mel bands. Output ``voices``: float32
    (windows, frames // 8, 256), the embedding, of length 1, of what was heard of each window after 8, 16, … frames.

    Parameters
    ----------
    weights
        By the names that PyTorch gives them: three LSTM layers and one linear.
    """
    nodes = [helper.make_node("Transpose", ["mels"], ["by_frame"], perm=[1, 0, 2])]
    constants: dict[str, NDArray[np.generic]] = {}
    layer_input = "by_frame"
    for layer in range(LAYERS):
        constants[f"W{layer}"] = _onnx_gates(weights[f"lstm.weight_ih_l{layer}"])[None]
        constants[f"R{layer}"] = _onnx_gates(weights[f"lstm.weight_hh_l{layer}"])[None]
        biases = (weights[f"lstm.bias_ih_l{layer}"], weights[f"lstm.bias_hh_l{layer}"])
        constants[f"B{layer}"] = np.concatenate([_onnx_gates(bias) for bias in biases])[None]
        nodes.append(
            helper.make_node(
                "LSTM", [layer_input, f"W{layer}", f"R{layer}", f"B{layer}"], [f"Y{layer}"], hidden_size=SIZE
            )
        )
        nodes.append(helper.make_node("Squeeze", [f"Y{layer}", "direction"], [f"H{layer}"]))
        layer_input = f"H{layer}"
    constants["direction"] = np.array([1], np.int64)
    constants["first"] = np.array([EVERY - 1], np.int64)
    constants["last"] = np.array([np.iinfo(np.int64).max], np.int64)
    constants["time"] = np.array([0], np.int64)
    constants["every"] = np.array([EVERY], np.int64)
    constants["linear"] = np.ascontiguousarray(weights["linear.weight"].T)
    constants["bias"] = weights["linear.bias"]
    constants["least"] = np.array(1e-6, np.float32)
    nodes += [
        helper.make_node("Slice", [layer_input, "first", "last", "time", "every"], ["states"]),
        helper.make_node("MatMul", ["states", "linear"], ["projected"]),
        helper.make_node("Add", ["projected", "bias"], ["shifted"]),
        helper.make_node("Relu", ["shifted"], ["positive"]),
        helper.make_node("ReduceL2", ["positive"], ["length"], axes=[2], keepdims=1),
        helper.make_node("Max", ["length", "least"], ["divisor"]),
        helper.make_node("Div", ["positive", "divisor"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["voices"], perm=[1, 0, 2]),
    ]
    graph = helper.make_graph(
        nodes,
        "voice_encoder",
        [helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["windows", "frames", MELS])],
        [helper.make_tensor_value_info("voices", TensorProto.FLOAT, ["windows", "answers", SIZE])],
        initializer=[numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


def _onnx_gates(stacked: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a layer's weights in ONNX's order of gates (input, output, forget, cell) from PyTorch's (i, f, c, o)."""
    into, forget, cell, out = np.split(stacked, 4)
    return np.concatenate([into, out, forget, cell])
