"""Models from a hub, which here is a server on this machine: by the client that talks to the real one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from vizsla.encoders import EncoderError, open_encoder
from vizsla.encoders.seam import origin_of

from .hub import COMMIT, REPOSITORY, Hub
from .towers import make_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("hub") / "model")


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


def test_what_is_not_there_is_an_error_that_names_it(hub: Hub) -> None:
    with pytest.raises(EncoderError, match="the hub does not give nobody/nothing@main"):
        open_encoder("nobody/nothing")


def test_a_hub_that_does_not_answer_is_an_error_that_says_what_to_do(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EncoderError, match=r"cannot be downloaded \(.*name its directory"):
        open_encoder(REPOSITORY)
