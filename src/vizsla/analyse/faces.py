"""Whether a picture shows a face, or a head with shoulders.

BlazeFace (Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs"; MediaPipe's
short-range weights, Apache-2.0) finds boxes. What it suspects in the whole picture it is asked about again, closer; what
it still says then is a face. Boxes are forgotten: nothing is kept of whose face it is, or where. `benchmarks/faces.py`
prints recall and false alarms; `docs/decisions/0011-faces-and-adult-content.md` has the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.networks import Network, opaque, scaled
from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture
from vizsla.decode.pixels import Pixels

Floats = NDArray[np.float64]

SIDE = 128
"""The network's square; the picture is fitted into it, on grey."""
SUSPECTED, SURE = 0.5, 0.8
"""Probability from which a face is looked at more closely, and from which it is one then."""
CLOSER = 2.0
"""Side of what is looked at closely, in sides of the suspected face."""
MOST_LOOKS = 3
"""Faces of a picture that are looked at closely, the surest first."""
OVERLAP = 0.3
"""Intersection over union from which two boxes are about one face (section 3.2 of the paper blends such boxes)."""

LEAST_SIZE = 0.14
"""Size of the smallest face that is looked for: smaller ones are a few pixels in the network's square. The size of a face is
the root of the share of the picture that its box covers, from brow to chin."""
FACE_SIZE = 0.2
"""Size from which a face is what the picture is about: "only a face" in section 4.2 of the v7 reference."""
PORTRAIT_HEIGHTS = (0.17, 0.6)
"""Heights of the face's box in "head and shoulders", in heights of the picture: below, there is more of the body (a head
is an eighth of a standing person); above, there is no room for shoulders."""
PORTRAIT_MIDDLE = (0.2, 0.8)
"""Where, of the width, the middle of such a face lies."""
SHOULDERS = 0.25
"""Shoulders begin so far below the chin, in heights of the face's box, and must be in the picture."""
BESIDE = 0.6
"""A second face so large, in sizes of the first, makes it a picture of several people and no portrait."""

_network = Network("face.onnx")


class Faces(msgspec.Struct, frozen=True):
    faces: tuple[str, ...]


class Face(msgspec.Struct, frozen=True):
    """A box in fractions of width and height, from the top left corner; it may stand out of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    probability: float

    @property
    def size(self) -> float:
        return float(np.sqrt((self.right - self.left) * (self.bottom - self.top)))


def look(picture: Picture) -> Faces:
    found = find_faces(picture)
    tests = {"face": is_face(found), "portrait": is_portrait(found)}
    return Faces(tuple(name for name, holds in tests.items() if holds))


def is_face(faces: list[Face]) -> bool:
    return bool(faces) and faces[0].size >= FACE_SIZE


def is_portrait(faces: list[Face]) -> bool:
    """One face that outsizes all others, in the middle, with shoulders below it."""
    if not faces or any(face.size >= BESIDE * faces[0].size for face in faces[1:]):
        return False
    face, (smallest, largest), (left, right) = faces[0], PORTRAIT_HEIGHTS, PORTRAIT_MIDDLE
    height = face.bottom - face.top
    return (
        smallest <= height <= largest
        and left <= (face.left + face.right) / 2 <= right
        and face.bottom + SHOULDERS * height <= 1
    )


def find_faces(picture: Picture) -> list[Face]:
    """Faces that have `LEAST_SIZE` or more, the largest first."""
    suspected = [face for face in detect(picture.small, SUSPECTED) if face.size >= LEAST_SIZE]
    sure = [face for face in suspected[:MOST_LOOKS] if _still_there(picture.kept, face)]
    return sorted(sure, key=lambda face: -face.size)


def detect(pixels: Pixels, least: float) -> list[Face]:
    """Faces of at least some probability in one look at opaque pixels, the surest first."""
    square, corner, size = _fitted(pixels)
    (answers,) = _network.run(square)
    seen = np.flatnonzero(answers[:, 0] >= math.log(least / (1 - least)))
    if not len(seen):
        return []
    logits, numbers = answers[seen, 0].astype(np.float64), answers[seen, 1:]
    middles = ANCHORS[seen] * SIDE + numbers[:, :2]
    halves = numbers[:, 2:] / 2
    boxes = (np.concatenate([middles - halves, middles + halves], axis=1) - corner * 2) / (size * 2)
    return list(_blended(boxes, 1 / (1 + np.exp(-logits))))


def _fitted(pixels: Pixels) -> tuple[Pixels, tuple[int, int], tuple[int, int]]:
    """The square; where in it the picture begins, and its size there: both across, then down."""
    longest = max(pixels.shape[:2])
    height, width = (max(1, round(length * SIDE / longest)) for length in pixels.shape[:2])
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    square = np.full((SIDE, SIDE, 3), 128, np.uint8)
    square[top : top + height, left : left + width] = scaled(pixels, width, height)
    return square, (left, top), (width, height)


def _blended(boxes: Floats, probabilities: Floats) -> Iterator[Face]:
    """Boxes that overlap the surest are one with it, averaged by probability; then the surest of the rest."""
    rest = np.argsort(-probabilities, kind="stable")
    while len(rest):
        same = overlap(boxes[rest[0]], boxes[rest]) >= OVERLAP
        same[0] = True
        group = rest[same]
        left, top, right, bottom = np.average(boxes[group], axis=0, weights=probabilities[group]).tolist()
        yield Face(left, top, right, bottom, float(probabilities[rest[0]]))
        rest = rest[~same]


def overlap(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of one box with each of `(n, 4)`."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.clip(sides, 0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    shares: Floats = common / np.maximum(areas - common, 1e-12)
    return shares


def _still_there(pixels: Pixels, face: Face) -> bool:
    """Whether the same face is seen in a square around it."""
    height, width = pixels.shape[:2]
    box = np.array([face.left * width, face.top * height, face.right * width, face.bottom * height])
    middle, reach = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).max() * CLOSER / 2
    left, top = np.clip(middle - reach, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(middle + reach, (left + 1, top + 1), (width, height)).astype(int)
    closer = detect(opaque(pixels[top:bottom, left:right]), SURE)
    within = (box - (left, top, left, top)) / ((right - left, bottom - top) * 2)
    return any(overlap(within, _box(seen)[None])[0] >= OVERLAP for seen in closer)


def _box(face: Face) -> Floats:
    return np.array([face.left, face.top, face.right, face.bottom])


def _anchors() -> Floats:
    """Middles of the 896 boxes that the network answers about: a grid of 16 x 16 with 2 each, one of 8 x 8 with 6."""
    grids = []
    for cells, times in ((16, 2), (8, 6)):
        middles = (np.arange(cells) + 0.5) / cells
        down, across = np.meshgrid(middles, middles, indexing="ij")
        grids.append(np.repeat(np.stack([across, down], axis=-1).reshape(-1, 2), times, axis=0))
    return np.concatenate(grids)


ANCHORS = _anchors()

ANALYSER = Analyser("faces", 1, look)
