"""The sets, made of collections that cannot be distributed: see `benchmarks.__main__`."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.encoder import CATEGORIES, FEWEST
from benchmarks.relevance.absent import NOUNS, SEEN, TAKEN_AWAY
from benchmarks.relevance.judged import Judged, Pictures, Question, Shelf, Texts, order
from benchmarks.relevance.phrases import content_words, forms, part, slip

LANGUAGES = {
    "en": "",
    "de": "de",
    "fr": "fr",
    "es": "es",
    "it": "it",
    "pt": "pt",
    "nl": "nl",
    "ru": "ru",
    "zh": "zh_CN",
    "ja": "ja",
}
"""Languages, and what Tux Paint calls them."""

TAGS = 200
TAG_HOLDERS = range(8, 201)
PAIRS, FEWEST_OF_TWO, SAYING_MORE = 200, 5, 0.6
"""Queries of two tags; how many pictures carry both at least; and of the pictures with either the share that does at most."""
STAMPS = 300
"""Descriptions that are asked for; half of them are in each half."""

Rows = Sequence[Mapping[str, Any]]


def of_photos(photos: Path) -> Iterator[Judged]:
    """Photos of which nothing is said, asked for by everyday categories and by what was taken away.

    Args:
        photos: a folder, beside a table of the same name with labels and hypernyms (see `benchmarks.encoder`).
    """
    rows = list(csv.DictReader(photos.with_suffix(".csv").open(encoding="utf-8")))
    names = {row["file"]: f"{row['labels']}; {row['hypernyms']}".lower().split("; ") for row in rows}
    pictures = Pictures("photos", photos, tuple(names))
    shelf = Shelf("photos", pictures, dict.fromkeys(names, Texts()))
    asked = [_question(query, _of(category, names)) for query, category in CATEGORIES.items()]
    everyday = tuple(one for one in asked if len(one.relevant) >= FEWEST)
    yield Judged("photos, no text", shelf, everyday, "P@16", whole=True)
    slips = {wrong: one.relevant for one in everyday if (wrong := slip(one.text))}
    yield Judged("photos, misspelt", shelf, tuple(_question(wrong, keys) for wrong, keys in slips.items()))
    gone = {query: _of(category, names) for query, category in TAKEN_AWAY.items()}
    away = frozenset[str]().union(*gone.values())
    rest = {key: Texts() for key in names if key not in away}
    missing = [query for query, keys in gone.items() if keys]
    missing += unheard((" ".join(labels) for labels in names.values()), _unseen("photos"))
    yield Judged("absent, photos", Shelf("photos with gaps", pictures, rest), _nothing(missing))


def of_clipart(table: Path, limit: int | None) -> Iterator[Judged]:
    """Clip art with title and description, asked for by its tags, alone, in twos and misspelt, and by what it shows nothing of.

    Args:
        limit: so many of the pictures, chosen by chance.
    """
    rows = sorted(_read(table), key=lambda row: order(row["path"]))[:limit]
    pictures = _below("openclipart", rows)
    told = dict(zip(pictures.keys, rows, strict=True))
    texts = {key: Texts(row["title"], row["description"]) for key, row in told.items()}
    shelf = Shelf("openclipart", pictures, texts)
    tagged = {key: frozenset(row["tags"]) for key, row in told.items()}
    creators = {row["creator"].lower() for row in rows}
    tags = _tags(tagged, creators, TAGS)
    yield Judged("openclipart, no tags", shelf, tuple(_question(tag, keys) for tag, keys in tags.items()))
    pairs = _pairs(tagged, _tags(tagged, creators, None))
    yield Judged("openclipart, two tags", shelf, tuple(_question(two, keys) for two, keys in pairs.items()))
    said = {word for row in rows for word in _everything(row).lower().split()}
    slips = {wrong: keys for tag, keys in tags.items() if (wrong := slip(tag)) and not said & {wrong}}
    yield Judged(
        "openclipart, misspelt", shelf, tuple(_question(wrong, keys) for wrong, keys in slips.items())
    )
    yield Judged(
        "absent, openclipart", shelf, _nothing(unheard(map(_everything, rows), _unseen("openclipart")))
    )


def of_stamps(table: Path) -> Iterator[Judged]:
    """Pictures for children, asked for by their description, with and without it, and by parts of it in ten languages."""
    rows = _read(table)
    pictures = _below("stamps", rows)
    told = dict(zip(pictures.keys, rows, strict=True))
    titles = {key: row["title"] for key, row in told.items()}
    everywhere = [
        key for key, row in told.items() if {*LANGUAGES.values()} - {""} <= row["lang_titles"].keys()
    ]
    sample = sorted(everywhere, key=order)[:STAMPS]
    described = tuple(_known_items(titles, {key: titles[key] for key in sample}))
    silent = Shelf("stamps", pictures, dict.fromkeys(titles, Texts()))
    english = _shelf("en", pictures, told)
    yield Judged("stamps, no text", silent, described, "RR")
    yield Judged("stamps, with text", english, described, "RR")
    yield Judged("absent, stamps", english, _nothing(unheard(map(_everything, rows), _unseen("stamps"))))
    for language in LANGUAGES:
        shelf = _shelf(language, pictures, told)
        said = {key: texts.title for key, texts in shelf.texts.items()}
        asked = tuple(_known_items(said, _parts(said, sample, language)))
        yield Judged(f"stamps in {language}", shelf, asked, "R@10")


def _unseen(collection: str) -> list[str]:
    return [noun for noun in NOUNS if noun not in SEEN[collection]]


def unheard(texts: Iterable[str], nouns: Sequence[str]) -> list[str]:
    """The nouns of which no word, nor a word that begins with it, is in the texts."""
    heard = " ".join(("", *(word for text in texts for word in re.findall(r"\w+", text.lower()))))
    return [noun for noun in nouns if not any(f" {word.removesuffix('s')}" in heard for word in noun.split())]


def _read(table: Path) -> list[dict[str, Any]]:
    lines = table.read_text("utf-8").splitlines()
    return [{"title": "", "description": "", "creator": "", "tags": [], **json.loads(line)} for line in lines]


def _below(name: str, rows: Rows) -> Pictures:
    root = Path(os.path.commonpath([row["path"] for row in rows]))
    return Pictures(name, root, tuple(Path(row["path"]).relative_to(root).as_posix() for row in rows))


def _everything(row: Mapping[str, Any]) -> str:
    """All that is said of a picture, its file's name included, with signs for spaces."""
    said = " ".join((row["title"], row["description"], *row["tags"], Path(row["path"]).stem))
    return re.sub(r"[\W_]+", " ", said)


