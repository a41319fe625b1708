"""Models that are worth having, pinned: what `--encoder NAME` can say besides `bundled`.

None is a default, and none has a licence that forbids commercial use. Where digests and figures come from:
docs/decisions/0010-encoders-from-the-hub.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_CLIP_TOKENIZER = "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd"
_GEMMA_TOKENIZER = "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322"


class Sigmoid(msgspec.Struct, frozen=True):
    """How a model of the SigLIP family turns a cosine into a probability: `1 / (1 + exp(-(scale * cosine + bias)))`."""

    scale: float
    bias: float


_SIGLIP2_BASE = Sigmoid(scale=112.66889953613281, bias=-16.771724700927734)
"""Of `siglip2-base`. It stands in for that of `siglip2-base-256`, which is not known here: its sibling for smaller pictures."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    repository: str
    revision: str
    """A commit, which cannot be moved."""
    licence: str
    digests: Mapping[str, str] = {}
    """SHA-256 (hex) of files by their names in the repository; others are trusted when they are first seen."""
    sigmoid: Sigmoid | None = None
    """Its own, or that of the row which is nearest to it; the exported towers do not hold it."""


MODELS: Mapping[str, Model] = {
    "clip-vit-b32": Model(
        repository="Xenova/clip-vit-base-patch32",
        revision="d15189d7028b43f1d3e65039190477f6af591c2a",
        licence="MIT",
        digests={
            "tokenizer.json": _CLIP_TOKENIZER,
            "onnx/text_model.onnx": "3f6571f5bad13a97c469c1622e1cfc4d9aef78b79fdbfcff804ca357bfada8cc",
            "onnx/vision_model.onnx": "fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40",
            "onnx/text_model_quantized.onnx": "73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a",
            "onnx/vision_model_quantized.onnx": "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299",
        },
    ),
    "siglip-base": Model(
        repository="Xenova/siglip-base-patch16-224",
        revision="65a4a3071a821054207f0a80eaa35fb2ed6d46f0",
        licence="Apache-2.0",
        sigmoid=Sigmoid(scale=117.330765, bias=-12.932437),
    ),
    "siglip2-base": Model(
        repository="onnx-community/siglip2-base-patch16-224-ONNX",
        revision="ba1f3b0843f24bc5417d38e19c37b287d719b2f4",
        licence="Apache-2.0",
        digests={
            "tokenizer.json": _GEMMA_TOKENIZER,
            "onnx/text_model.onnx": "baf12d941beabafafb14f7b4adb38dc15be18681b964a84410ec53d9d65e6293",
            "onnx/vision_model.onnx": "c0573e3f4140c3a7c4e9cc5912bd6b26a033b46a6a8e8af26cbea262b163bcad",
            "onnx/text_model_int8.onnx": "3a0603d3a00c05a80a6ded4743c16aaac7b1e62cdcc7e362e7ce418659b96400",
            "onnx/vision_model_int8.onnx": "0dd31785a2713f1113ef2272472165c69d580473dae38d7b47568ac587795e70",
        },
        sigmoid=_SIGLIP2_BASE,
    ),
    "siglip2-base-256": Model(
        repository="onnx-community/siglip2-base-patch16-256-ONNX",
        revision="d1114256522a37ffa257a0a58017348ab0058db2",
        licence="Apache-2.0",
        digests={
            "tokenizer.json": _GEMMA_TOKENIZER,
            "onnx/text_model_fp16.onnx": "80954edffdc689599e5d5bc6a1738380bc9e8139a18e5c8892485f248b6b4890",
            "onnx/vision_model_fp16.onnx": "fe9ad8020a6d3d98d394c9be8f07064066135fc2f87ec11692de0b677c0ac4db",
        },
        sigmoid=_SIGLIP2_BASE,
    ),
}
