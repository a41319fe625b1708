"""Results as a picture: a matplotlib figure of thumbnails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from vizsla.wire import Image, Images

from .clients import Client

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONNECTIONS = 8
CELL_INCHES = 2.0


def grid(
    results: Images | Iterable[Image], rows: int = 4, columns: int = 4, *, client: Client | None = None
) -> Figure:
    """The first results as a figure of `rows` by `columns` thumbnails; cells without a result stay empty.

    Args:
        results: an answer, or images.
        client: downloads the thumbnails; default: a new one.
    """
    images = list(islice(results.value if isinstance(results, Images) else results, rows * columns))
    with nullcontext(client) if client else Client() as asked, ThreadPoolExecutor(CONNECTIONS) as pool:
        thumbnails = list(pool.map(asked.thumbnail, images))
    return draw(thumbnails, rows, columns)


def draw(pictures: Sequence[bytes], rows: int, columns: int) -> Figure:
    """Encoded pictures as a figure, row by row."""
    from matplotlib.figure import Figure
    from PIL import Image as Pillow

    figure = Figure(figsize=(columns * CELL_INCHES, rows * CELL_INCHES), layout="constrained")
    cells = list(figure.subplots(rows, columns, squeeze=False).flat)
    for cell in cells:
        cell.axis("off")
    for cell, data in zip(cells, pictures, strict=False):
        cell.imshow(Pillow.open(BytesIO(data)).convert("RGBA"))
    return figure
