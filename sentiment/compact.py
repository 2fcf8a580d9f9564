"""The default scorer: a linear model and a small encoder that ship in the package and need no network.

Its files are in `model/`: the linear part, the encoder with its tokenizer, and the model card with sources, licences
and figures. `python -m sentiment.training` writes all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import encoder, linear
from .base import Score, Sureness, Text
from .correction import Corrections, corrections_from_json
from .sureness import CAUTIOUS, sureness_from_json

FEATURES = 2  # raise it with every change of features.py or encoder.plain that changes an answer
FOLDER = Path(__file__).with_name("model")
LINEAR, NETWORK, PIECES, WORDS = "linear.npz", "encoder.onnx", "pieces.npz", "tokenizer.json"
CARD = "card.json"
QUICK = "-linear"  # follows the name of the model in that of its linear part
TOGETHER = 2_048  # texts scored at once

Floats = NDArray[np.float64]
Settings = Mapping[str, Floats]
"""By language code, and under `other` for all other languages: a factor for the logits of each part of the model, then
what is added to the logits of negative and of positive."""


@dataclass(frozen=True, slots=True, eq=False)
class Fast:
    """The linear part alone, for a long backlog. `settings`: by language, see `blend`."""

    name: str
    version: str
    part: linear.Linear
    settings: Settings
    corrections: Corrections
    measured: Mapping[str, Any]
    sureness: Sureness
    fast: None = None
    reads_marks: bool = False

    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order: any string has an answer, an empty one that of its language alone."""
        logits = self.part.logits([text.text for text in texts])
        return scores(blend([logits], [text.language for text in texts], self.settings))


@dataclass(frozen=True, slots=True, eq=False)
class Compact:
    """The linear part and the encoder, blended by language. `settings`: by language, see `blend`."""

    name: str
    version: str
    fast: Fast
    encoder: encoder.Encoder
    settings: Settings
    corrections: Corrections
    measured: Mapping[str, Any]
    sureness: Sureness

    @property
    def reads_marks(self) -> bool:
        """Whether its encoder was trained with marks for brands."""
        return self.encoder.reads_marks

    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order: any string has an answer. Memory does not grow with the texts."""
        parts = (texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER))
        return [score for part in parts for score in self._score_together(part)]

    def _score_together(self, texts: Sequence[Text]) -> list[Score]:
        words, marked = [text.text for text in texts], [text.marked or text.text for text in texts]
        logits = [self.fast.part.logits(words), self.encoder.logits(marked)]
        return scores(blend(logits, [text.language for text in texts], self.settings))


def blend(logits: Sequence[Floats], languages: Sequence[str | None], settings: Settings) -> Floats:
    """(n, 3) calibrated probabilities of negative, neutral and positive from the (n, 2) logits of one or more parts."""
    rest = settings["other"]
    chosen = np.array([settings.get((language or "").lower()[:2], rest) for language in languages])
    chosen = chosen.reshape(-1, len(logits) + 2)
    sides = sum((part * chosen[:, [number]] for number, part in enumerate(logits)), chosen[:, -2:])
    return softmax(np.stack([sides[:, 0], np.zeros(len(sides)), sides[:, 1]], axis=1))


def scores(probabilities: Floats) -> list[Score]:
    """(n, 3) → n scores."""
    return [Score(*row) for row in probabilities.tolist()]


def softmax(logits: Floats) -> Floats:
    """(n, k) → (n, k) probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@cache
def compact(threads: int | None = None) -> Compact:
    """The model of the package, loaded once per process. `threads`: as `encoder.load` takes them."""
    return load(FOLDER, threads)


@cache
def fast() -> Fast:
    """The linear part of the package's model, without its encoder: for explanations, and for its figures."""
    return load_fast(FOLDER)


def load(folder: Path, threads: int | None = None) -> Compact:
    """Loads a model from its folder. Raises ValueError when its files belong to different models, or to features of
    another version, or when its card has no corrections."""
    card = read_card(folder)
    return Compact(
        card["name"],
        card["version"],
        load_fast(folder),
        encoder.load(folder / NETWORK, folder / PIECES, folder / WORDS, threads),
        _settings(card["blend"]),
        _corrections(card["blend"]),
        card["blend"]["figures"],
        _sureness(card["blend"]),
    )


def load_fast(folder: Path) -> Fast:
    """Loads the linear part from a model's folder. Raises ValueError as `load` does."""
    card = read_card(folder)
    return Fast(
        f"{card['name']}{QUICK}",
        card["version"],
        linear.load(folder / LINEAR),
        _settings(card["fast"]),
        _corrections(card["fast"]),
        card["fast"]["figures"],
        _sureness(card["fast"]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class CardFacts:
    """What the card says of the model, for processes that show its scores without loading it."""

    name: str
    version: str
    corrections: Corrections
    measured: Mapping[str, Any]
    sureness: Mapping[str, Sureness]
    """By the name and the version of each part, as matches store them."""


@cache
def facts() -> CardFacts:
    """The facts of the package's model."""
    card = read_card()
    name, version = card["name"], card["version"]
    sureness = {
        f"{name} {version}": _sureness(card["blend"]),
        f"{name}{QUICK} {version}": _sureness(card["fast"]),
    }
    return CardFacts(name, version, _corrections(card["blend"]), card["blend"]["figures"], sureness)


def read_card(folder: Path = FOLDER) -> dict[str, Any]:
    """Reads the model card. Raises ValueError when the files beside it are not those it describes."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    if card["files"] != digests(folder):
        raise ValueError(f"the files of {folder.name} are not those its card describes: write all by one training")
    if card["features"] != FEATURES:
        raise ValueError(f"the model was trained on features {card['features']}, this is {FEATURES}: train it again")
    return card


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that the card describes, by its name."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (LINEAR, NETWORK, PIECES, WORDS)}


def _settings(part: Mapping[str, Any]) -> Settings:
    return {language: np.array(row) for language, row in part["settings"].items()}


def _corrections(part: Mapping[str, Any]) -> Corrections:
    if "corrections" not in part:
        raise ValueError("the card says nothing of corrections: write them by python -m sentiment.training.doubts")
    return corrections_from_json(part["corrections"])


def _sureness(part: Mapping[str, Any]) -> Sureness:
    """The limits of a part; those of a model that nobody measured where its card has none."""
    return sureness_from_json(part["sureness"]) if "sureness" in part else CAUTIOUS
