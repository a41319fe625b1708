"""What colours are called: the basic terms of pixels, and the terms that other colour words are made of.

The names are those of the xkcd colour survey (Munroe 2010, CC0), in which some 200,000 people named colours on their
screens. A colour is what the names around it in CIELAB say, and a small network of 1 x 1 convolutions
learns that, so that the image tower can name every pixel.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from encoder.graph import Graph
from encoder.sentences import Floats

TERMS = ("black", "white", "gray", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
"""The basic terms of English (Berlin and Kay 1969)."""
MOODS = ("monochrome", "dark", "bright", "colorful")
DIMENSIONS = (*TERMS, *MOODS)

LIST = "_color_data.py"  # Within the package `matplotlib`, which is not imported.
NEARNESS = 9.0  # CIELAB units within which a name counts for a colour.
EXTREMES = 8  # How often black and white count, beside the many greys and pale hues that were named.
HIDDEN = 24
SEED = 1
STEPS, BATCH, LEARNING_RATE = 1_500, 1_024, 1e-2
GRID = 8.5  # Between the values of red, green and blue that are learnt.

COARSE = 4  # Pixels a side that are averaged before they are named.
CELL = 8  # Of these, a ninth of the side: what a cell of the features sees.
LENGTH = 0.3  # Of the terms in a picture's vector: what colours take from likeness.
MOOD_LENGTH = 0.15
MUCH = (
    0.5  # Of the square root of a share of the picture: a quarter of it in a colour is wholly of that colour.
)

WORDS = """
    grey=gray violet=purple indigo=indigo magenta=magenta lilac=lilac lavender=lavender mauve=mauve
    cyan=cyan teal=teal turquoise=turquoise aqua=aqua aquamarine=aquamarine navy=navy azure=azure
    maroon=maroon crimson=crimson scarlet=scarlet burgundy=burgundy ruby=ruby
    beige=beige tan=tan khaki=khaki cream=cream ivory=ivory ochre=ochre golden=gold gold=gold
    fuchsia=fuchsia
    reddish=red orangish=orange yellowish=yellow greenish=green bluish=blue pinkish=pink brownish=brown
    greyish=gray grayish=gray blonde=yellow
"""
"""Other words for colours, with what the survey calls them."""

MOOD_WORDS = {
    "monochrome": "monochrome",
    "black and white": "monochrome",
    "black-and-white": "monochrome",
    "grayscale": "monochrome",
    "greyscale": "monochrome",
    "dark": "dark",
    "gloomy": "dark",
    "bright": "bright",
    "colorful": "colorful",
    "colourful": "colorful",
    "multicolored": "colorful",
    "multicoloured": "colorful",
    "vivid": "colorful",
}


@dataclass
class ColourNames:
    """The network's weights and biases in turn, and the vectors `(n, 15)` of `words`."""

    layers: list[Floats]
    words: list[str]
    vectors: Floats


def learn_colours() -> ColourNames:
    names = _survey()
    layers = _learn(names)
    vectors = {word: _one(word) for word in TERMS}
    for word, name in (pair.split("=") for pair in WORDS.split()):
        vectors[word] = vectors[name] if name in vectors else _shades(names[name], layers)
    vectors |= {word: _one(mood) for word, mood in MOOD_WORDS.items()}
    return ColourNames(layers, list(vectors), np.stack(list(vectors.values())))


def add_colours(graph: Graph, planes: str, attention: str, colours: ColourNames) -> str:
    """Append the colours of pixels `(n, 3, side, side)`, `(n, 15)`: of each term, its share, and the moods.

    Shares are taken where `attention`, `(n, 81, 1)`, is, and their square roots are what is kept: the length of all is
    the same for every picture (`LENGTH`), and a tenth of a picture is not nothing.
    """
    coarse = graph.add("AveragePool", planes, kernel_shape=[COARSE] * 2, strides=[COARSE] * 2)
    coarse = graph.add("Div", coarse, graph.constant("full", np.float32(255).reshape(())))
    x = coarse
    for number, (weight, bias) in enumerate(zip(colours.layers[::2], colours.layers[1::2], strict=True)):
        x = graph.add("Relu", x) if number else x
        kernel = graph.constant(f"colour.{number}", weight[:, :, None, None])
        x = graph.add("Conv", x, kernel, graph.constant(f"colour.{number}.bias", bias), kernel_shape=[1, 1])
    x = graph.add("AveragePool", graph.add("Softmax", x, axis=1), kernel_shape=[CELL] * 2, strides=[CELL] * 2)
    x = graph.add("Reshape", x, graph.constant("cells.of.colours", np.array([0, 0, -1], np.int64)))
    x = graph.add(
        "Squeeze", graph.add("MatMul", x, attention), graph.constant("last", np.array([2], np.int64))
    )
    terms = _scaled(graph, graph.add("Sqrt", x), "terms.length", LENGTH)
    moods = _scaled(graph, _moods(graph, coarse), "moods.length", MOOD_LENGTH)
    return graph.add("Concat", terms, moods, axis=1)


