"""Pictures a second and core while adding, without the encoder: python -m benchmarks.adding [--photos DIR] [--count N]

One thread decodes, makes the thumbnail and runs every analyser on JPEG files of 500 x 375 pixels. Without a directory
the pictures are made here: soft noise under shapes, which decode no faster than photographs. Budget: at least 60.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.report import budget
from vizsla.analyse import ANALYSERS, Analysis, analyse
from vizsla.decode import Picture, open_picture
from vizsla.decode.libvips import Image

WIDTH, HEIGHT = 500, 375
BUDGET = 60


def made(seed: int) -> bytes:
    """A JPEG of soft noise with a few rectangles and an ellipse."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    image = Image.new_from_array(coarse).copy(interpretation="srgb")
    image = image.resize(WIDTH / 32, vscale=HEIGHT / 24)
    for _ in range(6):
        x, y = (int(at) for at in random.integers(0, (WIDTH - 120, HEIGHT - 90)))
        image = image.draw_rect(random.integers(0, 256, 3).tolist(), x, y, 120, 90, fill=True)
    grain = Image.gaussnoise(WIDTH, HEIGHT, sigma=12, mean=0, seed=seed)
    return bytes((image + grain).cast("uchar").jpegsave_buffer(Q=85))


def found(directory: Path, count: int) -> list[bytes]:
    """Photos of a directory, cut to the size."""
    paths = sorted(directory.glob("*.jpg"))[:count]
    return [
        bytes(Image.thumbnail(str(path), WIDTH, height=HEIGHT, crop="centre").jpegsave_buffer(Q=85))
        for path in paths
    ]


def seconds(work: Callable[[], object]) -> float:
    """Processor time, of all threads of this process: what else runs on the machine does not count."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def add(data: bytes) -> Analysis:
    picture = open_picture(data)
    picture.thumbnail()
    return analyse(picture)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, help="directory of JPEG photos; default: made here")
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    files = (
        found(arguments.photos, arguments.count)
        if arguments.photos
        else [made(seed) for seed in range(arguments.count)]
    )
    add(files[0])
    rate = len(files) / seconds(lambda: [add(data) for data in files])
    print(
        f"{len(files)} JPEG files of {WIDTH} x {HEIGHT}, {sum(map(len, files)) // len(files):,} bytes on average"
    )
    budget("adding without the encoder, 500 x 375 JPEG", rate, "at least", BUDGET, "images/s and core")
    pictures: list[Picture] = []
    steps: list[tuple[str, Callable[[], object]]] = [
        ("decode", lambda: pictures.extend(map(open_picture, files))),
        ("thumbnail", lambda: [picture.thumbnail() for picture in pictures]),
    ]
    steps += [
        (row.name, lambda run=row.run: [run(picture) for picture in pictures])  # type: ignore[misc]
        for row in ANALYSERS
    ]
    for name, work in steps:
        print(f"{name:16} {1000 * seconds(work) / len(files):7.2f} ms a picture")


if __name__ == "__main__":
    main()
