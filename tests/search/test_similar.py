"""What looks like an image, in the gallery, with the bundled encoder."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps

from vizsla.library import Library
from vizsla.records import AnyOf, Vector
from vizsla.search.everyday import SUBJECTS
from vizsla.search.ground import FEWEST, Ground, Measure
from vizsla.search.original import original_of
from vizsla.search.similar import Nearest, Similarity, on_site, together
from vizsla.search.subject import Meant, Subject, Subjects
from vizsla.store import Stored


@pytest.fixture(scope="module")
def similarity(gallery_library: Library) -> Similarity:
    gallery_library.index()
    return gallery_library.similarity


@pytest.fixture(scope="module")
def subjects(gallery_library: Library) -> Subjects:
    return gallery_library.subjects


def pictures(library: Library) -> list[Stored]:
    """Forty of the gallery that are not drawn by us, evenly spread."""
    found = [stored for stored in library.store.each() if stored.record.format in ("png", "jpeg")]
    return found[:: max(1, len(found) // 40)][:40]


def smaller(stored: Stored, change: Callable[[Image.Image], Image.Image] = ImageOps.mirror) -> bytes:
    """A smaller picture; mirrored, it is no copy."""
    data = original_of(stored.record)
    assert data is not None
    with Image.open(io.BytesIO(data)) as opened:
        over = Image.new("RGBA", opened.size, "white")
        over.alpha_composite(opened.convert("RGBA"))
    made = io.BytesIO()
    small = change(over.convert("RGB").resize((200, max(1, 200 * over.height // over.width))))
    small.save(made, "JPEG", quality=70)
    return made.getvalue()


def shown(data: bytes) -> Meant:
    return Meant(parameter="image", crop_parameter="cal", data=data)


def test_smaller_copies_are_their_originals(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    known = 0
    for stored in pictures(gallery_library):
        subject = subjects.seen(shown(smaller(stored, lambda image: image)))
        numbers = {one.number for one in subject.copies}
        known += stored.number in numbers
        assert numbers.isdisjoint(number for number, _ in similarity.nearest(subject, ()).pairs)
    assert known >= 0.9 * len(pictures(gallery_library))


def test_smaller_pictures_find_what_they_are_mirrored_of(
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


def everything(library: Library) -> Vector:
    """The vectors of a library, `(n, dimension)`."""
    return np.stack(list(library.store.vectors([one.number for one in library.store.each()]).values()))


def test_two_pictures_of_a_library_are_not_alike_on_average(gallery_library: Library) -> None:
    vectors = everything(gallery_library)
    assert len(vectors) >= FEWEST
    ground = Ground(gallery_library.store, gallery_library.indexer.engine, lambda: gallery_library.encoder)
    features = ground.measure(vectors.shape[1]).features(vectors)
    assert np.linalg.norm(features, axis=1) == pytest.approx(np.ones(len(features)), abs=1e-3)
    before, after = (np.abs((matrix @ matrix.T).mean()) for matrix in (vectors, features))
    assert after < before / 3


def test_the_direction_of_a_picture_leads_an_engine_to_what_is_like_it(gallery_library: Library) -> None:
    vectors = everything(gallery_library)
    words = gallery_library.encoder.encode_texts(SUBJECTS)
    measure = Measure(vectors, words[words.any(axis=1)])
    features = measure.features(vectors)
    for row in features[::20]:
        best = set(np.argsort(-(features @ row))[:10].tolist())
        led = np.argsort(-(vectors @ measure.direction(row)))[: len(vectors) // 4]
        assert len(best.intersection(led.tolist())) >= 8


@pytest.mark.parametrize("words", [0, 40])
@pytest.mark.parametrize("sample", [0, FEWEST, 500])
def test_any_library_and_encoder_have_a_measure_by_which_a_picture_is_most_like_itself(
    sample: int, words: int
) -> None:
    random = np.random.default_rng(sample + words)
    vectors = random.standard_normal((20, 12)).astype(np.float32)
    measure = Measure(*(random.standard_normal((rows, 12)).astype(np.float32) for rows in (sample, words)))
    features = measure.features(np.vstack([vectors, np.zeros((1, 12), np.float32)]))
    assert not features[-1].any()
    assert (np.argmax(features[:-1] @ features[:-1].T, axis=1) == np.arange(20)).all()
    assert measure.direction(features[0]).shape == (12,)


# Several pictures, and words beside them


def test_what_is_like_several_is_like_one_of_them_and_none_of_them_itself(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    two = [subjects.kept(stored.record.image_id) for stored in pictures(gallery_library)[4:12:7]]
    first, second = (one for one in two if one)
    found = [number for number, _ in similarity.nearest(first, (), more=[second]).pairs[:10]]
    apart = [{number for number, _ in similarity.nearest(one, ()).pairs[:30]} for one in (first, second)]
    own = {stored.number for one in (first, second) for stored in one.copies}
    assert own.isdisjoint(found)
    assert sum(any(number in near for near in apart) for number in found) >= 8
    swapped = similarity.nearest(second, (), more=[first]).pairs
    assert [number for number, _ in swapped[:10]] == found


def test_likeness_to_several_lies_between_the_mean_and_the_greatest() -> None:
    likenesses = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.2]], np.float32)
    both = together(likenesses)
    assert (both >= likenesses.mean(axis=1) - 1e-6).all()
    assert (both <= likenesses.max(axis=1) + 1e-6).all()
    assert together(likenesses[:, :1]) == pytest.approx(likenesses[:, 0])


def test_a_colour_beside_a_picture_brings_what_has_it(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    coloured = []
    for stored in pictures(gallery_library)[::8]:
        subject = subjects.kept(stored.record.image_id)
        assert subject is not None
        pairs = similarity.nearest(subject, (), words="red").pairs[:10]
        records = gallery_library.store.records([number for number, _ in pairs])
        coloured += ["red" in one.record.colours for one in records]
        assert len(pairs) == 10
    assert np.mean(coloured) >= 0.9


def test_people_beside_a_picture_bring_those_with_a_face_that_are_most_like_it(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    faces = {stored.number for stored in pictures(gallery_library) if stored.record.faces}
    assert faces
    alone = {}
    for stored in pictures(gallery_library)[::40]:
        subject = subjects.kept(stored.record.image_id)
        assert subject is not None
        near = [number for number, _ in similarity.nearest(subject, ()).pairs]
        wished = [number for number, _ in similarity.nearest(subject, (), words="people").pairs]
        alone[stored.number] = sum(number in faces for number in near[:10])
        assert sum(number in faces for number in wished[:10]) >= min(len(faces) - 1, alone[stored.number] + 1)


def test_operators_beside_a_picture_hold_for_everything(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    subject = subjects.kept(pictures(gallery_library)[3].record.image_id)
    assert subject is not None
    png = similarity.nearest(subject, (), words="filetype:png").pairs
    records = gallery_library.store.records([number for number, _ in png])
    assert records
    assert {one.record.format for one in records} == {"png"}


def test_words_that_mean_nothing_leave_what_is_like_the_picture(
    gallery_library: Library, similarity: Similarity, subjects: Subjects
) -> None:
    subject = subjects.kept(pictures(gallery_library)[3].record.image_id)
    assert subject is not None
    assert similarity.nearest(subject, (), words="qwxzzy").pairs == similarity.nearest(subject, ()).pairs


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
