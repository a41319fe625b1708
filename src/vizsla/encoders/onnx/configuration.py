"""What a model's own files say about how it wants to be fed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from vizsla.encoders import EncoderError
from vizsla.encoders.seam import InputGeometry

from .layout import CONFIG, EXPORT, PREPROCESSOR, SPECIAL_TOKENS, TOKENIZER_CONFIG
from .models import Sigmoid

PROBABILITY = 0.0005
"""What a SigLIP says at its floor. It is trained on whole captions and says little of single words: pictures that fit
a word well often get a few thousandths, others less than a ten-thousandth."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """What models of one kind have in common, and their files do not say."""

    text_outputs: tuple[str, ...]
    image_outputs: tuple[str, ...]
    """Names that exporters give to what is to be compared, the best first."""
    length: int
    """Tokens of a text, at most."""
    padded: bool
    """Whether every text is filled up to the length. What comes last is what counts in SigLIP, so it is trained so."""
    floor: float
    """`Encoder.floor` where nothing better is known."""


FAMILIES: Mapping[str, Family] = {
    # Captions that fit their picture have cosines of about 0.3, pairs put together by chance of 0.1 to 0.2 (Schuhmann
    # et al. 2021, LAION-400M, which dropped pairs below 0.3); single words lie lower than captions.
    "clip": Family(
        text_outputs=("text_embeds",),
        image_outputs=("image_embeds",),
        length=77,
        padded=False,
        floor=0.2,
    ),
    # By `floor_of` with the scale and bias of SigLIP base (117.3, -12.9).
    "siglip": Family(
        text_outputs=("text_embeds", "pooler_output"),
        image_outputs=("image_embeds", "pooler_output"),
        length=64,
        padded=True,
        floor=0.045,
    ),
}
"""By `model_type` in `config.json`; SigLIP 2 of fixed size is of the type `siglip`."""


_Positive = Annotated[float, msgspec.Meta(gt=0)]


class _Side(msgspec.Struct):
    height: int = 0
    width: int = 0
    shortest_edge: int = 0


class _Preprocessor(msgspec.Struct):
    size: int | _Side
    crop_size: int | _Side | None = None
    do_center_crop: bool = False
    do_normalize: bool = True
    do_rescale: bool = True
    rescale_factor: _Positive = 1 / 255
    image_mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    image_std: tuple[_Positive, _Positive, _Positive] = (0.5, 0.5, 0.5)


class _TextConfig(msgspec.Struct):
    max_position_embeddings: Annotated[int, msgspec.Meta(gt=0)] | None = None
    pad_token_id: int | None = None


class _Config(msgspec.Struct):
    model_type: str
    text_config: _TextConfig = msgspec.field(default_factory=_TextConfig)


class _Content(msgspec.Struct):
    content: str


_Token = str | _Content | None


class _Tokens(msgspec.Struct):
    """Of `tokenizer_config.json` or `special_tokens_map.json`."""

    pad_token: _Token = None
    eos_token: _Token = None
    add_eos_token: bool = False
    padding_side: Literal["left", "right"] = "right"


class _Export(msgspec.Struct):
    """Of `export_meta.json`, which some exports carry."""

    logit_scale: _Positive | None = None
    logit_bias: float | None = None


class Normalization(msgspec.Struct, frozen=True):
    """From bytes to what the image tower reads: `(byte * factor - mean) / deviation`, per channel."""

    factor: float
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is read from a model's files but its weights and its vocabulary."""

    family: Family
    geometry: InputGeometry
    normalization: Normalization
    length: int
    pad_token: str | None
    pad_id: int | None
    """Used where `pad_token` is not known."""
    eos_token: str | None
    """To be put behind each text, if the tokenizer does not do that."""
    padding_side: Literal["left", "right"]
    sigmoid: Sigmoid | None


def read_configuration(root: Path) -> Configuration:
    """Read the files in a directory.

    Raises:
        EncoderError: a file is damaged or says what cannot be, or the model is of another kind.
    """
    config = _read(root / CONFIG, _Config)
    family = FAMILIES.get(config.model_type)
    if family is None:
        raise EncoderError(
            f"{root} holds a model of the type {config.model_type!r}, and only {' and '.join(FAMILIES)} can be used "
            "(SigLIP 2 in a variant of fixed size, not NaFlex)"
        )
    image = _read(root / PREPROCESSOR, _Preprocessor)
    tokens = _read(root / TOKENIZER_CONFIG, _Tokens, _Tokens())
    special = _read(root / SPECIAL_TOKENS, _Tokens, _Tokens())
    return Configuration(
        family=family,
        geometry=_geometry(image, root),
        normalization=_normalization(image),
        length=config.text_config.max_position_embeddings or family.length,
        pad_token=_text(tokens.pad_token) or _text(special.pad_token),
        pad_id=config.text_config.pad_token_id,
        eos_token=_text(tokens.eos_token) if tokens.add_eos_token else None,
        padding_side=tokens.padding_side,
        sigmoid=_sigmoid(_read(root / EXPORT, _Export, _Export())),
    )


def floor_of(sigmoid: Sigmoid) -> float:
    """The cosine at which a SigLIP says `PROBABILITY` (Zhai et al. 2023, section 3.2)."""
    return (math.log(PROBABILITY / (1 - PROBABILITY)) - sigmoid.bias) / sigmoid.scale


_Read = TypeVar("_Read")


def _read(path: Path, kind: type[_Read], default: _Read | None = None) -> _Read:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError as error:
        if default is not None:
            return default
        raise EncoderError(f"{path} is missing: the model is not whole, get it again") from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EncoderError(f"{path} cannot be used: {error}; get the model again") from error


def _geometry(image: _Preprocessor, root: Path) -> InputGeometry:
    height, width, shortest = _sides(image.size)
    if image.do_center_crop:
        cut = _sides(image.crop_size if image.crop_size is not None else image.size)
        side, other = cut[0] or cut[2], cut[1] or cut[2]
        scaled = shortest or min(height, width)
        geometry = InputGeometry(side=side, fit="crop", keep=min(1.0, side / scaled if scaled else 1.0))
    else:
        side, other = height or shortest, width or shortest
        geometry = InputGeometry(side=side, fit="squash")
    if side != other or not 1 <= side <= 4096:
        raise EncoderError(
            f"{root / PREPROCESSOR} wants pictures of {side} x {other}: only squares can be made"
        )
    return geometry


def _sides(size: int | _Side) -> tuple[int, int, int]:
    """Height, width, shortest edge; 0: not said."""
    return (0, 0, size) if isinstance(size, int) else (size.height, size.width, size.shortest_edge)


def _normalization(image: _Preprocessor) -> Normalization:
    factor = image.rescale_factor if image.do_rescale else 1.0
    if not image.do_normalize:
        return Normalization(factor, (0.0,) * 3, (1.0,) * 3)
    return Normalization(factor, image.image_mean, image.image_std)


def _sigmoid(export: _Export) -> Sigmoid | None:
    if export.logit_scale is None or export.logit_bias is None:
        return None
    return Sigmoid(export.logit_scale, export.logit_bias)


def _text(token: _Token) -> str | None:
    return token.content if isinstance(token, _Content) else token
