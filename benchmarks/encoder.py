"""How well the bundled encoder finds everyday categories, two subjects at once and colours, and how fast it is.

    python -m benchmarks.encoder PHOTOS_DIR PHOTOS_CSV [ENCODER] [--described JSONL...]

PHOTOS_CSV has the columns `file`, `labels` and `hypernyms` (both separated by `; `). A photo is relevant to a query
if the query's category is among its labels or hypernyms; precision is taken at 16, or at the number of relevant photos
where they are fewer. Categories of fewer than three photos are left out. Both halves of the photos were looked at while the
encoder was made; colours, pairs and the words of `UNSEEN` were not tuned to.

JSONL has a described picture a line (`path`, `title`, `description`, `tags`). A picture is relevant to a colour that its
description names; of each file 200 are taken that name one, and 100 others.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from benchmarks.cutoff import least_shown
from benchmarks.report import budget, figure
from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder, InputGeometry, Pixels, Vectors

CUT = 16
LEAST_PRECISION = 0.92
LEAST_SILENCE = 0.95
MOST_MICROSECONDS = 300
LEAST_RATE = 60
"""Pictures a second, on two cores."""
FEWEST = 3
BATCH = 8
REPEATS = 20

# Query = category in WordNet. Written down before anything was measured; none was taken out or altered since.
CATEGORIES: Mapping[str, str] = dict(
    line.split(" = ")
    for line in """\
