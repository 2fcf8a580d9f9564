"""Labelled texts of a few words, which a model can learn."""

from __future__ import annotations

import csv
import gzip
import random
from pathlib import Path

WORDS = {
    "fr": (
        ["nul", "horrible", "déçu", "panne"],
        ["mardi", "horaire", "réunion", "gare"],
        ["génial", "ravi", "bravo", "top"],
    ),
    "en": (
        ["awful", "broken", "sad", "worst"],
        ["tuesday", "meeting", "office", "train"],
        ["great", "happy", "love", "best"],
    ),
    "de": (
        ["mies", "kaputt", "traurig", "übel"],
        ["dienstag", "treffen", "büro", "zug"],
        ["toll", "froh", "liebe", "klasse"],
    ),
}
LABELS = ("negative", "neutral", "positive")


def rows(source: str, languages: str, labels: range, size: int, dice: random.Random) -> list[tuple[str, ...]]:
    """Four words each, one in five of them of a wrong label."""
    return [
        (
            " ".join(dice.choice(WORDS[lang][k if dice.random() < 0.8 else dice.randrange(3)]) for _ in range(4)),
            LABELS[k],
            lang,
            source,
            "val" if i % 4 == 0 else "train",
        )
        for lang in languages.split()
        for k in labels
        for i in range(size)
    ]


def write(path: Path, lines: list[tuple[str, ...]]) -> None:
    with gzip.open(path, "wt", newline="") if path.suffix == ".gz" else path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label", "language", "source", "split"), *lines])
