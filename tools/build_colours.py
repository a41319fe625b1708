"""Make the table that names colours: python tools/build_colours.py [--check]

The XKCD colour survey (Randall Munroe 2010, CC0; matplotlib carries it) asked 222,500 people to name colours. A name
whose last word is one of v7's twelve, or one that dictionaries explain by it, is an example of that colour; what mixes
blue and green is teal, the name between them. Each of 32,768 colours gets the name whose examples weigh most around it:
a Gaussian of `REACH` in OKLab (Ottosson 2020). Colours without a hue are named by their lightness instead, because the
survey has few names for them. docs/decisions/0012-kinds-and-colours.md tells what was measured.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
from matplotlib.colors import XKCD_COLORS

from vizsla.analyse.colour import CHROMA, LAB, NAMES, TABLE, cell_colours, linear

REACH = 0.03
"""OKLab; 0.02 and 0.04 name the same share of pictures as their titles do."""
BLACK_BELOW, WHITE_FROM = 25.0, 88.0
"""CIELAB lightness of greys that are called black and white. Dark grey begins between #363737 of the survey (23) and
CSS's #696969; the lightest grey is CSS's lightgray (85)."""
NO_HUE = 8.0
"""CIELAB chroma below which a colour has none."""
NEARLY_BLACK = 8.0
"""CIELAB lightness below which no hue is seen."""

SYNONYMS = {
    "gray": "grey charcoal silver",
    "teal": "turquoise cyan aqua aquamarine",
    "blue": "navy azure cerulean cobalt",
    "green": "olive lime mint",
    "red": "maroon crimson scarlet",
    "purple": "violet lavender lilac indigo plum",
    "pink": "magenta fuchsia rose salmon",
    "brown": "tan beige chocolate",
    "yellow": "gold mustard",
    "white": "cream ivory",
    "orange": "peach",
}
NAME_OF = {name: name for name in NAMES} | {
    word: name for name, words in SYNONYMS.items() for word in words.split()
}
BLUISH, GREENISH = {"blue", "bluish", "bluey", "blueish"}, {"green", "greenish", "greeny"}


def basic_name(phrase: str) -> str | None:
    """One of the twelve that a name of the survey is an example of."""
    words = re.split("[ /]", phrase)
    if any(NAME_OF.get(word) == "teal" for word in words) or (BLUISH & {*words} and GREENISH & {*words}):
        return "teal"
    return None if "/" in phrase else NAME_OF.get(words[-1])


def oklab(rgb: np.ndarray) -> np.ndarray:
    """sRGB `(n, 3)` uint8 to OKLab `(n, 3)`. Source: Björn Ottosson, A perceptual color space for image processing."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(linear(rgb) @ cones.T) @ opponents.T


def build() -> np.ndarray:
    """`(32768,)` uint8: index into `NAMES` of each cell."""
    phrases = {phrase.removeprefix("xkcd:"): code for phrase, code in XKCD_COLORS.items()}
    named = [(name, code) for phrase, code in phrases.items() if (name := basic_name(phrase))]
    examples = oklab(np.array([tuple(bytes.fromhex(code[1:])) for _, code in named], np.uint8))
    belongs = np.array([[name == own for name in NAMES] for own, _ in named], np.float64)
    parts = [weights(part, examples) @ belongs for part in np.array_split(oklab(cell_colours()), 64)]
    table = np.concatenate(parts).argmax(axis=1)
    black, gray, white = (NAMES.index(name) for name in ("black", "gray", "white"))
    by_lightness = np.where(LAB[:, 0] < BLACK_BELOW, black, np.where(LAB[:, 0] >= WHITE_FROM, white, gray))
    table = np.where(CHROMA < NO_HUE, by_lightness, table)
    return np.where(LAB[:, 0] < NEARLY_BLACK, black, table).astype(np.uint8)


def weights(part: np.ndarray, examples: np.ndarray) -> np.ndarray:
    distances = ((part[:, None] - examples[None]) ** 2).sum(axis=2)
    nearest = distances.min(axis=1, keepdims=True)
    return np.exp((nearest - distances) / (2 * REACH**2))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="only tell whether the table is the one made here"
    )
    if parser.parse_args().check:
        if not np.array_equal(np.load(TABLE), build()):
            raise SystemExit(f"{TABLE.name} is not what this script makes")
        return
    np.save(Path(TABLE), build())


if __name__ == "__main__":
    main()