def _moods(graph: Graph, pixels: str) -> str:
    """Append how much a picture is in black and white, dark, bright and colourful, `(n, 4)` in 0..1."""
    spread = graph.add(
        "Sub",
        graph.add("ReduceMax", pixels, axes=[1], keepdims=1),
        graph.add("ReduceMin", pixels, axes=[1], keepdims=1),
    )
    both = graph.add("Concat", spread, graph.add("ReduceMean", pixels, axes=[1], keepdims=1), axis=1)
    means = graph.add("ReduceMean", both, axes=[2, 3], keepdims=0)
    # Colourfulness c and lightness l, both in 0..1: c below 0.05, l below 0.35, l above 0.65, c above 0.2.
    slopes = np.array([[-20, 0, 0, 2.5], [0, -4, 4, 0]], np.float32)
    offsets = np.array([1, 1.4, -2.6, -0.5], np.float32)
    x = graph.add("MatMul", means, graph.constant("moods", slopes))
    x = graph.add("Add", x, graph.constant("moods.bias", offsets))
    return graph.add("Clip", x, "zero", "one")


def _scaled(graph: Graph, x: str, name: str, scale: float) -> str:
    return graph.add("Mul", x, graph.constant(name, np.float32(scale).reshape(())))


def _one(dimension: str) -> Floats:
    return _weighted(np.array([float(dimension == other) for other in DIMENSIONS], np.float32))


def _shades(colour: Floats, layers: list[Floats]) -> Floats:
    """Return the vector of a colour that is between the terms."""
    x = (colour / 255).astype(np.float32)
    for number, (weight, bias) in enumerate(zip(layers[::2], layers[1::2], strict=True)):
        x = (np.maximum(x, 0) if number else x) @ weight.T + bias
    shares = np.exp(x - x.max())
    roots = np.where(shares < shares.max() / 10, 0, np.sqrt(shares))
    return _weighted(np.pad(roots / np.linalg.norm(roots), (0, len(MOODS))))


def _weighted(vector: Floats) -> Floats:
    """Return what makes an inner product with a picture's vector about 1 where the colour is wholly there."""
    lengths = np.array([LENGTH * MUCH] * len(TERMS) + [MOOD_LENGTH] * len(MOODS))
    return np.asarray(vector / lengths, np.float32)


def _survey() -> dict[str, Floats]:
    """Return the colours of the survey, red, green and blue in 0..255, by their names."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise SystemExit("matplotlib is missing: pip install -r tools/requirements-encoder.txt")
    source = (Path(package.origin).parent / LIST).read_text(encoding="utf-8")
    (listed,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and ast.unparse(node.targets[0]) == "XKCD_COLORS"
    )
    return {
        name.removeprefix("xkcd:"): np.array(list(bytes.fromhex(value[1:])), np.float32)
        for name, value in listed.items()
    }


def _learn(names: dict[str, Floats]) -> list[Floats]:
    """Return the layers of a network from red, green and blue in 0..1 to the logits of the terms."""
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, GRID)] * 3), -1).reshape(-1, 3)
    colours, shares = torch.from_numpy(grid / 255).float(), torch.from_numpy(_shares(grid, names)).float()
    torch.manual_seed(SEED)
    network = torch.nn.Sequential(
        torch.nn.Linear(3, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, len(TERMS)),
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        batch = torch.randint(len(colours), (BATCH,))
        loss = -(shares[batch] * torch.log_softmax(network(colours[batch]), 1)).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return [value.detach().numpy() for value in network.parameters()]


def _shares(colours: NDArray[np.float64], names: dict[str, Floats]) -> NDArray[np.float64]:
    """Return how far each colour is of each term, `(n, 11)`: the share of the names around it that end in the term."""
    ends = {**{term: term for term in TERMS}, "grey": "gray", "violet": "purple"}
    known = [(rgb, ends[name.split()[-1]]) for name, rgb in names.items() if name.split()[-1] in ends]
    known += [(np.full(3, value, np.float32), "black") for value in (0, 15, 30)] * EXTREMES
    known += [(np.full(3, value, np.float32), "white") for value in (235, 245, 255)] * EXTREMES
    known += [(np.full(3, value, np.float32), "gray") for value in range(50, 215, 8)]
    places = to_lab(np.stack([rgb for rgb, _ in known]))
    around = np.zeros((len(colours), len(TERMS)))
    for number, term in enumerate(TERMS):
        of_term = places[[name == term for _, name in known]]
        squares = ((to_lab(colours)[:, None] - of_term) ** 2).sum(-1)
        around[:, number] = 1e-6 + np.exp(-squares / (2 * NEARNESS**2)).sum(axis=1)
    return np.asarray(around / around.sum(axis=1, keepdims=True))


def to_lab(colours: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return sRGB in 0..255 as CIELAB under D65 (IEC 61966-2-1, ISO/CIE 11664-4)."""
    values = np.asarray(colours, np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)
