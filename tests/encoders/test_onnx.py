"""The ONNX CLIP family, on small models of every kind that have the file layout of real ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from vizsla.encoders import EncoderError, Options, UnknownEncoder, open_encoder
from vizsla.encoders.onnx.configuration import PROBABILITY, floor_of
from vizsla.encoders.onnx.models import MODELS, Sigmoid
from vizsla.encoders.onnx.reference import COMMIT, Reference, read_reference
from vizsla.encoders.onnx.tokens import Tokens
from vizsla.encoders.seam import Encoder, InputGeometry, origin_of

from .contract import EncoderContract, pictures
from .towers import DIMENSION, KINDS, SIDE, make_model


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model of every kind."""
    place = tmp_path_factory.mktemp("models")
    return {kind: make_model(place / f"Tiny {kind}", kind) for kind in KINDS}


@pytest.fixture(scope="module", params=KINDS)
def encoder(request: pytest.FixtureRequest, models: dict[str, Path]) -> Encoder:
    return open_encoder(str(models[request.param]))


class TestEveryKind(EncoderContract):
    def test_all_vectors_have_length_1(self, encoder: Encoder) -> None:
        for vectors in (
            encoder.encode_images(pictures(encoder, 3)),
            encoder.encode_texts(["dog", "red cat"]),
        ):
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_case_and_space_change_nothing_and_words_do(self, encoder: Encoder) -> None:
        dog, same, cat = encoder.encode_texts(["red dog", "  Red DOG ", "red cat"])
        np.testing.assert_allclose(dog, same, atol=1e-6)
        assert not np.allclose(dog, cat, atol=1e-3)

    def test_a_text_beyond_all_bounds_is_read_from_its_beginning(self, encoder: Encoder) -> None:
        long = " ".join(["red", "dog"] * 100_000)
        assert encoder.encode_texts([long]).any()

    def test_a_word_that_is_in_no_list_is_read_by_its_pieces(self, encoder: Encoder) -> None:
        assert encoder.encode_texts(["puppycat"]).any()
        assert not encoder.knows("puppycat")


def test_the_dimension_is_known_from_whichever_tower_is_open(models: dict[str, Path]) -> None:
    for first in ("encode_images", "encode_texts"):
        encoder = open_encoder(str(models["clip"]))
        getattr(encoder, first)(pictures(encoder, 1) if first == "encode_images" else ["dog"])
        assert encoder.dimension == DIMENSION


# Against the graphs themselves


def test_pixels_are_normalized_as_the_files_say(models: dict[str, Path]) -> None:
    import onnxruntime

    encoder = open_encoder(str(models["clip"]))
    said = json.loads((models["clip"] / "preprocessor_config.json").read_text())
    batch = pictures(encoder, 2)
    wanted = (batch / 255 - said["image_mean"]) / said["image_std"]
    session = onnxruntime.InferenceSession(models["clip"] / "onnx" / "vision_model.onnx")
    rows = session.run(["image_embeds"], {"pixel_values": wanted.transpose(0, 3, 1, 2).astype(np.float32)})[0]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode_images(batch), rows, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("clip", ["<|startoftext|>", "red</w>", "dog</w>", "<|endoftext|>"]),
        ("siglip", ["▁red", "▁dog", *["</s>"] * 62]),
        ("siglip2", ["red", "▁dog", "<eos>", *["<pad>"] * 61]),
    ],
)
def test_texts_are_ended_and_filled_up_as_the_family_was_trained(
    models: dict[str, Path], kind: str, wanted: list[str]
) -> None:
    from tokenizers import Tokenizer

    from vizsla.encoders.onnx.configuration import read_configuration

    tokens = Tokens(models[kind] / "tokenizer.json", read_configuration(models[kind]))
    tokenizer = Tokenizer.from_file(str(models[kind] / "tokenizer.json"))
    assert [tokenizer.id_to_token(number) for number in tokens.ids("Red dog")] == wanted
    many = tokens.ids("red dog " * 100)
    assert len(many) == (77 if kind == "clip" else 64)
    assert tokenizer.id_to_token(many[-1]) in ("<|endoftext|>", "</s>", "<eos>")


