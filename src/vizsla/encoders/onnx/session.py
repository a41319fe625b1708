"""One ONNX graph, opened by onnxruntime on the processor that was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from vizsla.encoders import EncoderError
from vizsla.encoders.seam import Vectors

_NUMPY = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
_SUFFIX = "ExecutionProvider"


class Session:
    """A graph with one output that matters. May be run by several threads at once.

    Args:
        providers: as `chosen_providers` gives them.
        inputs: names of what can be given to it; the first has to be taken.
        outputs: names that the output may have, the best first.

    Raises:
        EncoderError: the graph is damaged, takes something else, or has not this output.
    """

    def __init__(
        self, path: Path, providers: Sequence[str], inputs: Sequence[str], outputs: Sequence[str]
    ) -> None:
        self._path = path
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        # Threads that spin while they wait take the cores from those that decode.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=list(providers))
        except Exception as error:  # onnxruntime has a class of its own for each failure
            raise EncoderError(
                f"{path} cannot be opened: {_first_line(error)}; get the model again"
            ) from error
        self._inputs: dict[str, tuple[str, list[Any]]] = {
            each.name: (each.type, each.shape) for each in self._session.get_inputs()
        }
        self._check_inputs(inputs)
        there = [each.name for each in self._session.get_outputs()]
        self._output = next((name for name in outputs if name in there), "")
        if not self._output:
            raise EncoderError(
                f"{path} gives {', '.join(there)}, and {outputs[0]} is needed: get another export"
            )

    def _check_inputs(self, known: Sequence[str]) -> None:
        if known[0] not in self._inputs or not self._inputs.keys() <= set(known):
            raise EncoderError(
                f"{self._path} takes {', '.join(self._inputs)}, and only {', '.join(known)} can be given: "
                "get another export"
            )
        for name, (kind, _) in self._inputs.items():
            if kind not in _NUMPY:
                raise EncoderError(f"{self._path} takes {name} as {kind}: get another export")

    def side(self, name: str, axis: int) -> int | None:
        """How long an axis of an input has to be; `None`: as one likes."""
        shape = self._inputs[name][1]
        length = shape[axis] if axis < len(shape) else None
        return length if isinstance(length, int) else None

    def run(self, inputs: Mapping[str, Any]) -> Vectors:
        """Rows of length 1, `(n, dimension)` float32; inputs that the graph does not take are left out.

        Raises:
            EncoderError: the graph does not run, or gives no rows.
        """
        fed = {
            name: np.asarray(inputs[name], _NUMPY[kind])
            for name, (kind, _) in self._inputs.items()
            if name in inputs
        }
        rows = self._rows(fed)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / np.maximum(lengths, 1e-12)
        return unit

    def _rows(self, fed: Mapping[str, Any]) -> Vectors:
        """One for each that is fed."""
        try:
            rows = np.asarray(self._session.run([self._output], fed)[0], np.float32)
        except Exception as error:  # onnxruntime has a class of its own for each failure
            raise EncoderError(
                f"{self._path} cannot be run: {_first_line(error)}; get the model again, or another export of it"
            ) from error
        if rows.ndim != 2 or len(rows) != len(next(iter(fed.values()))):
            raise EncoderError(
                f"{self._path} gives {self._output} of the shape {rows.shape}, and one row for each is needed: "
                "get another export"
            )
        return rows


def chosen_providers(names: Sequence[str]) -> list[str]:
    """onnxruntime's names of execution providers, the processor last, which does what no other can.

    Args:
        names: such as `cuda` or `CUDAExecutionProvider`; none: the processor alone.

    Raises:
        EncoderError: this installation of onnxruntime has no such provider.
    """
    there = {name.removesuffix(_SUFFIX).lower(): name for name in onnxruntime.get_available_providers()}
    chosen = []
    for name in (*names, "cpu"):
        found = there.get(name.removesuffix(_SUFFIX).lower())
        if found is None:
            raise EncoderError(
                f"onnxruntime has no execution provider {name!r} here, only {', '.join(there)}: "
                "install the build of onnxruntime for your hardware, or change the setting providers"
            )
        if found not in chosen:
            chosen.append(found)
    return chosen


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