dog = dog
puppies = dog
hound = hound
terrier = terrier
cat = feline
bird = bird
fish = fish
snake = snake
lizard = lizard
reptile = reptile
frog = amphibian
insect = insect
beetle = beetle
spider = arachnid
monkey = monkey
primate = primate
animals = animal
crab = crustacean
boat = boat
ship = ship
car = car
truck = truck
vehicle = vehicle
furniture = furniture
table = table
lamp = lamp
weapon = weapon
hat = headdress
clothes = clothing
shoes = footwear
musical instrument = musical instrument
violin = stringed instrument
food = food
fruit = fruit
vegetables = vegetable
mushroom = fungus
bread = bread
building = building
shop = shop
tools = tool
ball = ball
bag = bag
bottle = bottle
clock = timepiece
computer = computer
household appliances = home appliance
sports equipment = sports equipment""".splitlines()
)
ABSENT = """\
cathedral window, passport, tattoo, rainbow, handshake, skeleton, graffiti, waterfall, galaxy, nurse, doctor, crowd, concert,
protest, fireworks, tornado, lightning, snowman, birthday, coins, stamp, newspaper, anchor, treasure,
angel, dragon, unicorn, robot, astronaut, planet, comet, dinosaur, fossil, mammoth, cactus, bamboo, sunflower,
tulip, rose, desert, glacier, cave, canyon, vineyard, windmill, stadium, subway, skyscraper, pyramid, igloo, hammock,
circus, clown, magician, dancer, ballet, opera, mosaic, origami, embroidery, chess, dominoes, kite, handcuffs, microscope,
telescope, thermometer, syringe, wheelchair""".replace("\n", " ").split(", ")
"""Queries whose subject is in no photo, by which the bundled encoder's floor was chosen. Five were taken out when the photos that
they find were looked at: a rocket stands in a museum, a sculpture on a column, and a soldier, a wedding and (by WordNet) a satellite
are there too."""
UNSEEN = """\
surgeon, waitress, orchestra, parade, funeral, avalanche, iceberg, blacksmith, carpenter, jewellery shop, lighthouse keeper,
karate, boxing match, marathon, rodeo, acrobat, puppet show, aurora, eclipse, constellation, blueprint, receipt, calendar, certificate,
horoscope, chromosome, bacteria, molecule, x-ray, algebra, hieroglyphs, calligraphy, tapestry, stained glass, fresco, sphinx, mermaid,
vampire, zombie, ninja, samurai, knight, wizard, skateboarding, surfing, yoga, hairdresser, classroom, refugee""".replace(
    "\n", " "
).split(", ")
"""The same; no number was chosen by them. A volcano was taken out: a photo shows one."""

COLOURS = ("black", "white", "gray", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
NAMING, OTHERS = 200, 100
PAIRS = 100
SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("encoder", nargs="?", default="bundled")
    parser.add_argument("--described", type=Path, nargs="*", default=[])
    chosen = parser.parse_args()
    encoder = open_encoder(chosen.encoder)
    rows = list(csv.DictReader(chosen.table.open(encoding="utf-8")))
    pixels = np.stack([load(chosen.directory / row["file"], encoder.geometry) for row in rows])
    vectors, rate = encode_images(encoder, pixels)
    print(f"{encoder.name}: {encoder.dimension} dimensions, {len(rows)} photos")
    print_precision(encoder, vectors, rows)
    print_halves(encoder, vectors, rows)
    print_labels(encoder, vectors, rows)
    print_absent("that the floor was chosen by", encoder, vectors, ABSENT)
    print_absent("that no choice was made by", encoder, vectors, UNSEEN)
    print_pairs(encoder, pixels, vectors, rows)
    for described in chosen.described:
        print_colours(encoder, described)
    budget(f"pictures that the tower alone sees, {BATCH} a batch", rate, "at least", LEAST_RATE, "/s")
    pairs = [f"a {one} and a {other}" for one, other in zip(ABSENT, CATEGORIES, strict=False)]
    for what, texts in (("text", [*CATEGORIES, *ABSENT]), ("text of two subjects", pairs)):
        budget(what, text_microseconds(encoder, texts), "at most", MOST_MICROSECONDS, "µs")
    threes = [f"{pair} and a {third}" for pair, third in zip(pairs, UNSEEN, strict=False)]
    figure("text of three subjects, which few queries have", f"{text_microseconds(encoder, threes):.0f} µs")


def load(path: Path, geometry: InputGeometry) -> Pixels:
    """Read a picture as the encoder wants it."""
    side = geometry.side
    if geometry.fit == "squash":
        image = pyvips.Image.thumbnail(str(path), side, height=side, size="force", export_profile="srgb")
    else:
        scaled = round(side / geometry.keep)
        image = pyvips.Image.thumbnail(
            str(path), scaled, height=scaled, crop="centre", export_profile="srgb"
        ).gravity("centre", side, side)
    if image.hasalpha():
        image = image.flatten(background=255)
    pixels: Pixels = image.colourspace("srgb").cast("uchar").numpy()
    return pixels


def encode_images(encoder: Encoder, pixels: Pixels) -> tuple[Vectors, float]:
    """Return vectors, and pictures per second without the opening of the tower."""
    encoder.encode_images(pixels[:1])
    begin = time.perf_counter()
    vectors = [encoder.encode_images(pixels[at : at + BATCH]) for at in range(0, len(pixels), BATCH)]
    return np.concatenate(vectors), len(pixels) / (time.perf_counter() - begin)


def relevant(rows: Sequence[Mapping[str, str]], category: str) -> NDArray[np.bool_]:
    names = [f"{row['labels']}; {row['hypernyms']}".lower().split("; ") for row in rows]
    return np.array([category in of_photo for of_photo in names])


def print_precision(encoder: Encoder, vectors: Vectors, rows: Sequence[Mapping[str, str]]) -> None:
    """Print precision per category, its mean, and what scores relevant and other pictures get."""
    precisions, inside, outside, shown = [], [], [], []
    for query, category in CATEGORIES.items():
        wanted = relevant(rows, category)
        if wanted.sum() < FEWEST:
            continue
        scores = vectors @ encoder.encode_texts([query])[0]
        cut = min(CUT, int(wanted.sum()))
        precisions.append(wanted[np.argsort(-scores, kind="stable")[:cut]].mean())
        certain = scores >= least_shown(scores, encoder.floor)
        shown += [wanted[certain].mean()] if certain.any() else []
        inside.append(scores[wanted])
        outside.append(scores[~wanted])
        print(f"  {query:22} {precisions[-1]:.2f} of {cut}")
    what = f"precision@{CUT} of {len(precisions)} everyday categories, photos without text"
    budget(what, float(np.mean(precisions)), "at least", LEAST_PRECISION, "")
    print_scores("relevant", np.concatenate(inside))
    print_scores("not relevant", np.concatenate(outside))
    kept = float((np.concatenate(inside) >= encoder.floor).mean())
    print(f"share of what a search shows that is relevant: {np.mean(shown):.3f}")
    print(f"relevant photos at or above the floor of {encoder.floor}: {kept:.3f}")


def print_halves(encoder: Encoder, vectors: Vectors, rows: Sequence[Mapping[str, str]]) -> None:
    """Print the precision over the photos of even and of odd positions, each by itself."""
    for half, name in enumerate(("even", "odd")):
        some, of_half = rows[half::2], vectors[half::2]
        found = []
        for query, category in CATEGORIES.items():
            wanted = relevant(some, category)
            best = np.argsort(-(of_half @ encoder.encode_texts([query])[0]), kind="stable")
            found.append((wanted.sum(), wanted[best[: min(CUT, int(wanted.sum()))]]))
        precisions = [hits.mean() for count, hits in found if count >= FEWEST]
        print(f"precision@{CUT}, {name} positions: {np.mean(precisions):.3f} ({len(precisions)} categories)")


def print_absent(what: str, encoder: Encoder, vectors: Vectors, queries: Sequence[str]) -> None:
    """Print how often a query without an answer finds nothing above the floor, and what its best scores are."""
    best = (vectors @ encoder.encode_texts(queries).T).max(axis=0)
    print_scores(f"best for {len(queries)} subjects of no photo, {what}", best)
    silent = float((best < encoder.floor).mean())
    budget(f"queries without an answer that find nothing, {what}", silent, "at least", LEAST_SILENCE, "")


def print_pairs(
    encoder: Encoder, pixels: Pixels, vectors: Vectors, rows: Sequence[Mapping[str, str]]
) -> None:
    """Print the mean reciprocal rank of pictures put together of two photos, for "A and B", among all photos."""
    words = [query for query in CATEGORIES if FEWEST <= relevant(rows, CATEGORIES[query]).sum() <= CUT]
    shown = {query: relevant(rows, CATEGORIES[query]) for query in words}
    choose = random.Random(SEED)
    ranks = []
    for _ in range(PAIRS):
        one, other = choose.sample(words, 2)
        left, right = (int(choose.choice(np.flatnonzero(shown[query]))) for query in (one, other))
        both = pixels[left].copy()
        smaller = pixels[right][::2, ::2]
        both[-len(smaller) :, -len(smaller) :] = smaller
        asked = encoder.encode_texts([f"{one} and {other}"])[0]
        score = float(encoder.encode_images(both[None])[0] @ asked)
        ranks.append(1 + int((vectors @ asked > score).sum()))
    print(
        f"mean reciprocal rank of {PAIRS} pictures with a smaller one in a corner: {np.mean(1 / np.array(ranks)):.3f}"
    )


def print_colours(encoder: Encoder, described: Path) -> None:
    """Print how well pictures are found by the colours that their descriptions name."""
    rows = [json.loads(line) for line in described.open(encoding="utf-8")]
    choose = random.Random(SEED)
    naming = [row for row in rows if named(row)]
    others = [row for row in rows if not named(row)]
    rows = choose.sample(naming, min(NAMING, len(naming))) + choose.sample(others, min(OTHERS, len(others)))
    vectors, _ = encode_images(encoder, np.stack([load(Path(row["path"]), encoder.geometry) for row in rows]))
    precisions, chances = [], []
    for colour in COLOURS:
        wanted = np.array([colour in named(row) for row in rows])
        if wanted.sum() < FEWEST:
            continue
        order = np.argsort(-(vectors @ encoder.encode_texts([colour])[0]), kind="stable")
        hits = wanted[order]
        precisions.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
        chances.append(wanted.mean())
    print(
        f"mean average precision of {len(precisions)} colours, {described.stem}: {np.mean(precisions):.3f} "
        f"(share of pictures that name one: {np.mean(chances):.3f})"
    )


def named(row: Mapping[str, Any]) -> set[str]:
    """Return the colours that a description names."""
    words = re.findall(
        "[a-z]+", f"{row['title']} {row.get('description') or ''} {' '.join(row['tags'])}".lower()
    )
    return {"gray" if word == "grey" else word for word in words} & set(COLOURS)


def print_scores(what: str, scores: Vectors) -> None:
    quantiles = " ".join(f"{share}%: {np.percentile(scores, share):.3f}" for share in (5, 25, 50, 75, 95, 99))
    print(f"scores, {what}: {quantiles}")


def print_labels(encoder: Encoder, vectors: Vectors, rows: Sequence[Mapping[str, str]]) -> None:
    """Print the mean reciprocal rank of each photo for its own first label."""
    texts = encoder.encode_texts([row["labels"].split("; ")[0] for row in rows])
    scores = texts @ vectors.T
    ranks = 1 + (scores > np.diag(scores)[:, None]).sum(axis=1)
    print(f"mean reciprocal rank of a photo for its own label: {np.mean(1 / ranks):.3f}")


def text_microseconds(encoder: Encoder, texts: Sequence[str]) -> float:
    """Return the processor time that a text takes by itself."""
    encoder.encode_texts(texts)
    begin = time.process_time()
    for _ in range(REPEATS):
        for text in texts:
            encoder.encode_texts([text])
    return (time.process_time() - begin) / (REPEATS * len(texts)) * 1e6


if __name__ == "__main__":
    main()
