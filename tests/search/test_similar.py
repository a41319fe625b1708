"""What looks like an image, in the gallery, with the bundled encoder."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vizsla.library import Library
from vizsla.records import AnyOf
from vizsla.search.ground import FEWEST, Ground
from vizsla.search.original import original_of
from vizsla.search.similar import Nearest, Similarity, on_site
from vizsla.search.subject import Meant, Subject, Subjects
from vizsla.store import Stored


@pytest.fixture(scope="module")
def similarity(gallery_library: Library) -> Similarity:
    gallery_library.index()
    return Similarity(gallery_library.store, gallery_library.indexer.engine)


@pytest.fixture(scope="module")
def subjects(gallery_library: Library) -> Subjects:
    library = gallery_library
    dimension = library.descriptor.encoder.dimension
    return Subjects(library.store, library.blobs, lambda: library.encoder, dimension, original_of)


def pictures(library: Library) -> list[Stored]:
    """Forty of the gallery that are not drawn by us, evenly spread."""
    found = [stored for stored in library.store.each() if stored.record.format in ("png", "jpeg")]
    return found[:: max(1, len(found) // 40)][:40]


def smaller(stored: Stored) -> bytes:
    data = original_of(stored.record)
    assert data is not None
    with Image.open(io.BytesIO(data)) as opened:
        over = Image.new("RGBA", opened.size, "white")
        over.alpha_composite(opened.convert("RGBA"))
    made = io.BytesIO()
    over.convert("RGB").resize((200, max(1, 200 * over.height // over.width))).save(made, "JPEG", quality=70)
    return made.getvalue()


def shown(data: bytes) -> Meant:
    return Meant(parameter="image", crop_parameter="cal", data=data)


def test_smaller_copies_find_their_originals(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    ranks = []
    for stored in pictures(gallery_library):
        page = similarity.page(similarity.nearest(subjects.seen(shown(smaller(stored))), ()), limit=10)
        ranks.append([record.image_id for record in page.records].count(stored.record.image_id))
    assert np.mean(ranks) >= 0.85


def test_pages_are_slices_of_one_order_by_falling_similarity(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    subject = subjects.seen(shown(smaller(pictures(gallery_library)[3])))
    nearest = similarity.nearest(subject, ())
    whole = similarity.page(nearest, limit=100)
    parts = [similarity.page(nearest, offset=offset, limit=30) for offset in (0, 30, 60, 90)]
    assert [record for part in parts for record in part.records][:100] == whole.records
    assert {part.total for part in parts} == {whole.total}
    near = similarity.neighbours(nearest)
    assert [one.record for one in near] == whole.records[: len(near)]
    assert [one.similarity for one in near] == sorted((one.similarity for one in near), reverse=True)
    assert all(-1.001 <= one.similarity <= 1.001 for one in near)


def test_only_what_passes_the_filters_is_similar(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    subject = subjects.seen(shown(smaller(pictures(gallery_library)[3])))
    tall = similarity.page(similarity.nearest(subject, (AnyOf("aspect", frozenset(("tall",))),)), limit=50)
    assert tall.records
    assert {record.aspect for record in tall.records} == {"tall"}
    assert similarity.nearest(subject, (on_site("example.org"),)).pairs == ()


def test_without_looks_nothing_is_similar(similarity: Similarity) -> None:
    for vector in (None, np.zeros(256, np.float32)):
        subject = Subject(vector=vector, token="")
        assert similarity.nearest(subject, ()).pairs == ()
    assert similarity.page(Nearest(), limit=5).total == 0
    assert similarity.neighbours(Nearest()) == []


def test_the_common_direction_is_taken_away(gallery_library: Library) -> None:
    store, engine = gallery_library.store, gallery_library.indexer.engine
    numbers = [stored.number for stored in store.each()]
    vectors = np.stack(list(store.vectors(numbers).values()))
    assert len(vectors) >= FEWEST
    above = Ground(store, engine).above(vectors)
    assert np.linalg.norm(above, axis=1) == pytest.approx(np.ones(len(above)), abs=1e-3)
    before, after = (np.abs((matrix @ matrix.T).mean()) for matrix in (vectors, above))
    assert after < before / 3


@pytest.mark.parametrize(
    ("site", "domains"),
    [
        ("www.Example.com", {"www.example.com"}),
        ("https://example.com/a?b", {"example.com"}),
        ("*.example.com:80", {"example.com"}),
    ],
)
def test_a_site_is_read_as_its_operator_does(site: str, domains: set[str]) -> None:
    assert on_site(site).domains == domains