def _question(text: str, keys: Iterable[str]) -> Question:
    return Question(text, frozenset(keys))


def _nothing(queries: Iterable[str]) -> tuple[Question, ...]:
    return tuple(_question(query, ()) for query in queries)


def _of(category: str, names: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Photos of a category of WordNet."""
    return frozenset(key for key, labels in names.items() if category.lower() in labels)


def _tags(
    tagged: Mapping[str, frozenset[str]], creators: set[str], most: int | None
) -> dict[str, frozenset[str]]:
    """Tags that a person would type, and who carries them; names of creators are none."""
    counts = Counter(tag for tags in tagged.values() for tag in tags)
    wanted = [tag for tag, count in counts.items() if count in TAG_HOLDERS and tag.replace(" ", "").isalpha()]
    holders: dict[str, set[str]] = defaultdict(set)
    for key, tags in tagged.items():
        for tag in tags:
            holders[tag].add(key)
    chosen = sorted((tag for tag in wanted if tag not in creators), key=order)[:most]
    return {tag: frozenset(holders[tag]) for tag in sorted(chosen)}


def _pairs(
    tagged: Mapping[str, frozenset[str]], tags: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Two tags of one word each that several pictures carry both, none of which says what the other does, and who carries them."""
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, held in tagged.items():
        for two in combinations(sorted(tag for tag in held if tag in tags and " " not in tag), 2):
            holders[two].add(key)
    wanted = [
        two
        for two, keys in holders.items()
        if len(keys) >= FEWEST_OF_TWO and len(keys) <= SAYING_MORE * min(len(tags[tag]) for tag in two)
    ]
    chosen = sorted(wanted, key=lambda two: order(" ".join(two)))[:PAIRS]
    return {" ".join(sorted(two, key=order)): frozenset(holders[two]) for two in sorted(chosen)}


def _shelf(language: str, pictures: Pictures, told: Mapping[str, Mapping[str, Any]]) -> Shelf:
    """The pictures that are described in a language, so described."""
    code = LANGUAGES[language]
    said = {key: row["lang_titles"].get(code) if code else row["title"] for key, row in told.items()}
    texts = {key: Texts(title) for key, title in said.items() if title}
    return Shelf(f"stamps in {language}", pictures, texts, language)


def _parts(said: Mapping[str, str], sample: Iterable[str], language: str) -> dict[str, str]:
    """A query for each picture: two words of its description, the first in another form where the texts hold one."""
    others = forms(said.values(), language)
    queries = {}
    for key in sample:
        words = part(content_words(said[key], language), 2, key)
        if words:
            words[0] = part(others.get(words[0], words[:1]), 1, key)[0]
            queries[key] = " ".join(words)
    return queries


def _known_items(said: Mapping[str, str], queries: Mapping[str, str]) -> Iterator[Question]:
    """Each different query once; what is looked for is every picture described as the first that it was made of."""
    described: dict[str, set[str]] = defaultdict(set)
    for key, text in said.items():
        described[text].add(key)
    for query, key in {query: key for key, query in reversed(list(queries.items()))}.items():
        yield _question(query, described[said[key]])
