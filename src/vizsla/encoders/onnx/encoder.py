"""The ONNX CLIP family as an encoder: both towers, each opened when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from vizsla.encoders import EncoderError, Options
from vizsla.encoders.seam import InputGeometry, Origin, Pixels, Vectors

from . import layout
from .configuration import floor_of, read_configuration
from .hub import fetch
from .layout import Files
from .reference import Reference

if TYPE_CHECKING:
    from .image_tower import ImageTower
    from .text_tower import TextTower


class OnnxEncoder:
    """An `Encoder`. All vectors have length 1, so that relevance is a cosine; texts without a readable word give zeros.

    Args:
        root: the directory of the files.
        known: SHA-256 (hex) of some of them.
    """

    def __init__(
        self, reference: Reference, root: Path, files: Files, known: Mapping[str, str], options: Options
    ) -> None:
        self._reference = reference
        self._root = root
        self._files = files
        self._options = options
        self._digests = layout.digests(root, files)
        self._check({**known, **(reference.row.digests if reference.row else {})})
        self._configuration = read_configuration(root)
        self._opening = RLock()

    def _check(self, known: Mapping[str, str]) -> None:
        """Compare with what is known of this model.

        Raises:
            EncoderError: a file is another one.
        """
        for name, digest in self._digests.items():
            if known.get(name, digest) != digest:
                raise EncoderError(
                    f"{name} is not the file that {self._reference} has: delete {(self._root / name).resolve()} and "
                    "run the same command again"
                )

    @property
    def name(self) -> str:
        return self._reference.name

    @property
    def digest(self) -> str:
        return layout.overall(self._digests)

    @property
    def origin(self) -> Origin:
        """Where its files are from, and their digests."""
        return Origin(str(self._reference), self._digests)

    @property
    def dimension(self) -> int:
        """Of the tower that is open, else of the text tower."""
        opened: ImageTower | None = self.__dict__.get("_image_tower")
        return opened.dimension if opened else self._texts().dimension

    @property
    def floor(self) -> float:
        row = self._reference.row
        sigmoid = self._configuration.sigmoid or (row.sigmoid if row else None)
        if self._options.floor is not None:
            return self._options.floor
        return floor_of(sigmoid) if sigmoid else self._configuration.family.floor

    @property
    def geometry(self) -> InputGeometry:
        return self._configuration.geometry

    def encode_images(self, batch: Pixels) -> Vectors:
        with self._opening:
            tower = self._image_tower
        return tower.encode(batch)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return self._texts().encode(texts)

    def knows(self, text: str) -> bool:
        return self._texts().knows(text)

    def probe(self) -> None:
        """See `vizsla.encoders.seam.probe`."""
        from .probe import TEXT, compare, picture

        of_picture = self.encode_images(picture(self.geometry.side))
        compare(str(self._reference), self._texts().read(TEXT), of_picture, self.floor)

    def _texts(self) -> TextTower:
        with self._opening:
            return self._text_tower

    @cached_property
    def _text_tower(self) -> TextTower:
        from .session import Session, chosen_providers
        from .text_tower import IDS, MASK, TextTower
        from .tokens import Tokens

        session = Session(
            self._root / self._files.text_tower,
            chosen_providers(self._options.providers),
            (IDS, MASK),
            self._configuration.family.text_outputs,
        )
        length = session.side(IDS, 1)
        return TextTower(session, Tokens(self._root / layout.TOKENIZER, self._configuration, length))

    @cached_property
    def _image_tower(self) -> ImageTower:
        from .image_tower import BATCH, INPUT, ImageTower
        from .session import Session, chosen_providers

        session = Session(
            self._root / self._files.image_tower,
            chosen_providers(self._options.providers),
            (INPUT,),
            self._configuration.family.image_outputs,
        )
        # Reduced precision rounds by what else is in the batch: one by one, a picture's vector is its own.
        return ImageTower(session, self._configuration, 1 if self._reference.variant else BATCH)


def open_onnx(reference: Reference, options: Options) -> OnnxEncoder:
    """Open an encoder of this family, from its directory or from the hub.

    Raises:
        EncoderError: it cannot be had, is damaged, or is of another kind.
    """
    if reference.directory is None:
        fetched = fetch(reference)
        return OnnxEncoder(fetched.reference, fetched.root, fetched.files, fetched.digests, options)
    root = reference.directory
    files = layout.choose(layout.files_in(root), reference.variant, str(root))
    return OnnxEncoder(reference, root, files, {}, options)
