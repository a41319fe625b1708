"""What is not fit to make a library's vectors is told before it makes any: on real graphs, each spoilt in one way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vizsla.encoders import EncoderError, Options, open_encoder
from vizsla.encoders.seam import probe

from .towers import KINDS, SIDE, make_misfit, make_model

TEXT, IMAGE = "text_model.onnx", "vision_model.onnx"


def spoil(root: Path, tower: str, how: Callable[[Any], None]) -> None:
    """Change a tower's graph."""
    path = str(root / "onnx" / tower)
    model = onnx.load(path)
    how(model.graph)
    onnx.save(model, path)


def say(root: Path, name: str, **content: object) -> None:
    """Change one of the files of JSON, or write it."""
    path = root / name
    said = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(said | content))


def take_as(name: str) -> Callable[[Any], None]:
    """The graph's input gets another name."""

    def rename(graph: Any) -> None:
        given = graph.input[0].name
        graph.input[0].name = name
        for node in graph.node:
            node.input[:] = [name if each == given else each for each in node.input]

    return rename


def give(output: str, instead: str) -> Callable[[Any], None]:
    """What the graph gives under a name is what came in the middle of it, at the first node of a kind."""

    def replace(graph: Any) -> None:
        made = next(node.output[0] for node in graph.node if node.op_type == instead)
        (last,) = (node for node in graph.node if output in node.output)
        last.input[:] = [made]
        for each in graph.output:
            if each.name == output:
                each.type.CopyFrom(helper.make_tensor_type_proto(TensorProto.FLOAT, None))

    return replace


def weigh(value: float) -> Callable[[Any], None]:
    """All of the last weights are this number."""

    def replace(graph: Any) -> None:
        weights = graph.initializer[-1]
        graph.initializer[-1].CopyFrom(
            numpy_helper.from_array(np.full(weights.dims, value, np.float32), weights.name)
        )

    return replace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_model(tmp_path / "model")


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_every_kind_does(tmp_path: Path, kind: str) -> None:
    probe(open_encoder(str(make_model(tmp_path / "model", kind))))


def test_the_bundled_encoder_has_nothing_to_show() -> None:
    probe(open_encoder())


# Towers


def test_towers_of_two_widths_are_refused(tmp_path: Path) -> None:
    encoder = open_encoder(str(make_misfit(tmp_path / "model")))
    with pytest.raises(EncoderError, match=r"model gives 16 numbers for a text and 24 for a picture"):
        probe(encoder)


@pytest.mark.parametrize(("tower", "which"), [(TEXT, "text"), (IMAGE, "image")])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_vectors_that_are_no_numbers_or_nothing_are_refused(
    root: Path, tower: str, which: str, value: float
) -> None:
    spoil(root, tower, weigh(value))
    with pytest.raises(
        EncoderError, match=f"the {which} tower of .*model gives nothing that can be compared"
    ):
        probe(open_encoder(str(root)))


@pytest.mark.parametrize(
    ("tower", "output", "instead"), [(TEXT, "text_embeds", "Add"), (IMAGE, "image_embeds", "Add")]
)
def test_towers_that_give_no_rows_are_refused(root: Path, tower: str, output: str, instead: str) -> None:
    spoil(root, tower, give(output, instead))
    with pytest.raises(
        EncoderError, match=rf"{tower} gives {output} of the shape \(1, .*, 24\), and one row"
    ):
        probe(open_encoder(str(root)))


@pytest.mark.parametrize(
    ("tower", "name", "wanted"),
    [(TEXT, "tokens", "input_ids, attention_mask"), (IMAGE, "image", "pixel_values")],
)
def test_towers_that_take_other_inputs_are_refused(root: Path, tower: str, name: str, wanted: str) -> None:
    spoil(root, tower, take_as(name))
    with pytest.raises(EncoderError, match=f"{tower} takes {name}, and only {wanted} can be given"):
        probe(open_encoder(str(root)))


def test_towers_that_take_numbers_of_another_type_are_refused(root: Path) -> None:
    def double(graph: Any) -> None:
        graph.input[0].type.tensor_type.elem_type = TensorProto.DOUBLE
        cast = helper.make_node("Cast", ["pixel_values"], ["cast"], to=TensorProto.FLOAT)
        for node in graph.node:
            node.input[:] = ["cast" if each == "pixel_values" else each for each in node.input]
        graph.node.insert(0, cast)

    spoil(root, IMAGE, double)
    with pytest.raises(EncoderError, match=rf"{IMAGE} takes pixel_values as tensor\(double\)"):
        probe(open_encoder(str(root)))


def test_pictures_of_a_size_that_the_tower_does_not_take_are_an_error_that_names_it(root: Path) -> None:
    sides = {"height": 2 * SIDE, "width": 2 * SIDE}
    say(root, "preprocessor_config.json", crop_size=sides, size={"shortest_edge": 2 * SIDE})
    with pytest.raises(EncoderError, match=rf"{IMAGE} cannot be run: .*; get the model again"):
        probe(open_encoder(str(root)))


# What the files say, which is read whenever one is opened


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("preprocessor_config.json", {"image_std": [0, 0, 0]}),
        ("preprocessor_config.json", {"image_std": [0.5, -0.5, 0.5]}),
        ("preprocessor_config.json", {"rescale_factor": 0}),
        ("export_meta.json", {"logit_scale": 0, "logit_bias": -12.9}),
        ("export_meta.json", {"logit_scale": -117.3, "logit_bias": -12.9}),
        ("config.json", {"text_config": {"max_position_embeddings": -1}}),
    ],
)
def test_numbers_that_cannot_be_are_refused_when_they_are_read(
    root: Path, name: str, said: dict[str, object]
) -> None:
    say(root, name, **said)
    with pytest.raises(EncoderError, match=rf"{name} cannot be used: .* >=? [01]"):
        open_encoder(str(root))


@pytest.mark.parametrize("scale", [1e-320, 4.765])
def test_a_floor_that_is_no_cosine_is_refused_unless_the_owner_has_another(
    tmp_path: Path, scale: float
) -> None:
    root = make_model(tmp_path / "model", "siglip")
    say(root, "export_meta.json", logit_scale=scale, logit_bias=-12.9)
    with pytest.raises(EncoderError, match=r"would be (inf|1\.11): .*`encoder_floor`"):
        probe(open_encoder(str(root)))
    probe(open_encoder(str(root), options=Options(floor=0.05)))
