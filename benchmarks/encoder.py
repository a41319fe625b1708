"""How well the bundled encoder finds everyday categories, and how fast it is.

    python -m benchmarks.encoder PHOTOS_DIR PHOTOS_CSV [ENCODER]

PHOTOS_CSV has the columns `file`, `labels` and `hypernyms` (both separated by `; `). A photo is relevant to a query
if the query's category is among its labels or hypernyms; precision is taken at 16, or at the number of relevant photos
where they are fewer. Categories of fewer than three photos are left out.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray

from benchmarks.report import budget
from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder, InputGeometry, Pixels, Vectors

CUT = 16
LEAST_PRECISION = 0.85
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
ABSENT = ("cathedral window", "passport", "wedding", "tattoo", "rainbow", "handshake", "skeleton", "graffiti")
"""Queries whose subject is no class of the network, to see what scores pictures get that are not relevant."""


def main() -> None:
    directory, table = Path(sys.argv[1]), Path(sys.argv[2])
    encoder = open_encoder(*sys.argv[3:4])
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    pixels = np.stack([load(directory / row["file"], encoder.geometry) for row in rows])
    vectors, rate = encode_images(encoder, pixels)
    print(f"{encoder.name}: {encoder.dimension} dimensions, {len(rows)} photos")
    print_precision(encoder, vectors, rows)
    print_labels(encoder, vectors, rows)
    print(f"images per second: {rate:.0f} (towers alone, {BATCH} a batch)")
    print(f"microseconds per text: {text_microseconds(encoder):.0f}")


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
    precisions, inside, outside = [], [], []
    for query, category in CATEGORIES.items():
        wanted = relevant(rows, category)
        if wanted.sum() < FEWEST:
            continue
        scores = vectors @ encoder.encode_texts([query])[0]
        cut = min(CUT, int(wanted.sum()))
        precisions.append(wanted[np.argsort(-scores, kind="stable")[:cut]].mean())
        inside.append(scores[wanted])
        outside.append(scores[~wanted])
        print(f"  {query:22} {precisions[-1]:.2f} of {cut}")
    what = f"precision@{CUT} of {len(precisions)} everyday categories, photos without text"
    budget(what, float(np.mean(precisions)), "at least", LEAST_PRECISION, "")
    print_scores("relevant", np.concatenate(inside))
    print_scores("not relevant", np.concatenate(outside))
    best = (vectors @ encoder.encode_texts(ABSENT).T).max(axis=0)
    print_scores(f"best for {len(ABSENT)} subjects that are no class", best)


def print_scores(what: str, scores: Vectors) -> None:
    quantiles = " ".join(f"{share}%: {np.percentile(scores, share):.3f}" for share in (5, 25, 50, 75, 95, 99))
    print(f"scores, {what}: {quantiles}")


def print_labels(encoder: Encoder, vectors: Vectors, rows: Sequence[Mapping[str, str]]) -> None:
    """Print the mean reciprocal rank of each photo for its own first label."""
    texts = encoder.encode_texts([row["labels"].split("; ")[0] for row in rows])
    scores = texts @ vectors.T
    ranks = 1 + (scores > np.diag(scores)[:, None]).sum(axis=1)
    print(f"mean reciprocal rank of a photo for its own label: {np.mean(1 / ranks):.3f}")


def text_microseconds(encoder: Encoder) -> float:
    texts = [*CATEGORIES, *ABSENT]
    encoder.encode_texts(texts)
    begin = time.perf_counter()
    for _ in range(REPEATS):
        for text in texts:
            encoder.encode_texts([text])
    return (time.perf_counter() - begin) / (REPEATS * len(texts)) * 1e6


if __name__ == "__main__":
    main()