# What is read of the files


@pytest.mark.parametrize(
    ("said", "geometry"),
    [
        ({"size": 224, "crop_size": 224, "do_center_crop": True}, InputGeometry(224, "crop")),
        (
            {
                "size": {"shortest_edge": 256},
                "crop_size": {"height": 224, "width": 224},
                "do_center_crop": True,
            },
            InputGeometry(224, "crop", 224 / 256),
        ),
        ({"size": {"height": 256, "width": 256}}, InputGeometry(256, "squash")),
        (
            {"size": {"height": 256, "width": 256}, "do_center_crop": False},
            InputGeometry(256, "squash"),
        ),
    ],
)
def test_the_geometry_is_that_of_the_preprocessor(
    tmp_path: Path, said: dict[str, object], geometry: InputGeometry
) -> None:
    root = make_model(tmp_path / "model")
    (root / "preprocessor_config.json").write_text(json.dumps(said))
    assert open_encoder(str(root)).geometry == geometry


def test_the_name_is_that_of_the_directory_and_the_digest_that_of_all_files(tmp_path: Path) -> None:
    root = make_model(tmp_path / "My CLIP (v2)")
    first = open_encoder(str(root))
    assert first.name == "my-clip-v2"
    assert open_encoder(str(root)).digest == first.digest
    assert set(origin_of(first).files) == {
        *("config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"),
        *("onnx/text_model.onnx", "onnx/vision_model.onnx"),
    }
    assert open_encoder(origin_of(first).source).digest == first.digest
    with (root / "onnx" / "vision_model.onnx").open("ab") as file:
        file.write(b"\0")
    assert open_encoder(str(root)).digest != first.digest


def test_a_variant_is_named_behind_a_colon(tmp_path: Path) -> None:
    root = make_model(tmp_path / "model", variant="quantized")
    encoder = open_encoder(f"{root}:quantized")
    assert encoder.name == "model-quantized"
    assert encoder.encode_texts(["dog"]).any()
    assert origin_of(encoder).source == f"{root}:quantized"
    with pytest.raises(EncoderError, match=r"no text_model\.onnx: there is onnx/text_model_quantized\.onnx"):
        open_encoder(str(root))


def test_weights_in_a_file_of_their_own_are_read_and_are_part_of_the_digest(tmp_path: Path) -> None:
    encoder = open_encoder(str(make_model(tmp_path / "model", apart=True)))
    assert "onnx/text_model.onnx_data" in origin_of(encoder).files
    assert encoder.encode_texts(["dog"]).any()


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "tokenizer.json"])
def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path, name: str) -> None:
    root = make_model(tmp_path / "model")
    (root / name).write_text("{")
    with pytest.raises(EncoderError, match=name):
        open_encoder(str(root)).encode_texts(["dog"])
    (root / name).unlink()
    with pytest.raises(EncoderError, match=name):
        open_encoder(str(root))


def test_a_damaged_tower_is_named(tmp_path: Path) -> None:
    root = make_model(tmp_path / "model")
    (root / "onnx" / "vision_model.onnx").write_bytes(b"no graph")
    encoder = open_encoder(str(root))
    assert encoder.encode_texts(["dog"]).any()
    with pytest.raises(EncoderError, match=r"vision_model\.onnx cannot be opened"):
        encoder.encode_images(np.zeros((1, SIDE, SIDE, 3), np.uint8))


def test_towers_that_do_not_give_comparable_vectors_are_refused(tmp_path: Path) -> None:
    root = make_model(tmp_path / "model")
    path = str(root / "onnx" / "text_model.onnx")
    model = onnx.load(path)
    del model.graph.output[0]
    onnx.save(model, path)
    with pytest.raises(EncoderError, match="gives last_hidden_state, and text_embeds is needed"):
        open_encoder(str(root)).encode_texts(["dog"])


