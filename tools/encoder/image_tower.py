"""EfficientNet-Lite2 as an ONNX graph from pixels to vectors, written straight from its published weights.

The network is "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (Tan and Le 2019)
in its Lite form: no squeeze-and-excitation, ReLU6 for swish. Batch normalisation is folded into the
convolutions; the weights are stored as int8 with one scale per output channel and computed as float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from onnx import TensorProto

from encoder.colours import DIMENSIONS, ColourNames, add_colours
from encoder.graph import Graph, serialise
from encoder.sentences import Floats

State = Mapping[str, Floats]

SIDE = 288  # Pixels: 9 cells of 32. Lite2 was trained at 260, on crops, which show things larger (Touvron et al. 2019).
MEAN, SPREAD = 127.0, 128.0  # Its pixel normalisation, (x - 127) / 128, for all three channels.
BATCH_NORM_EPSILON = 1e-3
DEPTH = 1.2  # Lite2 repeats its blocks 1.2 times as often as Lite0; the first and last stage stay.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))  # (repeats in Lite0, stride of the first)
CELLS, CORNER = 9, 6  # The features' grid, and how much of it a corner of the picture is.
EVERYWHERE = 0.5  # Of a picture's colours, what counts wherever it is.
WHOLE, POWER = 0.7, 3.0  # What the whole picture counts beside its corners, and how much the surest of them.


def block_strides() -> list[int]:
    """Return the stride of each of the 21 blocks."""
    strides: list[int] = []
    for stage, (repeats, stride) in enumerate(STAGES):
        fixed = stage in (0, len(STAGES) - 1)
        strides += [stride] + [1] * ((repeats if fixed else math.ceil(repeats * DEPTH)) - 1)
    return strides


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
    """Append everything from float pixels `(n, 3, side, side)` to features `(n, 1280, 9, 9)`."""
    graph.constant("zero", np.float32(0).reshape(()))
    graph.constant("one", np.float32(1).reshape(()))
    graph.constant("six", np.float32(6).reshape(()))
    x = graph.add("Sub", pixels, graph.constant("mean", np.float32(MEAN).reshape(())))
    x = graph.add("Div", x, graph.constant("spread", np.float32(SPREAD).reshape(())))
    x = add_convolution(graph, state, x, "_conv_stem", "_bn0", stride=2)
    for index, stride in enumerate(block_strides()):
        x = add_block(graph, state, x, index, stride)
    return add_convolution(graph, state, x, "_conv_head", "_bn1")


def add_views(graph: Graph, features: str) -> str:
    """Append the mean features of the whole picture and of its four overlapping corners, `(n, 5, 1280)`."""
    whole = graph.add("AveragePool", features, kernel_shape=[CELLS, CELLS])
    corners = graph.add("AveragePool", features, kernel_shape=[CORNER] * 2, strides=[CELLS - CORNER] * 2)
    shape = graph.constant("views.shape", np.array([0, 0, -1], np.int64))
    views = [graph.add("Reshape", view, shape) for view in (whole, corners)]
    return graph.add("Transpose", graph.add("Concat", *views, axis=2), perm=[0, 2, 1])


def add_posterior(graph: Graph, state: State, views: str, weight: str, temperature: float) -> tuple[str, str]:
    """Append the posterior over the classes, `(n, 1000)`; return it, and that of the whole picture alone.

    What one corner shows clearly counts, though the whole shows something else: a mean of third powers
    over the views, of which the whole counts for `WHOLE`.
    """
    logits = graph.add("MatMul", views, graph.add("Transpose", weight, perm=[1, 0]))
    logits = graph.add("Add", logits, graph.constant("_fc.bias", state["_fc.bias"]))
    x = graph.add("Div", logits, graph.constant("temperature", np.float32(temperature).reshape(())))
    x = graph.add("Softmax", x, axis=2)
    shares = np.array([WHOLE, *[(1 - WHOLE) / 4] * 4], np.float32)
    powers = graph.add("Pow", x, graph.constant("power", np.float32(POWER).reshape(())))
    mixed = graph.add("Mul", powers, graph.constant("shares", shares.reshape(1, -1, 1)))
    mixed = graph.add("ReduceSum", mixed, graph.constant("views.axis", np.array([1], np.int64)), keepdims=0)
    mixed = graph.add("Pow", mixed, graph.constant("root", np.float32(1 / POWER).reshape(())))
    return mixed, first_view(graph, x)


def first_view(graph: Graph, views: str) -> str:
    """Append the choice of the whole picture, `(n, k)`, from its views, `(n, 5, k)`."""
    return graph.add("Gather", views, graph.constant("first", np.int64(0).reshape(())), axis=1)


def add_attention(graph: Graph, features: str, posterior: str, weight: str) -> str:
    """Append where what was recognised is, `(n, 81, 1)`, with the sum 1.

    Class activation maps (Zhou et al. 2016) of all classes, weighted by their posterior; only what is above the mean. `EVERYWHERE` of
    it is spread over the whole picture.
    """
    at = graph.add(
        "Unsqueeze", graph.add("MatMul", posterior, weight), graph.constant("row", np.array([1], np.int64))
    )
    cells = graph.add("Reshape", features, graph.constant("cells.shape", np.array([0, 0, -1], np.int64)))
    x = graph.add("MatMul", at, cells)
    x = graph.add("Relu", graph.add("Sub", x, graph.add("ReduceMean", x, axes=[2], keepdims=1)))
    x = graph.add("Add", x, graph.constant("little", np.float32(1e-3).reshape(())))
    axis = graph.constant("cells.axis", np.array([2], np.int64))
    x = graph.add("Div", x, graph.add("ReduceSum", x, axis, keepdims=1))
    x = graph.add("Mul", x, graph.constant("somewhere", np.float32(1 - EVERYWHERE).reshape(())))
    x = graph.add("Add", x, graph.constant("everywhere", np.float32(EVERYWHERE / CELLS**2).reshape(())))
    return graph.add("Transpose", x, perm=[0, 2, 1])


def mean_features(state: State) -> Floats:
    """Return what each feature is on average, `(1280,)`: the mean of a normal variable between 0 and 6.

    Batch normalisation gives the variable its mean and its spread.
    """
    mean, spread = state["_bn1.bias"], np.abs(state["_bn1.weight"])
    steps = np.linspace(-4, 4, 401, dtype=np.float32)
    density = np.exp(-(steps**2) / 2)
    values = np.clip(mean[:, None] + spread[:, None] * steps, 0, 6)
    return np.asarray(values @ density / density.sum(), np.float32)


def likeness_directions(state: State, dimension: int) -> Floats:
    """Return the directions, `(1280, dimension)`, in which features tell most about classes."""
    weight = state["_fc.weight"] - state["_fc.weight"].mean(axis=0)
    _, directions = np.linalg.eigh(weight.T @ weight)
    return np.asarray(directions[:, -dimension:], np.float32)


def add_likeness(graph: Graph, state: State, views: str, known: str, dimension: int) -> str:
    """Append features that complete `known` to length 1, `(n, dimension)`.

    Texts have 0 there, so that they complete the length as one more coordinate would ("Speeding Up the Xbox Recommender
    System", Bachrach et al. 2014), and are of use between pictures.
    """
    directions = likeness_directions(state, dimension)
    table = graph.constant("likeness", directions.astype(np.float16))
    x = graph.add("MatMul", first_view(graph, views), graph.add("Cast", table, to=TensorProto.FLOAT))
    x = graph.add("Sub", x, graph.constant("likeness.mean", mean_features(state) @ directions))
    length = graph.add("ReduceL2", x, axes=[1], keepdims=1)
    x = graph.add("Div", x, graph.add("Max", length, graph.constant("least", np.float32(1e-6).reshape(()))))
    squares = graph.add("ReduceSumSquare", known, axes=[1], keepdims=1)
    rest = graph.add("Sqrt", graph.add("Max", graph.add("Sub", "one", squares), "zero"))
    return graph.add("Mul", x, rest)


def build_image_tower(
    state: State, image_side: Floats, temperature: float, colours: ColourNames, likeness: int
) -> bytes:
    """Return the ONNX file: input `pixels`, output `vectors`, of classes, colours and likeness in this order."""
    graph = Graph()
    planes = graph.add("Transpose", graph.add("Cast", "pixels", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    features = add_network(graph, state, planes)
    views = add_views(graph, features)
    weight = graph.weight("_fc", state["_fc.weight"])
    posterior, whole = add_posterior(graph, state, views, weight, temperature)
    side = graph.constant("projection", image_side.astype(np.float16))
    classes = graph.add("MatMul", posterior, graph.add("Cast", side, to=TensorProto.FLOAT))
    attention = add_attention(graph, features, whole, weight)
    known = graph.add("Concat", classes, add_colours(graph, planes, attention, colours), axis=1)
    last = graph.add("Concat", known, add_likeness(graph, state, views, known, likeness), axis=1)
    dimension = image_side.shape[1] + len(DIMENSIONS) + likeness
    return serialise(graph, last, SIDE, dimension)
