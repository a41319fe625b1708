"""From 1,000 classes to fewer dimensions, so that inner products keep their order.

The best linear map in the least squares sense (singular vectors of the text side) keeps categories and loses single
classes among their likes: "beagle" becomes any hound. Therefore half of the dimensions begin as singular vectors and half as
random directions of what is left, and both sides are then trained so that a text ranks the classes as before.
"""

from __future__ import annotations

import numpy as np
import torch

from encoder.sentences import Floats

SEED = 1
STEPS = 3_000
BATCH = 256
LEARNING_RATE = 3e-3
TEMPERATURE = 0.1  # Of the ranking: a difference of a tenth of the best relevance matters.
LEAST_RELEVANT = 0.2
LENGTH = 0.8  # The rest of a picture's vector, of length 1, is for its colours and likeness.
EXACTNESS = 0.2  # What the squared error weighs, so that scores keep their scale. More, and single classes score less.


def learn_projection(texts: Floats, dimension: int) -> tuple[Floats, Floats]:
    """Return image side and text side, both `(classes, dimension)`, from the relevance of classes to texts.

    No class has an image vector longer than `LENGTH`. Texts that no class is relevant to teach nothing.
    """
    texts = texts[texts.max(axis=1) > LEAST_RELEVANT]
    texts = texts / texts.max(axis=1, keepdims=True)
    image_side, text_side = _train(torch.from_numpy(texts), _begin(texts, dimension))
    longest = np.linalg.norm(image_side, axis=1).max()
    return image_side * (LENGTH / longest), text_side * (longest / LENGTH)


def _begin(texts: Floats, dimension: int) -> Floats:
    _, directions = np.linalg.eigh(texts.T @ texts)
    kept = directions[:, -(dimension // 2) :]
    random = np.random.default_rng(SEED).standard_normal((len(directions), dimension - kept.shape[1]))
    rest = random - kept @ (kept.T @ random)
    return np.hstack([kept, rest / np.sqrt(rest.shape[1])]).astype(np.float32)


def _train(texts: torch.Tensor, begin: Floats) -> tuple[Floats, Floats]:
    torch.manual_seed(SEED)
    sides = [torch.nn.Parameter(torch.from_numpy(begin.copy())) for _ in ("image", "text")]
    optimiser = torch.optim.Adam(sides, lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        batch = texts[torch.randint(len(texts), (BATCH,))]
        loss = _loss(batch, (batch @ sides[1]) @ sides[0].T)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return sides[0].detach().numpy(), sides[1].detach().numpy()


def _loss(wanted: torch.Tensor, got: torch.Tensor) -> torch.Tensor:
    """Return the divergence of the rankings (ListNet, Cao et al. 2007) and the squared error."""
    target = torch.softmax(wanted / TEMPERATURE, 1)
    ranking = -(target * torch.log_softmax(got / TEMPERATURE, 1)).sum(1).mean()
    return ranking + EXACTNESS * ((got - wanted) ** 2).sum(1).mean()