def test_models_of_other_kinds_are_refused(tmp_path: Path) -> None:
    root = make_model(tmp_path / "model")
    (root / "config.json").write_text('{"model_type": "siglip2"}')
    with pytest.raises(EncoderError, match="'siglip2', and only clip and siglip can be used"):
        open_encoder(str(root))


# The floor


def test_the_floor_of_a_sigmoid_is_where_it_says_next_to_nothing() -> None:
    for sigmoid in (row.sigmoid for row in MODELS.values() if row.sigmoid):
        logit = sigmoid.scale * floor_of(sigmoid) + sigmoid.bias
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(PROBABILITY)
    assert floor_of(Sigmoid(117.330765, -12.932437)) == pytest.approx(0.045, abs=0.001)


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("siglip")])
def test_every_recommended_siglip_has_a_floor_and_none_takes_that_of_the_family(name: str) -> None:
    sigmoid = MODELS[name].sigmoid
    assert sigmoid
    assert 0 < floor_of(sigmoid) < 0.2


def test_siglip_2_ends_where_siglip_2_does_and_not_where_the_first_did() -> None:
    first, second, larger = (
        MODELS[name].sigmoid for name in ("siglip-base", "siglip2-base", "siglip2-base-256")
    )
    assert larger == second != first


def test_the_floor_is_the_owners_or_the_exports_or_the_familys(tmp_path: Path) -> None:
    root = str(make_model(tmp_path / "model", "siglip"))
    assert open_encoder(root).floor == 0.045
    (tmp_path / "model" / "export_meta.json").write_text('{"logit_scale": 100.0, "logit_bias": -17.6}')
    assert open_encoder(root).floor == pytest.approx(0.1, abs=0.001)
    assert open_encoder(root, options=Options(floor=0.3)).floor == 0.3


# Hardware


def test_the_processor_is_used_by_any_of_its_names_and_other_hardware_only_where_it_is(
    models: dict[str, Path],
) -> None:
    for name in ("cpu", "CPUExecutionProvider"):
        assert (
            open_encoder(str(models["clip"]), options=Options(providers=(name,))).encode_texts(["dog"]).any()
        )
    with pytest.raises(EncoderError, match=r"no execution provider 'cuda' here, only .*cpu"):
        open_encoder(str(models["clip"]), options=Options(providers=("cuda",))).encode_texts(["dog"])


# Names


def test_without_the_packages_it_says_how_to_get_them(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vizsla.encoders.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=r"pip install 'vizsla\[clip\]'"):
        open_encoder(str(models["clip"]))


def test_unknown_names_are_told_what_there_is() -> None:
    with pytest.raises(UnknownEncoder, match=r"'siglip3'; choose one of: bundled.*siglip2-base"):
        open_encoder("siglip3")


@pytest.mark.parametrize("name", MODELS)
def test_every_recommended_model_is_pinned_and_may_be_used_commercially(name: str) -> None:
    row = MODELS[name]
    assert COMMIT.fullmatch(row.revision)
    assert row.licence in ("MIT", "Apache-2.0")
    assert all(len(digest) == 64 for digest in row.digests.values())
    reference = read_reference(name)
    assert reference is not None
    assert reference.row == row
    assert read_reference(str(reference)) == reference


@pytest.mark.parametrize("name", MODELS)
def test_every_recommended_model_is_described(name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "decisions" / "0010-encoders-from-the-hub.md"
    row = MODELS[name]
    cells = f"| `{name}` | `{row.repository}` | `{row.revision}` | {row.licence} |"
    assert cells in page.read_text("utf-8")


def test_names_of_the_hub_may_have_a_revision_and_a_variant() -> None:
    assert read_reference("Some-One/My_Clip@v1.0:fp16") == Reference(
        name="my-clip-fp16", variant="fp16", repository="Some-One/My_Clip", revision="v1.0"
    )
    assert read_reference("Xenova/siglip-base-patch16-224") == Reference(
        name="siglip-base", repository="Xenova/siglip-base-patch16-224", revision="main"
    )
