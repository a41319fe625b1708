"""Whether a picture is not for everybody to see.

Yahoo's open_nsfw (2016, BSD-2-Clause) answers with a probability; only which side of `THRESHOLD` it lies on is kept.
Coloured pictures with hardly a pixel of the colours of skin are not shown to it. The owner's word for a source goes before it (`vizsla add --adult`). `benchmarks/adult.py` prints how often harmless
pictures are taken for adult ones; `docs/decisions/0011-faces-and-adult-content.md` has the reasons.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.kind import tell
from vizsla.analyse.networks import Network, opaque, scaled
from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture
from vizsla.decode.pixels import Pixels

SQUEEZED, SIDE = 256, 224
"""The picture is squeezed into the first square; the middle of it is looked at. As the network was trained."""

RECOMPRESSED = 0.53
"""Log-odds by which the network's usual round through JPEG raises its answer on photos, with a spread of 0.6; it is left
out here, and made up for."""

THRESHOLD = 0.5
"""Probability from which a photo is adult. The network's authors call what is below 0.2 safe and above 0.8 not; harmless
photos end well below the middle, and safe search promises that no adult picture comes."""
DRAWN_THRESHOLD = 0.9
"""The same for drawings and what is cut out of its ground. The network has learnt from photos, and takes whatever is smooth,
round and brown for skin."""

SKIN_BLUE, SKIN_RED = (77, 127), (130, 173)
"""Cb and Cr of skin: the ranges of Chai and Ngan 1999 ("Face segmentation using skin-color map in videophone
applications", section III), Cr from 133, widened until all ten tones of the Monk scale are in them. Wood, sand and fur are
too."""
LEAST_SKIN = 0.2
"""Share of such pixels from which a coloured picture is looked at."""
GREY_STEP, GREY_SHARE = 12, 0.95
"""Difference of channels in a grey pixel, and the share of them from which colours say nothing of skin."""

_network = Network("adult.onnx")


class Adult(msgspec.Struct, frozen=True):
    adult: bool


def judge(picture: Picture) -> Adult:
    if not may_show_skin(picture.small):
        return Adult(False)
    found = probability(picture)
    return Adult(found >= THRESHOLD and found >= threshold_of(picture))


def threshold_of(picture: Picture) -> float:
    photo = tell(picture).kind == "photo" and not picture.transparent
    return THRESHOLD if photo else DRAWN_THRESHOLD


def may_show_skin(small: Pixels) -> bool:
    """Enough pixels have colours of skin, or nearly all have none at all."""
    if skin_share(small) >= LEAST_SKIN:
        return True
    levels = small[::2, ::2]
    return bool((np.ptp(levels, axis=2) <= GREY_STEP).mean() >= GREY_SHARE)


def skin_share(pixels: Pixels) -> float:
    """Share of the pixels with colours of skin, of every second one in both directions."""
    red, green, blue = np.ascontiguousarray(pixels[::2, ::2].transpose(2, 0, 1), dtype=np.int32)
    # ITU-R BT.601, in parts of 1,000; 128 is added as JFIF does.
    from_blue = (-169 * red - 331 * green + 500 * blue) // 1000 + 128
    from_red = (500 * red - 419 * green - 81 * blue) // 1000 + 128
    return float((_within(from_blue, SKIN_BLUE) & _within(from_red, SKIN_RED)).mean())


def _within(values: NDArray[np.int32], bounds: tuple[int, int]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values <= bounds[1])


def probability(picture: Picture) -> float:
    """That the picture is adult, 0 to 1, whatever its colours."""
    log_odds = float(_network.run(square(picture))[0].item()) + RECOMPRESSED
    return 1 / (1 + math.exp(-max(log_odds, -50.0)))


def square(picture: Picture) -> Pixels:
    """`(SIDE, SIDE, 3)`: the middle, scaled linearly, as what the network was trained on."""
    edge = (SQUEEZED - SIDE) / 2 / SQUEEZED
    return scaled(opaque(picture.kept), SIDE, SIDE, (edge, edge, 1 - edge, 1 - edge))


ANALYSER = Analyser("adult", 1, judge)
