"""An ONNX graph under construction, with weights of 8 bits."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from encoder.sentences import Floats

OPSET, IR_VERSION = 17, 8  # Old enough for every onnxruntime that the project allows.
INT8_MAX = 127


class Graph:
    """An ONNX graph under construction: `add` appends a node and names its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        output = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def weight(self, name: str, value: Floats) -> str:
        """Store `value` as int8 with one scale per first index; return its float32 value in the graph.

        Cast and Mul of constants are folded by onnxruntime when the session opens, so that this costs
        space and not time.
        """
        flat = np.abs(value).reshape(len(value), -1).max(axis=1)
        scale = (np.maximum(flat, 1e-12) / INT8_MAX).astype(np.float32)
        scale = scale.reshape(-1, *([1] * (value.ndim - 1)))
        rounded = np.clip(np.rint(value / scale), -INT8_MAX, INT8_MAX).astype(np.int8)
        whole = self.add("Cast", self.constant(name, rounded), to=TensorProto.FLOAT)
        return self.add("Mul", whole, self.constant(f"{name}.scale", scale))


def serialise(graph: Graph, last: str, side: int, dimension: int) -> bytes:
    """Return the graph from `pixels` to its value `last`, checked."""
    vectors = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", dimension])
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", side, side, 3])
    constants = list(graph.constants.values())
    model = helper.make_model(
        helper.make_graph(graph.nodes, "image tower", [pixels], [vectors], constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    whole: bytes = model.SerializeToString()
    return whole
