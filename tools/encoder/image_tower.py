"""EfficientNet-Lite2 as an ONNX graph from pixels to vectors, written straight from its published weights.

The network is "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (Tan and Le 2019)
in its Lite form: no squeeze-and-excitation, ReLU6 for swish. Batch normalisation is folded into the
convolutions; the weights are stored as int8 with one scale per output channel and computed as float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
State = Mapping[str, Floats]

SIDE = 260  # Pixels: the resolution Lite2 was trained at.
MEAN, SPREAD = 127.0, 128.0  # Its pixel normalisation, (x - 127) / 128, for all three channels.
BATCH_NORM_EPSILON = 1e-3
DEPTH = 1.2  # Lite2 repeats its blocks 1.2 times as often as Lite0; the first and last stage stay.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))  # (repeats in Lite0, stride of the first)
OPSET, IR_VERSION = 17, 8  # Old enough for every onnxruntime that the project allows.
INT8_MAX = 127


def block_strides() -> list[int]:
    """Return the stride of each of the 21 blocks."""
    strides: list[int] = []
    for stage, (repeats, stride) in enumerate(STAGES):
        fixed = stage in (0, len(STAGES) - 1)
        strides += [stride] + [1] * ((repeats if fixed else math.ceil(repeats * DEPTH)) - 1)
    return strides


class Graph:
    """An ONNX graph under construction: `add` appends a node and names its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
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


def fold_batch_norm(state: State, convolution: str, norm: str) -> tuple[Floats, Floats]:
    """Return kernel `(out, in / groups, k, k)` and bias `(out,)` of a convolution with its normalisation."""
    gain = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
    kernel = state[f"{convolution}.weight"] * gain[:, None, None, None]
    return kernel, state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain


def add_convolution(
    graph: Graph, state: State, x: str, convolution: str, norm: str, *, stride: int = 1, active: bool = True
) -> str:
    """Append convolution, normalisation and (if `active`) ReLU6, padded as TensorFlow's SAME."""
    kernel, bias = fold_batch_norm(state, convolution, norm)
    depthwise = kernel.shape[1] == 1
    x = graph.add(
        "Conv",
        x,
        graph.weight(convolution, kernel),
        graph.constant(f"{convolution}.bias", bias),
        auto_pad="SAME_UPPER",
        kernel_shape=kernel.shape[2:],
        strides=[stride, stride],
        group=kernel.shape[0] if depthwise else 1,
    )
    return graph.add("Clip", x, "zero", "six") if active else x


def add_block(graph: Graph, state: State, x: str, index: int, stride: int) -> str:
    """Append one inverted bottleneck: expand, depthwise, project, and the way around."""
    at, before = f"_blocks.{index}", x
    if f"{at}._expand_conv.weight" in state:
        x = add_convolution(graph, state, x, f"{at}._expand_conv", f"{at}._bn0")
    x = add_convolution(graph, state, x, f"{at}._depthwise_conv", f"{at}._bn1", stride=stride)
    x = add_convolution(graph, state, x, f"{at}._project_conv", f"{at}._bn2", active=False)
    return graph.add("Add", x, before) if stride == 1 and keeps_width(state, at) else x


def keeps_width(state: State, at: str) -> bool:
    """Say whether a block gives as many channels as it takes, so that a way around it exists."""
    expand = state.get(f"{at}._expand_conv.weight")
    return expand is not None and expand.shape[1] == state[f"{at}._project_conv.weight"].shape[0]


def add_network(graph: Graph, state: State, pixels: str) -> str:
    """Append everything from uint8 pixels `(n, side, side, 3)` to logits `(n, 1000)`."""
    graph.constant("zero", np.float32(0).reshape(()))
    graph.constant("six", np.float32(6).reshape(()))
    x = graph.add("Cast", pixels, to=TensorProto.FLOAT)
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    x = graph.add("Sub", x, graph.constant("mean", np.float32(MEAN).reshape(())))
    x = graph.add("Div", x, graph.constant("spread", np.float32(SPREAD).reshape(())))
    x = add_convolution(graph, state, x, "_conv_stem", "_bn0", stride=2)
    for index, stride in enumerate(block_strides()):
        x = add_block(graph, state, x, index, stride)
    x = add_convolution(graph, state, x, "_conv_head", "_bn1")
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    weight, bias = graph.weight("_fc", state["_fc.weight"]), graph.constant("_fc.bias", state["_fc.bias"])
    return graph.add("Gemm", x, weight, bias, transB=1)


def add_projection(graph: Graph, logits: str, image_side: Floats, temperature: float) -> str:
    """Append everything from logits to vectors of length 1, `(n, dimension + 1)`.

    The posterior is projected; the last coordinate completes the length, as in "Speeding Up the Xbox Recommender
    System" (Bachrach et al. 2014). Texts have 0 there, so that inner products stay what they were.
    """
    x = graph.add("Div", logits, graph.constant("temperature", np.float32(temperature).reshape(())))
    x = graph.add("Softmax", x, axis=1)
    side = graph.constant("projection", image_side.astype(np.float16))
    x = graph.add("MatMul", x, graph.add("Cast", side, to=TensorProto.FLOAT))
    squares = graph.add("ReduceSumSquare", x, axes=[1], keepdims=1)
    rest = graph.add("Sub", graph.constant("one", np.float32(1).reshape(())), squares)
    rest = graph.add("Sqrt", graph.add("Max", rest, "zero"))
    return graph.add("Concat", x, rest, axis=1)


def build_image_tower(state: State, image_side: Floats, temperature: float) -> bytes:
    """Return the ONNX file: input `pixels`, output `vectors`."""
    graph = Graph()
    last = add_projection(graph, add_network(graph, state, "pixels"), image_side, temperature)
    vectors = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", image_side.shape[1] + 1])
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIDE, SIDE, 3])
    constants = list(graph.constants.values())
    model = helper.make_model(
        helper.make_graph(graph.nodes, "image tower", [pixels], [vectors], constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    whole: bytes = model.SerializeToString()
    return whole
