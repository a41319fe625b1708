"""Vectors in tokens."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vizsla.records import Vector
from vizsla.search.vector_key import format_vector, parse_vector
from vizsla.wire import MAX_TOKEN_LENGTH, InsightsToken


def vectors(count: int, dimension: int) -> Vector:
    made = np.random.default_rng(5).standard_normal((count, dimension)).astype(np.float32)
    made[:, -1] += 3 * np.sqrt(
        dimension
    )  # as encoders do that put most of a vector into what all have in common
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


@pytest.mark.parametrize("dimension", [64, 256, 512, 1152])
def test_a_direction_survives_the_way_there_and_back(dimension: int) -> None:
    for vector in vectors(50, dimension):
        read = parse_vector(format_vector(7 * vector), dimension)
        assert float(read @ vector) > 0.999
        assert float(np.linalg.norm(read)) == pytest.approx(1)
        assert float(read[:-1] @ vector[:-1]) > 0.99 * float(vector[:-1] @ vector[:-1])


def test_a_vector_is_a_part_of_a_token_that_needs_no_escapes() -> None:
    for vector in vectors(20, 1152):
        token = str(InsightsToken(bcid=format_vector(vector)))
        assert re.fullmatch(r"bcid_[A-Za-z0-9.-]+", token)
        assert len(token) <= MAX_TOKEN_LENGTH
        assert InsightsToken.parse(token).bcid == token.removeprefix("bcid_")


@given(st.text(max_size=400) | st.text("AB.-=", min_size=330, max_size=350))
@example("A" * 342)
@example("=" * 342)
@example("")
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    try:
        read = parse_vector(text, 256)
    except ValueError:
        return
    assert read.shape == (256,)
    assert float(np.linalg.norm(read)) == pytest.approx(1)


def test_a_vector_of_another_dimension_is_refused() -> None:
    text = format_vector(vectors(1, 128)[0])
    with pytest.raises(ValueError, match="of another library"):
        parse_vector(text, 256)
