"""The embedded default scorer: a hashed linear model that ships in the package, reads no network and needs no download.

Its arrays lie in `compact.npz`, its model card with sources, licences and figures in `compact.json`; both are written
by `python -m sentiment.training`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Score, Text
from .features import BLOCK_BITS, BUCKETS, Grams, batches, grams
from .quantify import GROUPS, LanguageGroup, Matrix, group_of

FEATURES = 1  # to be raised with every change of features.py that changes an answer
WEIGHTS = Path(__file__).with_name("compact.npz")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Compact:
    """A linear model over `features.grams`, with neutral as the label the two others are measured against.

    `weights` (BUCKETS, 2) int8: negative and positive; `scale` (2, 2): what one unit is worth, by block of features
    and label; `bias` (2,); `calibration` (3, 3): by language group, the factor of the logits and what is added to
    negative and positive. `matrices` are for `quantify` and `indices`; `measured` holds the figures of the card.
    """

    name: str
    version: str
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    calibration: Floats
    matrices: Mapping[LanguageGroup, Matrix]
    measured: Mapping[str, Any]
    fast: None = None

    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order: any string has an answer, an empty one that of its language alone.

        Memory is bounded by the batch of `features`, not by the number or length of the texts.
        """
        scores: list[Score] = []
        for piece in batches([text.text for text in texts]):
            part = texts[piece]
            logits = self.logits(grams([text.text for text in part]))
            rows = self.probabilities(logits, [text.language for text in part])
            scores += [Score(*row) for row in rows.tolist()]
        return scores

    def logits(self, features: Grams) -> Floats:
        """(texts, 2) uncalibrated logits of negative and positive against neutral."""
        # both int8 weights of a bucket are fetched as one int16: one memory access instead of two
        pairs = self.weights.view(np.int16).reshape(-1)[features.bucket].view(np.int8).reshape(-1, 2)
        part = features.row * 2 + (features.bucket >> BLOCK_BITS)
        sums = [
            np.bincount(part, weights=features.value * pairs[:, label], minlength=2 * features.texts)
            for label in (0, 1)
        ]
        by_block = np.stack(sums, axis=-1).reshape(features.texts, 2, 2) * self.scale
        return np.asarray(by_block.sum(axis=1) + self.bias)

    def probabilities(self, logits: Floats, languages: Sequence[str | None]) -> Floats:
        """(texts, 3) calibrated probabilities of negative, neutral and positive."""
        settings = self.calibration[[GROUPS.index(group_of(language)) for language in languages]]
        sides = logits * settings[:, :1] + settings[:, 1:]
        return softmax(np.stack([sides[:, 0], np.zeros(len(sides)), sides[:, 1]], axis=1))


def softmax(logits: Floats) -> Floats:
    """(n, k) → (n, k) probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@cache
def compact() -> Compact:
    """The model of the package, loaded once per process."""
    return load(WEIGHTS)


def load(path: Path) -> Compact:
    """A model from its `.npz` and the card beside it. Raises ValueError when the two do not belong together."""
    content = path.read_bytes()
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if card["weights_sha256"] != hashlib.sha256(content).hexdigest():
        raise ValueError(f"{path.name} is not the file its card describes: write both by one run of the training")
    if card["features"] != FEATURES:
        raise ValueError(
            f"{path.name} was trained on features {card['features']}, this is version {FEATURES}: train it"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        weights, scale, bias, calibration = (arrays[key] for key in ("weights", "scale", "bias", "calibration"))
    if weights.shape != (BUCKETS, 2) or weights.dtype != np.int8:
        raise ValueError(f"{path.name} holds weights of {weights.shape} {weights.dtype}, not {(BUCKETS, 2)} int8")
    matrices = {group: _matrix(card["matrices"][group]) for group in GROUPS}
    return Compact(
        card["name"],
        card["version"],
        np.ascontiguousarray(weights),
        scale,
        bias,
        calibration,
        matrices,
        card["figures"],
    )


def _matrix(stored: Mapping[str, Any]) -> Matrix:
    return Matrix(np.array(stored["means"]), np.array(stored["spread"]), np.array(stored["doubt"]))
