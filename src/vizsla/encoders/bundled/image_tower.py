"""The image tower: an ONNX graph from pixels to vectors, run by onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from vizsla.encoders.seam import Pixels, Vectors

THREADS = 2  # More than that gains little on one small network; adding runs beside decoding threads.
BATCH = 8  # Pictures a run, which bounds its memory.


class ImageTower:
    """A session of onnxruntime may be run by several threads at once."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        # Threads that spin while they wait take the cores from the decoding threads, and everything slows down.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self.side = int(self._session.get_inputs()[0].shape[1])
        self.dimension = int(self._session.get_outputs()[0].shape[1])

    def encode(self, batch: Pixels) -> Vectors:
        """See `Encoder.encode_images`.

        Raises:
            ValueError: the shape or type is wrong.
        """
        wanted = (len(batch), self.side, self.side, 3)
        if batch.shape != wanted or batch.dtype != np.uint8:
            raise ValueError(f"pixels must be uint8 {wanted}, not {batch.dtype} {batch.shape}")
        runs = [self._run(batch[start : start + BATCH]) for start in range(0, len(batch), BATCH)]
        return np.concatenate(runs) if runs else np.zeros((0, self.dimension), np.float32)

    def _run(self, batch: Pixels) -> Vectors:
        vectors: Vectors = self._session.run(None, {"pixels": np.ascontiguousarray(batch)})[0]
        return vectors
