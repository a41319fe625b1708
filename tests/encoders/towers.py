"""Small models of the file layout that exports for transformers.js have: random weights, real tokenizers, real graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

WORDS = "dog puppies puppy cat cats a red sailing boat on the sea of violin photo blue car"

SIDE, PATCH, WIDTH, DIMENSION = 32, 8, 24, 16

Weights = Mapping[str, NDArray[np.float32]]


class Graph:
    """An ONNX graph that is written step by step; every step gives the name of its result."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def weight(self, *shape: int, scale: float = 0.0) -> str:
        scale = scale or 1 / np.sqrt(shape[0])
        return self.constant(self._chance.normal(0, scale, shape).astype(np.float32))

    def constant(self, value: NDArray[Any]) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def do(self, operation: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, rows: str, inside: int, outside: int) -> str:
        return self.do("MatMul", rows, self.weight(inside, outside))

    def normal(self, rows: str, width: int) -> str:
        ones, zeros = np.ones(width, np.float32), np.zeros(width, np.float32)
        return self.do("LayerNormalization", rows, self.constant(ones), self.constant(zeros))

    def attended(self, rows: str, width: int, *, causal: bool) -> str:
        """One layer of a transformer, with one head."""
        read = self.normal(rows, width)
        query, key, value = (self.linear(read, width, width) for _ in range(3))
        scores = self.do("MatMul", query, self.do("Transpose", key, perm=[0, 2, 1]))
        if causal:
            scores = self.do("Add", scores, self._later(scores))
        mixed = self.do("MatMul", self.do("Softmax", scores, axis=-1), value)
        rows = self.do("Add", rows, self.linear(mixed, width, width))
        inner = self.do("Sigmoid", self.linear(self.normal(rows, width), width, 2 * width))
        return self.do("Add", rows, self.linear(inner, 2 * width, width))

    def _later(self, scores: str) -> str:
        """Minus a lot for every token that comes after one."""
        shape = self.do("Shape", scores)
        full = self.do(
            "ConstantOfShape", shape, value=helper.make_tensor("v", TensorProto.FLOAT, [1], [-1e9])
        )
        return self.do("Trilu", full, self.constant(np.array(1, np.int64)), upper=1)

    def save(
        self, path: Path, given: Any, outputs: Mapping[str, tuple[str, list[Any]]], *, apart: bool
    ) -> None:
        """Write the graph; `apart`: its weights into a file beside it."""
        for name, (made, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [made], [name]))
        results = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, (_, shape) in outputs.items()
        ]
        graph = helper.make_graph(self.nodes, path.stem, [given], results, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(model)
        beside = f"{path.name}_data"
        onnx.save_model(model, str(path), save_as_external_data=apart, location=beside, size_threshold=64)


def text_tower(
    path: Path, vocabulary: int, family: str, *, end: int, length: int | str, apart: bool = False
) -> None:
    """CLIP reads what stands at the first end; SigLIP what stands last, and has no projection of a name of its own."""
    graph = Graph(1)
    shape = ["batch", length]
    rows = graph.do("Gather", graph.weight(vocabulary, WIDTH, scale=1), "input_ids")
    places = graph.do("Shape", "input_ids", start=1, end=2)
    zero = graph.constant(np.array([0], np.int64))
    rows = graph.do("Add", rows, graph.do("Slice", graph.weight(77, WIDTH), zero, places, zero))
    rows = graph.attended(rows, WIDTH, causal=family == "clip")
    if family == "clip":
        ends = graph.do(
            "Cast", graph.do("Equal", "input_ids", graph.constant(np.array(end))), to=TensorProto.INT32
        )
        first = graph.do("ArgMax", ends, axis=1, keepdims=1)
        mask = graph.do("Equal", first, graph.do("Range", *_range(graph, places)))
        chosen = graph.do(
            "Unsqueeze", graph.do("Cast", mask, to=TensorProto.FLOAT), graph.constant(np.array([2]))
        )
        axis = graph.constant(np.array([1], np.int64))
        pooled = graph.do("ReduceSum", graph.do("Mul", rows, chosen), axis, keepdims=0)
    else:
        pooled = graph.do("Gather", rows, graph.constant(np.array(-1, np.int64)), axis=1)
    made = graph.linear(graph.normal(pooled, WIDTH), WIDTH, DIMENSION)
    name = "text_embeds" if family == "clip" else "pooler_output"
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)
    outputs = {name: (made, ["batch", DIMENSION]), "last_hidden_state": (rows, ["batch", "length", WIDTH])}
    graph.save(path, given, outputs, apart=apart)


def _range(graph: Graph, length: str) -> tuple[str, str, str]:
    scalar = graph.do("Squeeze", length)
    return graph.constant(np.array(0, np.int64)), scalar, graph.constant(np.array(1, np.int64))


