"""Fits the linear part: multinomial logistic regression over hashed n-grams, with the label mix of each source taken
out.

Lexicons enter as columns of their own: the sum of the values of a text's words. These are sums over the same buckets as
the words, so the weight of a lexicon is folded into the weights of its words, and scoring needs no lexicon.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack, vstack
from scipy.special import log_softmax

from sentiment.features import BLOCK_BITS, BUCKETS, batches, grams
from sentiment.linear import Linear, quantise
from sentiment.measure import Labels
from sentiment.quantify import Floats

from .lexicons import Columns

RARE_WORD, RARE_CHARACTERS = 3, 8  # texts in which a feature must occur
STRENGTH = 0.01  # on idf-weighted features of unit length before the weighting; 0.1 and 1 lost 2 and 4 points of F1
ITERATIONS = 80
LEXICON = 5.0  # lexicons' values are multiplied by this, so that L2 holds their weight back less than a word's
THREADS = 2
ABSENT = 1e-6  # the share of a label that a source does not have: it takes the label out of the choice


def matrix(texts: Sequence[str]) -> csr_matrix:
    """(texts, BUCKETS) features, float32, made as for scoring."""
    parts = []
    for piece in batches(texts):
        batch = grams(texts[piece])
        shape = (batch.texts, BUCKETS)
        parts.append(csr_matrix((batch.value, (batch.row, batch.bucket)), shape=shape, dtype=np.float32))
    return vstack(parts, format="csr")


def label_offsets(labels: Labels, kinds: Sequence[str]) -> Floats:
    """(n, 3) log shares of the labels in each text's kind: logit adjustment, Menon et al., ICLR 2021.

    They are added to the logits in training and left out of scoring: probabilities are then those under equal shares,
    and a kind without neutral texts teaches only negative against positive.
    """
    offsets = np.zeros((len(labels), 3))
    named = np.array(kinds)
    for kind in np.unique(named):
        chosen = named == kind
        share = np.bincount(labels[chosen], minlength=3) / chosen.sum()
        offsets[chosen] = np.log(np.maximum(share, ABSENT))
    return offsets


def fit(
    features: csr_matrix,
    labels: Labels,
    offsets: Floats,
    weights: Floats,
    lexicons: Columns,
    say: Callable[[str], None],
    strength: float = STRENGTH,
) -> Linear:
    """The regression of labels (n,) on features (n, BUCKETS), with L2 on all weights but the bias, by L-BFGS.

    `lexicons` (BUCKETS, any number of them) as `lexicons.columns` gives them.
    """
    kept, factor = _weighting(features)
    sums = csr_matrix((features @ lexicons) * LEXICON)
    narrow = hstack([features[:, kept] @ diags(factor), sums]).tocsr().astype(np.float32)
    wide = _minimum(narrow, labels, offsets, weights, say, strength)
    full = LEXICON * (lexicons @ wide[len(kept) : -1])
    full[kept] += wide[: len(kept)] * factor[:, None]
    return quantise(full[:, [0, 2]] - full[:, [1]], wide[-1, [0, 2]] - wide[-1, 1])


def _weighting(features: csr_matrix) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets that are not rare, and their inverse document frequency, smoothed as in scikit-learn."""
    texts = np.bincount(features.indices, minlength=BUCKETS)
    least = np.where(np.arange(BUCKETS) < (1 << BLOCK_BITS), RARE_WORD, RARE_CHARACTERS)
    kept = np.flatnonzero(texts >= least)
    return kept, (np.log((1 + features.shape[0]) / (1 + texts[kept])) + 1).astype(np.float32)


def _minimum(
    features: csr_matrix,
    labels: Labels,
    offsets: Floats,
    weights: Floats,
    say: Callable[[str], None],
    strength: float,
) -> Floats:
    """The weights (features and bias, 3) of least loss, by L-BFGS."""
    width = features.shape[1]
    truth = np.eye(3)[labels]
    edges = np.linspace(0, features.shape[0], THREADS + 1, dtype=np.int64)
    parts = [features[start:end] for start, end in pairwise(edges)]
    threads = ThreadPoolExecutor(THREADS)

    def forward(now: Floats) -> Floats:
        narrow = now[:width].astype(np.float32)
        return np.asarray(np.concatenate(list(threads.map(lambda part: part @ narrow, parts))) + now[width])

    def backward(rest: Floats) -> Floats:
        cut = np.split(rest.astype(np.float32), edges[1:-1])
        return np.asarray(sum(threads.map(lambda part, piece: part.T @ piece, parts, cut)))

    def loss(flat: Floats) -> tuple[float, Floats]:
        now = flat.reshape(width + 1, 3)
        logs = log_softmax(forward(now) + offsets, axis=1)
        rest = (np.exp(logs) - truth) * weights[:, None]
        slope = np.empty_like(now)
        slope[:width] = strength * backward(rest) + now[:width]
        slope[width] = strength * rest.sum(axis=0)
        value = -strength * float(weights @ (truth * logs).sum(axis=1)) + 0.5 * float((now[:width] ** 2).sum())
        return value, slope.ravel()

    steps = count(1)

    def progress(_: Floats) -> None:
        step = next(steps)
        if step % 10 == 0:
            say(f"  step {step} of at most {ITERATIONS}")

    options = {"maxiter": ITERATIONS, "maxcor": 8, "ftol": 1e-6}
    start = np.zeros((width + 1) * 3)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options=options, callback=progress)
    return np.asarray(result.x).reshape(width + 1, 3)
