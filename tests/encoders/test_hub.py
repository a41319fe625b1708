"""Models from a hub, which here is a server on this machine: by the client that talks to the real one."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from vizsla.encoders import EncoderError, open_encoder
from vizsla.encoders.seam import origin_of

from .hub import COMMIT, REPOSITORY, Hub
from .towers import make_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("hub") / "model", apart=True)


@pytest.fixture
def hub(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, and an empty place to keep models in."""
    hub = Hub(model)
    with hub.running() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "kept"))
        monkeypatch.delenv("HF_HUB_CACHE", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield hub


PINNED = f"{REPOSITORY}@{COMMIT}"


def kept() -> Path:
    """Where the hub's client keeps the files of the commit."""
    folder = f"models--{REPOSITORY.replace('/', '--')}"
    return Path(os.environ["HF_HOME"]) / "hub" / folder / "snapshots" / COMMIT


def put(model: Path, *left_out: str) -> Path:
    """Leave the files of the commit there, as another program does that needs no more of them."""
    return Path(shutil.copytree(model, kept(), ignore=shutil.ignore_patterns(*left_out)))


def test_a_model_is_fetched_once_and_pinned_to_its_commit(hub: Hub) -> None:
    encoder = open_encoder(REPOSITORY)
    assert encoder.encode_texts(["dog"]).any()
    assert encoder.name == "clip"
    source = origin_of(encoder).source
    assert source == f"{REPOSITORY}@{COMMIT}"
    asked = len(hub.asked)
    assert open_encoder(source).digest == encoder.digest
    assert len(hub.asked) == asked


def test_only_the_files_of_the_variant_are_fetched(hub: Hub) -> None:
    open_encoder(REPOSITORY)
    fetched = {
        path.partition(COMMIT)[2].lstrip("/")
        for path in hub.asked
        if path.startswith("GET") and COMMIT in path
    }
    assert fetched == set(hub.files())
    with pytest.raises(EncoderError, match=r"no text_model_fp16\.onnx: there is onnx/text_model\.onnx"):
        open_encoder(f"{REPOSITORY}:fp16")


def test_its_licence_and_size_are_told_before_it_comes(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(sum("/resolve/" in path for path in hub.asked))

    watching = Watching()
    logging.getLogger("vizsla").addHandler(watching)
    try:
        open_encoder(REPOSITORY)
    finally:
        logging.getLogger("vizsla").removeHandler(watching)
    assert told == [0, 0]
    said, warned = (record.getMessage() for record in caplog.records if record.name.startswith("vizsla"))
    assert said == f"getting the encoder {REPOSITORY}@{COMMIT}: 0 MB, licence cc-by-nc-4.0"
    assert warned == "this licence forbids commercial use"


def test_offline_nothing_is_asked_and_what_is_kept_is_used(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="is not on this machine, and HF_HUB_OFFLINE forbids"):
        open_encoder(REPOSITORY)
    assert hub.asked == []
    monkeypatch.delenv("HF_HUB_OFFLINE")
    digest = open_encoder(REPOSITORY).digest
    asked = len(hub.asked)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert open_encoder(f"{REPOSITORY}@{COMMIT}").digest == digest
    assert len(hub.asked) == asked


def test_a_download_that_breaks_off_leaves_nothing_that_is_taken_for_a_model(hub: Hub) -> None:
    hub.cut_after = 10_000
    first = _attempt()
    encoder = open_encoder(REPOSITORY)
    assert encoder.encode_texts(["dog"]).any()
    assert first is None or first == encoder.digest


FILES = (
    *("config.json", "onnx/text_model.onnx", "onnx/text_model.onnx_data", "onnx/vision_model.onnx"),
    *("preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"),
)


@pytest.mark.parametrize("refused", FILES)
def test_whichever_file_does_not_come_the_rest_is_not_taken_for_the_model(
    hub: Hub, model: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    assert set(FILES) == set(hub.files())
    hub.refused = refused
    for name in (REPOSITORY, PINNED):
        with pytest.raises(EncoderError):
            open_encoder(name)
    with monkeypatch.context() as offline, pytest.raises(EncoderError, match="is not on this machine"):
        offline.setenv("HF_HUB_OFFLINE", "1")
        open_encoder(PINNED)
    hub.refused = None
    assert open_encoder(PINNED).digest == open_encoder(str(model)).digest


@pytest.mark.parametrize("refused", ["tokenizer_config.json", "onnx/text_model.onnx_data"])
def test_it_is_not_taken_for_the_model_with_what_others_got_either(
    hub: Hub, model: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    put(model, "onnx", "tokenizer_config.json")
    hub.refused = refused
    with pytest.raises(EncoderError, match="cannot be downloaded"):
        open_encoder(PINNED)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="is not on this machine"):
        open_encoder(PINNED)


def _attempt() -> str | None:
    try:
        return open_encoder(REPOSITORY).digest
    except EncoderError as error:
        assert "run the same command again" in str(error)
        return None


def test_a_file_that_is_not_what_the_hub_says_is_refused_and_not_kept(hub: Hub) -> None:
    hub.spoilt = "onnx/vision_model.onnx"
    with pytest.raises(EncoderError, match=r"onnx/vision_model\.onnx did not arrive as the hub has it"):
        open_encoder(REPOSITORY)
    hub.spoilt = None
    assert open_encoder(REPOSITORY).encode_texts(["dog"]).any()


# What other programs put into the hub's cache


def test_what_others_got_is_completed_and_compared_once(hub: Hub, model: Path) -> None:
    put(model, "tokenizer_config.json")
    encoder = open_encoder(PINNED)
    assert encoder.digest == open_encoder(str(model)).digest
    assert [path for path in hub.asked if path.startswith("GET") and "/resolve/" in path] == [
        f"GET /{REPOSITORY}/resolve/{COMMIT}/tokenizer_config.json"
    ]
    asked = len(hub.asked)
    assert open_encoder(PINNED).digest == encoder.digest
    assert len(hub.asked) == asked


def test_what_others_got_whole_is_not_told_as_a_download(
    hub: Hub, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(model)
    open_encoder(PINNED)
    assert not [record for record in caplog.records if record.name.startswith("vizsla")]
    assert not [path for path in hub.asked if "/resolve/" in path]


def test_offline_what_others_got_is_used_as_it_is(
    hub: Hub, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(model, "tokenizer_config.json")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    encoder = open_encoder(PINNED)
    assert encoder.encode_texts(["dog"]).any()
    assert "tokenizer_config.json" not in origin_of(encoder).files
    assert hub.asked == []


def test_what_others_got_and_is_not_what_the_hub_has_is_refused_and_not_kept(hub: Hub, model: Path) -> None:
    spoilt = put(model) / "onnx" / "vision_model.onnx"
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"?")
    with pytest.raises(EncoderError, match=r"onnx/vision_model\.onnx did not arrive as the hub has it"):
        open_encoder(PINNED)
    assert open_encoder(PINNED).digest == open_encoder(str(model)).digest


def test_without_the_hub_what_was_never_compared_is_not_used_and_the_way_out_is_told(
    hub: Hub, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(model)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EncoderError, match=r"HF_HUB_OFFLINE=1 takes what is here as it is"):
        open_encoder(PINNED)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert open_encoder(PINNED).digest == open_encoder(str(model)).digest


# What was compared


@pytest.mark.parametrize("offline", ["", "1"])
def test_a_file_that_has_changed_since_it_was_compared_is_named(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, offline: str
) -> None:
    digest = open_encoder(PINNED).digest
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    (kept() / "tokenizer_config.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"tokenizer_config\.json is not the file that .* has") as raised:
        open_encoder(PINNED)
    monkeypatch.setenv("HF_HUB_OFFLINE", "")
    Path(str(raised.value).partition("delete ")[2].partition(" and ")[0]).unlink()
    assert open_encoder(PINNED).digest == digest


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_fetched_again(hub: Hub, name: str) -> None:
    digest = open_encoder(PINNED).digest
    (kept() / name).unlink()
    assert open_encoder(PINNED).digest == digest


def test_of_what_was_compared_nothing_less_is_used_offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    open_encoder(PINNED)
    (kept() / "tokenizer_config.json").unlink()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="is not on this machine"):
        open_encoder(PINNED)


def test_every_variant_is_compared_and_both_are_kept(
    hub: Hub, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.root = make_model(shutil.copytree(model, tmp_path / "both"), variant="quantized")
    both = [open_encoder(name).digest for name in (PINNED, f"{PINNED}:quantized")]
    asked = len(hub.asked)
    assert [open_encoder(name).digest for name in (PINNED, f"{PINNED}:quantized")] == both
    assert len(hub.asked) == asked


def test_where_nothing_can_be_noted_it_is_asked_each_time(
    hub: Hub, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(model)
    (kept().parents[1] / "vizsla").write_text("in the way")
    for _ in range(2):
        assert open_encoder(PINNED).digest == open_encoder(str(model)).digest
    assert "HF_HUB_OFFLINE=1" in caplog.text
    assert len(hub.asked) == 2


@pytest.mark.parametrize("note", ["", "[]", '{"config.json": 1}', '{"../../x": ""}'])
def test_a_note_that_cannot_be_read_is_none(hub: Hub, note: str) -> None:
    digest = open_encoder(PINNED).digest
    (written,) = (kept().parents[1] / "vizsla").iterdir()
    written.write_text(note)
    asked = len(hub.asked)
    assert open_encoder(PINNED).digest == digest
    assert len(hub.asked) > asked


def test_what_is_not_there_is_an_error_that_names_it(hub: Hub) -> None:
    with pytest.raises(EncoderError, match="the hub does not give nobody/nothing@main"):
        open_encoder("nobody/nothing")


def test_a_hub_that_does_not_answer_is_an_error_that_says_what_to_do(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EncoderError, match=r"cannot be downloaded \(.*name its directory"):
        open_encoder(REPOSITORY)