def image_tower(path: Path, family: str, dimension: int = DIMENSION) -> None:
    graph = Graph(2)
    kernel = graph.weight(WIDTH, 3, PATCH, PATCH)
    patches = graph.do("Conv", "pixel_values", kernel, strides=[PATCH, PATCH])
    shape = graph.constant(np.array([0, WIDTH, -1], np.int64))
    rows = graph.do("Transpose", graph.do("Reshape", patches, shape), perm=[0, 2, 1])
    rows = graph.do("Add", rows, graph.weight((SIDE // PATCH) ** 2, WIDTH))
    rows = graph.attended(rows, WIDTH, causal=False)
    axis = graph.constant(np.array([1], np.int64))
    pooled = graph.do("ReduceMean", rows, axis, keepdims=0)
    made = graph.linear(graph.normal(pooled, WIDTH), WIDTH, dimension)
    name = "image_embeds" if family == "clip" else "pooler_output"
    given = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])
    graph.save(path, given, {name: (made, ["batch", dimension])}, apart=False)


# Tokenizers


@cache
def clip_tokenizer() -> Tokenizer:
    """Pieces of bytes, ends of words marked, as in CLIP."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    pieces = pre_tokenizers.Split(Regex(r"'s|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pieces, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1000,
        special_tokens=["<|startoftext|>", "<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    start, end = (tokenizer.token_to_id(token) or 0 for token in ("<|startoftext|>", "<|endoftext|>"))
    tokenizer.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", end), ("<|startoftext|>", start), False, False
    )
    return tokenizer


@cache
def siglip_tokenizer() -> Tokenizer:
    """SentencePiece's unigrams, as in SigLIP."""
    marks = [("<unk>", 0.0), ("</s>", 0.0)]
    words = [("▁" + word, -2.0) for word in WORDS.split()] + [(word, -4.0) for word in WORDS.split()]
    letters = [(letter, -9.0) for letter in "▁bcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.Unigram([*marks, *dict(words + letters).items()], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Replace(Regex(r"[!-/:-@\[-`{-~]"), ""), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    return tokenizer


@cache
def gemma_tokenizer() -> Tokenizer:
    """Pieces of characters with bytes to fall back to, which lowers no case and puts no end, as in SigLIP 2."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=1000, special_tokens=["<pad>", "<eos>", "<unk>", *bytes_], show_progress=False
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    return tokenizer


def _corpus() -> Iterator[str]:
    for word in WORDS.split():
        yield from [word, f"a {word}", f"the {word} and {word}"] * 50


# Whole models

_PREPROCESSORS: Mapping[str, Mapping[str, Any]] = {
    "clip": {
        "do_center_crop": True,
        "crop_size": {"height": SIDE, "width": SIDE},
        "size": {"shortest_edge": SIDE},
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    },
    "siglip": {"size": {"height": SIDE, "width": SIDE}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
}
_PREPROCESSORS = {**_PREPROCESSORS, "siglip2": _PREPROCESSORS["siglip"]}

_TOKENIZER_CONFIGS: Mapping[str, Mapping[str, Any]] = {
    "clip": {"pad_token": "<|endoftext|>", "eos_token": {"content": "<|endoftext|>"}},
    "siglip": {"pad_token": "</s>", "eos_token": "</s>"},
    "siglip2": {"pad_token": "<pad>", "eos_token": "<eos>", "add_eos_token": True},
}

_TOKENIZERS = {"clip": clip_tokenizer, "siglip": siglip_tokenizer, "siglip2": gemma_tokenizer}

KINDS = tuple(_TOKENIZERS)


def make_model(root: Path, kind: str = "clip", *, variant: str = "", apart: bool = False) -> Path:
    """Write a model's files, some hundred kilobytes.

    Args:
        kind: one of `KINDS`.
        variant: of the towers' file names.
        apart: the weights of the text tower get a file of their own.
    """
    (root / "onnx").mkdir(parents=True, exist_ok=True)
    family = "clip" if kind == "clip" else "siglip"
    tokenizer = _TOKENIZERS[kind]()
    tokenizer.save(str(root / "tokenizer.json"))
    said = {
        "config.json": {"model_type": family, "text_config": {}, "vision_config": {"image_size": SIDE}},
        "preprocessor_config.json": {"do_resize": True, "resample": 3, **_PREPROCESSORS[kind]},
        "tokenizer_config.json": _TOKENIZER_CONFIGS[kind],
    }
    for name, content in said.items():
        (root / name).write_text(json.dumps(content))
    end = tokenizer.token_to_id("<|endoftext|>") or 0
    ending = f"_{variant}.onnx" if variant else ".onnx"
    length = 64 if kind == "siglip2" else "length"
    vocabulary = tokenizer.get_vocab_size()
    text_tower(root / "onnx" / f"text_model{ending}", vocabulary, family, end=end, length=length, apart=apart)
    image_tower(root / "onnx" / f"vision_model{ending}", family)
    return root


def make_misfit(root: Path) -> Path:
    """Write a model whose image tower is that of another one: its vectors are wider."""
    make_model(root)
    image_tower(root / "onnx" / "vision_model.onnx", "clip", DIMENSION + 8)
    return root
