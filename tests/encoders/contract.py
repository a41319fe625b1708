"""What every encoder does. A test module subclasses `EncoderContract` and gives the fixture `encoder`."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vizsla.encoders.seam import Encoder, Pixels

TEXTS = ("dog", "a red sailing boat on the sea", "puppies", "violin")


def pictures(encoder: Encoder, count: int) -> Pixels:
    """Noise, smoothed in blocks of 20 pixels so that it is not the same grey for every network."""
    side = encoder.geometry.side
    blocks = np.random.default_rng(5).integers(0, 256, (count, -(-side // 20), -(-side // 20), 3), np.uint8)
    return blocks.repeat(20, axis=1).repeat(20, axis=2)[:, :side, :side]


class EncoderContract:
    def test_it_names_itself_and_its_model(self, encoder: Encoder) -> None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", encoder.name)
        assert re.fullmatch(r"[0-9a-f]{64}", encoder.digest)

    def test_vectors_are_finite_float32_rows_of_the_dimension(self, encoder: Encoder) -> None:
        images, texts = encoder.encode_images(pictures(encoder, 3)), encoder.encode_texts(TEXTS)
        assert images.shape == (3, encoder.dimension)
        assert texts.shape == (len(TEXTS), encoder.dimension)
        for vectors in (images, texts):
            assert vectors.dtype == np.float32
            assert np.isfinite(vectors).all()
            assert vectors.any(axis=1).all()

    def test_nothing_gives_no_rows(self, encoder: Encoder) -> None:
        assert encoder.encode_images(pictures(encoder, 3)[:0]).shape == (0, encoder.dimension)
        assert encoder.encode_texts([]).shape == (0, encoder.dimension)

    def test_a_row_does_not_depend_on_its_batch(self, encoder: Encoder) -> None:
        batch = pictures(encoder, 11)
        alone = np.concatenate([encoder.encode_images(batch[at : at + 1]) for at in range(len(batch))])
        np.testing.assert_allclose(encoder.encode_images(batch), alone, atol=1e-5)
        texts = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
        np.testing.assert_array_equal(encoder.encode_texts(TEXTS), texts)

    def test_the_batch_is_not_written_to_and_may_be_a_view(self, encoder: Encoder) -> None:
        batch = pictures(encoder, 2)
        mirrored = batch[:, :, ::-1]
        mirrored.flags.writeable = False
        np.testing.assert_allclose(encoder.encode_images(mirrored), encoder.encode_images(mirrored.copy()))

    def test_wrong_pixels_are_refused(self, encoder: Encoder) -> None:
        batch = pictures(encoder, 1)
        for wrong in (batch[0], batch[:, 1:], batch[..., :2], batch.astype(np.float32)):
            with pytest.raises(ValueError, match="pixels"):
                encoder.encode_images(wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "text", ["", "  ", "?!", "of the", "qxzvk wqpzt", "字", "x" * 100_000, "\x00", "\ud800"]
    )
    def test_a_text_without_a_known_word_gives_zeros(self, encoder: Encoder, text: str) -> None:
        assert not encoder.encode_texts([text]).any()

    def test_it_knows_words_and_not_what_is_none(self, encoder: Encoder) -> None:
        assert all(encoder.knows(text) for text in ("dog", "Puppies", "a red sailing boat on the sea", ""))
        assert not any(
            encoder.knows(text) for text in ("qxzvk", "dog qxzvk", "pupppies", "\ud800 " + "x" * 100_000)
        )

    def test_several_threads_get_what_one_gets(self, encoder: Encoder) -> None:
        batch = pictures(encoder, 2)
        images, texts = encoder.encode_images(batch), encoder.encode_texts(TEXTS)
        with ThreadPoolExecutor(8) as pool:
            many_images = list(pool.map(encoder.encode_images, [batch] * 8))
            many_texts = list(pool.map(encoder.encode_texts, [TEXTS] * 64))
        for got in many_images:
            np.testing.assert_allclose(got, images, atol=1e-5)
        for got in many_texts:
            np.testing.assert_array_equal(got, texts)
