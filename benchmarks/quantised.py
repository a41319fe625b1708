"""What the image tower would gain and lose by arithmetic of 8 bits: python -m benchmarks.quantised PHOTOS_DIR PHOTOS_CSV

Its weights are stored in 8 bits and turned back when it opens. Here convolutions are computed in 8 bits as well, by onnxruntime's
static quantisation; the ranges of what is between them are those of every sixth photo, all at odd positions, and what is
reported is of the photos at even positions. Weights of 7 bits are for processors without instructions for sums of products of
8 bits, on which those of 8 overflow. Times are processor time of one thread, of both towers in turn.
"""

from __future__ import annotations

import argparse
import csv
import math
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.encoder import BATCH, CATEGORIES, CUT, FEWEST, load, relevant
from benchmarks.report import figure
from vizsla.encoders import open_encoder
from vizsla.encoders.bundled.artifact import IMAGE_TOWER
from vizsla.encoders.bundled.encoder import DIRECTORY
from vizsla.encoders.seam import Encoder, Pixels, Vectors

COMPUTED = ["Conv", "Clip", "Add"]
OF_COLOURS = "colour"
"""In the names of the weights that name pixels' colours: small sums of three values, which are left as they are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("table", type=Path)
    chosen = parser.parse_args()
    encoder = open_encoder()
    rows = list(csv.DictReader(chosen.table.open(encoding="utf-8")))
    pixels = np.stack([load(chosen.directory / row["file"], encoder.geometry) for row in rows])
    as_it_is = DIRECTORY / IMAGE_TOWER
    with tempfile.TemporaryDirectory() as directory:
        whole, eight, seven = (Path(directory) / f"{name}.onnx" for name in ("whole", "8", "7"))
        write_whole(as_it_is, whole)
        for bits, path in ((8, eight), (7, seven)):
            ranges = Ranges(pixels[1::6])
            quantise(whole, path, ranges, reduced=bits < 8)
            tell(f"weights of {bits} bits", encoder, (as_it_is, path), pixels[::2], rows[::2])


class Ranges:
    """Pictures by which the ranges of values are found: a `CalibrationDataReader` of onnxruntime."""

    def __init__(self, pixels: Pixels) -> None:
        self._left: Iterator[Pixels] = iter(pixels[:, None])

    def get_next(self) -> dict[str, Pixels] | None:
        following = next(self._left, None)
        return None if following is None else {"pixels": following}


def write_whole(path: Path, to: Path) -> None:
    """Write the tower with weights of 32 bits, as onnxruntime sees it when it is open, and a name for each node."""
    graph = (model := onnx.load(path)).graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in list(graph.node):
        if node.op_type in ("Cast", "Mul") and all(name in values for name in node.input):
            factors = [values[name].astype(np.float32) for name in node.input]
            values[node.output[0]] = math.prod(factors[1:], start=factors[0])
            graph.initializer.append(numpy_helper.from_array(values[node.output[0]], node.output[0]))
            graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    for one in [one for one in graph.initializer if one.name not in used]:
        graph.initializer.remove(one)
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}.{number}"
    onnx.save(model, to)


def quantise(path: Path, to: Path, ranges: Ranges, *, reduced: bool) -> None:
    quant_pre_process(path, to, skip_symbolic_shape=True)
    left = [node.name for node in onnx.load(to).graph.node if any(OF_COLOURS in name for name in node.input)]
    quantize_static(
        to,
        to,
        ranges,
        op_types_to_quantize=COMPUTED,
        nodes_to_exclude=left,
        per_channel=True,
        reduce_range=reduced,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


def tell(
    what: str, encoder: Encoder, towers: Sequence[Path], pixels: Pixels, rows: Sequence[Mapping[str, str]]
) -> None:
    """Print how much faster the second tower is, how like its vectors are, and the precision of both."""
    sessions = [opened(tower) for tower in towers]
    seconds, runs = [0.0, 0.0], [list[Vectors](), list[Vectors]()]
    for start in range(0, len(pixels), BATCH):
        for place, session in enumerate(sessions):
            begin = time.process_time()
            runs[place].append(session.run(None, {"pixels": pixels[start : start + BATCH]})[0])
            seconds[place] += time.process_time() - begin
    one, other = (np.concatenate(run) for run in runs)
    cosines = np.percentile((one * other).sum(axis=1), (1, 5, 50))
    figure(f"{what}, times as fast", f"{seconds[0] / seconds[1]:.2f}")
    figure(f"{what}, cosine to the vectors as they are", "1%: {:.3f} 5%: {:.3f} 50%: {:.3f}".format(*cosines))
    of_both = (f"{precision(encoder, vectors, rows):.4f}" for vectors in (one, other))
    figure(f"{what}, precision@{CUT} of the tower as it is and of this one", *of_both)


def opened(tower: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(tower.read_bytes(), options, providers=["CPUExecutionProvider"])


def precision(encoder: Encoder, vectors: Vectors, rows: Sequence[Mapping[str, str]]) -> float:
    """Mean precision over the everyday categories."""
    precisions = []
    for query, category in CATEGORIES.items():
        wanted = relevant(rows, category)
        best = np.argsort(-(vectors @ encoder.encode_texts([query])[0]), kind="stable")
        if wanted.sum() >= FEWEST:
            precisions.append(wanted[best[: min(CUT, int(wanted.sum()))]].mean())
    return float(np.mean(precisions))


if __name__ == "__main__":
    main()
