"""The linear part of the shipped model: int8 weights over the hashed features of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .features import BLOCK_BITS, BUCKETS, Grams, batches, grams

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Logits of negative and positive against neutral, from `features.grams`.

    `weights` (BUCKETS, 2) int8: of negative and of positive; `scale` (2, 2): the value of one unit of weight, by block
    of features and label; `bias` (2,).
    """

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """(texts, 2) logits of negative and positive against neutral, in order. Memory is bounded by the batches."""
        parts = [self.of(grams(texts[piece])) for piece in batches(texts)]
        return np.concatenate(parts) if parts else np.zeros((0, 2))

    def of(self, features: Grams) -> Floats:
        """(texts, 2) logits from the features of the texts."""
        # both int8 weights of a bucket are read as one int16: one memory access instead of two
        pairs = self.weights.view(np.int16).reshape(-1)[features.bucket].view(np.int8).reshape(-1, 2)
        part = features.row * 2 + (features.bucket >> BLOCK_BITS)
        sums = [
            np.bincount(part, weights=features.value * pairs[:, label], minlength=2 * features.texts)
            for label in (0, 1)
        ]
        by_block = np.stack(sums, axis=-1).reshape(features.texts, 2, 2) * self.scale
        return np.asarray(by_block.sum(axis=1) + self.bias)


def quantise(weights: Floats, bias: Floats) -> Linear:
    """A linear part from (BUCKETS, 2) weights, rounded to 255 levels per block and label."""
    blocks = weights.reshape(2, 1 << BLOCK_BITS, 2)
    scale = np.maximum(np.abs(blocks).max(axis=1), 1e-9) / 127
    levels = np.rint(blocks / scale[:, None, :]).astype(np.int8).reshape(BUCKETS, 2)
    return Linear(np.ascontiguousarray(levels), scale, bias)


def save(path: Path, linear: Linear) -> None:
    """Writes what `load` reads."""
    np.savez_compressed(path, weights=linear.weights, scale=linear.scale, bias=linear.bias)


def load(path: Path) -> Linear:
    """Reads a linear part. Raises ValueError when its arrays have other shapes than these features need."""
    with np.load(path, allow_pickle=False) as arrays:
        weights, scale, bias = (arrays[key] for key in ("weights", "scale", "bias"))
    if weights.shape != (BUCKETS, 2) or weights.dtype != np.int8:
        raise ValueError(f"{path.name} holds weights of {weights.shape} {weights.dtype}, not {(BUCKETS, 2)} int8")
    return Linear(np.ascontiguousarray(weights), scale, bias)
