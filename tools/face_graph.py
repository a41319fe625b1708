"""BlazeFace laid out anew for `tools/build_networks.py`: the same sums in half the time.

onnxruntime computes blocks of 16 channels, and sums, adds and rectifies in one step, as long as channels come in whole
blocks and are not filled up with zeros on the way, as those of this network are wherever it gets wider. So every layer has
whole blocks here, the channels that are new have no weights, and where the network gets wider its new blocks are computed by
themselves. Points of the face are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BLOCK = 16
"""Channels that are computed at once with AVX-512; with less, 8."""
LEVELS = 127.5
"""What is subtracted from the pixels, and what they are then divided by."""
NUMBERS, SEEN = 16, 4
"""Numbers about each anchor, and those of its box, which come first; the others are points of the face."""
BLOCKS = 16
WIDEST_OF_16 = 11
"""Blocks after which anchors of the grid of 16 x 16 are answered about; those of 8 x 8 are after the last."""


class Layer(NamedTuple):
    """A convolution as it was found, and its weights."""

    attributes: dict[str, list[int]]
    kernel: np.ndarray
    bias: np.ndarray | None


class Layout:
    """A graph that is written down layer by layer; each method returns the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, inputs: Sequence[str], **attributes: object) -> str:
        name = f"{operator}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, value: np.ndarray | np.float32) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def convolved(self, entry: str, layer: Layer, group: int = 1) -> str:
        weights = [self.constant(row) for row in layer[1:] if row is not None]
        return self.add("Conv", [entry, *weights], group=group, **layer.attributes)

    def block(self, entry: str, depthwise: Layer, pointwise: Layer) -> str:
        """What goes in, or the largest of four, is added to what comes out of the two convolutions (section 3.1 of the paper)."""
        passed = entry
        if 2 in depthwise.attributes["strides"]:
            passed = self.add("MaxPool", [entry], kernel_shape=[2, 2], strides=[2, 2])
        width = len(depthwise.kernel)
        summed = self.convolved(entry, depthwise, group=width)
        first, new = parted(pointwise, width)
        seen = self.add("Relu", [self.add("Add", [self.convolved(summed, first), passed])])
        if not new.kernel.size:
            return seen
        return self.add("Concat", [seen, self.add("Relu", [self.convolved(summed, new)])], axis=1)

    def answers(self, entry: str, scores: Layer, numbers: Layer) -> str:
        """`(anchors, 1 + SEEN)`: logit and box of each anchor of a grid."""
        count = len(scores.kernel)
        joined = [
            np.concatenate([one.reshape(count, 1, *one.shape[1:]), box(other, count)], axis=1)
            for one, other in zip(scores[1:], numbers[1:], strict=True)
        ]
        kernel, bias = (part.reshape(-1, *part.shape[2:]) for part in joined)
        seen = self.convolved(entry, Layer({}, inwards(kernel), bias))
        turned = self.add("Transpose", [seen], perm=[0, 2, 3, 1])
        return self.add("Reshape", [turned, self.constant(np.array([-1, 1 + SEEN], np.int64))])


def face_graph(model: onnx.ModelProto, pixels: str, answers: str) -> Layout:
    """From `pixels`, `(1, 128, 128, 3)` bytes, to `answers`, `(896, 1 + SEEN)`: logit and box of each anchor."""
    found = list(layers(model))
    stem, blocks, heads = found[0], found[1 : 1 + 2 * BLOCKS], found[1 + 2 * BLOCKS :]
    graph = Layout()
    floats = graph.add("Cast", [graph.add("Transpose", [pixels], perm=[0, 3, 1, 2])], to=TensorProto.FLOAT)
    centred = graph.add("Sub", [floats, graph.constant(np.float32(LEVELS))])
    scaled = stem._replace(kernel=stem.kernel / np.float32(LEVELS))
    seen = [graph.add("Relu", [graph.convolved(centred, outwards(scaled))])]
    for depthwise, pointwise in zip(blocks[::2], blocks[1::2], strict=True):
        whole = outwards(pointwise._replace(kernel=inwards(pointwise.kernel)))
        seen.append(graph.block(seen[-1], outwards(depthwise), whole))
    by_count = {len(head.kernel): head for head in heads}
    grids = [
        graph.answers(seen[place], by_count[anchors], by_count[anchors * NUMBERS])
        for place, anchors in ((WIDEST_OF_16, 2), (BLOCKS, 6))
    ]
    graph.nodes.append(helper.make_node("Concat", grids, [answers], axis=0))
    return graph


def layers(model: onnx.ModelProto) -> Iterator[Layer]:
    """The convolutions in their order."""
    weights = {row.name: numpy_helper.to_array(row) for row in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv":
            shape = {row.name: list(row.ints) for row in node.attribute if row.name in ("strides", "pads")}
            kernel, *bias = (weights[name] for name in node.input[1:])
            yield Layer(shape, kernel, bias[0] if bias else None)


def outwards(layer: Layer) -> Layer:
    """With whole blocks of channels that come out."""
    rows = -len(layer.kernel) % BLOCK
    kernel = np.pad(layer.kernel, ((0, rows), (0, 0), (0, 0), (0, 0)))
    return layer._replace(kernel=kernel, bias=None if layer.bias is None else np.pad(layer.bias, (0, rows)))


def inwards(kernel: np.ndarray) -> np.ndarray:
    """With whole blocks of channels that go in."""
    return np.pad(kernel, ((0, 0), (0, -kernel.shape[1] % BLOCK), (0, 0), (0, 0)))


def parted(layer: Layer, width: int) -> tuple[Layer, Layer]:
    """The first `width` channels that come out, and the others."""
    assert layer.bias is not None
    parts = (slice(width), slice(width, None))
    first, new = (layer._replace(kernel=layer.kernel[part], bias=layer.bias[part]) for part in parts)
    return first, new


def box(weights: np.ndarray, anchors: int) -> np.ndarray:
    return weights.reshape(anchors, NUMBERS, *weights.shape[1:])[:, :SEEN]
