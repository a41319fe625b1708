"""The encoder seam: two towers that put pictures and words into one space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]


class InputGeometry(msgspec.Struct, frozen=True):
    """The square picture an image tower wants.

    `side` is in pixels. `fit` says how a picture gets there: `crop` scales its shorter side to
    `side / keep` and cuts the middle out, `squash` ignores the aspect ratio.
    """

    side: int
    fit: Literal["crop", "squash"]
    keep: float = 1.0


class Origin(msgspec.Struct, frozen=True):
    """Where the files of an encoder that is not bundled came from."""

    source: str = ""
    """What `open_encoder` opens the very same with; empty: its name."""
    files: dict[str, str] = {}
    """SHA-256 (hex) of each file."""


def origin_of(encoder: Encoder) -> Origin:
    """Where the files of any encoder came from."""
    origin: Origin = getattr(encoder, "origin", Origin())
    return origin


def words_of(encoder: Encoder) -> Sequence[str]:
    """The words that any encoder was taught, folded, the most usual first; none: it does not tell."""
    words: Sequence[str] = getattr(encoder, "words", ())
    return words


def probe(encoder: Encoder) -> None:
    """Have any encoder show that its towers do and fit each other, before a library relies on it; a bundled one does.

    Raises:
        EncoderError: they do not; says what is wrong.
    """
    shown: Callable[[], None] | None = getattr(encoder, "probe", None)
    if shown:
        shown()


class Encoder(Protocol):
    """A pair of towers. Relevance of a picture to a text is the inner product of their vectors.

    Implementations are safe to call from several threads.
    """

    @property
    def name(self) -> str:
        """A stable name, such as `bundled-3`; written into the library."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the files of the model; another digest means other vectors."""

    @property
    def dimension(self) -> int:
        """The length of every vector."""

    @property
    def floor(self) -> float:
        """Inner product of a text and a picture below which they are taken to have nothing to do with each other."""

    @property
    def geometry(self) -> InputGeometry:
        """What `encode_images` wants."""

    def encode_images(self, batch: Pixels) -> Vectors:
        """Encode upright sRGB pictures, `(n, side, side, 3)` uint8, into `(n, dimension)` float32."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into `(n, dimension)` float32; a text without a known word gives zeros."""

    def knows(self, text: str) -> bool:
        """Whether every word of a text is one that it was taught, and so no slip of the pen. Microseconds."""
