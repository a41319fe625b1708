"""Small neural networks that ship with the program: opened when they are first run, once a process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from vizsla.decode.picture import WHOLE, Region
from vizsla.decode.pixels import Pixels, as_image, computed, over_white

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "weights"
DIGESTS = "SHA256SUMS"


class DamagedWeights(Exception):
    """A file of weights is missing, or is not the one that was shipped."""


class Network:
    """A graph from one picture to some numbers. May be run by several threads at once, each on a core of its own.

    Args:
        name: of a file in `directory`, whose digest is in the list beside it.
    """

    def __init__(self, name: str, directory: Path = WEIGHTS) -> None:
        self._path = directory / name
        self._opening = Lock()
        self._session: InferenceSession | None = None

    def run(self, pixels: Pixels) -> list[Floats]:
        """The outputs for `(height, width, 3)` sRGB of the size that the graph wants.

        Raises:
            DamagedWeights: the file is not whole.
        """
        outputs: list[Floats] = self._opened().run(None, {"pixels": np.ascontiguousarray(pixels)[None]})
        return outputs

    def _opened(self) -> InferenceSession:
        with self._opening:
            if self._session is None:
                self._session = _session(read_weights(self._path))
            return self._session


def opaque(pixels: Pixels) -> Pixels:
    """`(height, width, 3)`, over white."""
    return pixels if pixels.shape[2] == 3 else computed(over_white(as_image(pixels)))


def scaled(pixels: Pixels, width: int, height: int, region: Region = WHOLE) -> Pixels:
    """`(height, width, 3)`: a region of opaque pixels, with linear weights.

    By Pillow, which takes half as long as libvips for squares this small.
    """
    rows, columns = pixels.shape[:2]
    box = (region[0] * columns, region[1] * rows, region[2] * columns, region[3] * rows)
    return np.asarray(Pillow.fromarray(pixels).resize((width, height), Pillow.Resampling.BILINEAR, box=box))


def read_weights(path: Path) -> bytes:
    """The bytes of a file, checked against the list of digests beside it.

    Raises:
        DamagedWeights: the file is not whole.
    """
    try:
        listed = (path.parent / DIGESTS).read_text("ascii")
        digests = {name: digest for digest, name in map(str.split, listed.splitlines())}
        weights = path.read_bytes()
    except (OSError, ValueError) as error:
        raise DamagedWeights(f"{path} cannot be read: {error}; install vizsla again") from error
    if hashlib.sha256(weights).hexdigest() != digests.get(path.name):
        raise DamagedWeights(f"{path} is damaged; install vizsla again")
    return weights


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _session(weights: bytes) -> Any:
    import onnxruntime  # takes longer to load than all of the analysers; needed only when a picture is looked at

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = (
        1  # as many pictures at once as there are cores
    )
    options.log_severity_level = 3  # errors: what its optimiser does is nobody's concern
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
