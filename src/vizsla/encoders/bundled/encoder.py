"""The bundled encoder: both towers, each opened when it is first needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from vizsla.encoders.bundled.artifact import Artifact, open_artifact
from vizsla.encoders.bundled.text_tower import TextTower
from vizsla.encoders.seam import InputGeometry, Pixels, Vectors

if TYPE_CHECKING:
    from vizsla.encoders.bundled.image_tower import ImageTower

DIRECTORY = Path(__file__).parent


class BundledEncoder:
    """An `Encoder`. All picture vectors have length 1; a text's score is about its chance to fit the picture.

    Searching needs the text tower only, which is opened at once; the image tower and onnxruntime come with the
    first picture.
    """

    name = "bundled-3"
    floor = 0.52
    """Below it is all that is found for 95% of the words whose things a library lacks, and a twentieth of what fits
    (`python -m benchmarks.encoder`)."""
    geometry = InputGeometry(side=288, fit="crop")

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._text_tower = TextTower(artifact.text_tower)
        self._opening = Lock()

    @property
    def digest(self) -> str:
        return self._artifact.digest

    @property
    def dimension(self) -> int:
        return self._text_tower.dimension

    def encode_images(self, batch: Pixels) -> Vectors:
        with self._opening:
            tower = self._image_tower
        return tower.encode(batch)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return self._text_tower.encode(texts)

    def knows(self, text: str) -> bool:
        return self._text_tower.knows(text)

    @property
    def words(self) -> Sequence[str]:
        """See `words_of`."""
        return self._text_tower.words

    @cached_property
    def _image_tower(self) -> ImageTower:
        from vizsla.encoders.bundled.image_tower import ImageTower

        return ImageTower(self._artifact.image_tower)


def open_bundled(directory: Path = DIRECTORY) -> BundledEncoder:
    """Open the encoder from its artifact.

    Raises:
        EncoderError: a file is missing or damaged.
    """
    return BundledEncoder(open_artifact(directory))
