"""The texts that were written for Vigie: what public data lack, and sentences that compare two brands.

They lie in `written/`, by language and split. All people and brands in them are invented.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sentiment.labelled import Example
from sentiment.measure import LABELS

FOLDER = Path(__file__).with_name("written")
SOURCE = "written"
LANGUAGES = ("en", "fr")
SPLITS = {"train": "train", "val": "validation"}
NEGATIVE, NEUTRAL, POSITIVE = range(3)


@dataclass(frozen=True, slots=True)
class Comparing:
    """A text that names two brands, in order, and the labels of what it says of the first and of the second."""

    text: str
    language: str
    brands: tuple[str, str]
    labels: tuple[int, int]


def texts(split: str) -> Iterator[Example]:
    """The labelled texts of one split, `train` or `val`."""
    for language in LANGUAGES:
        for row in _rows(f"{language}-{SPLITS[split]}.csv"):
            yield Example(row["text"], LABELS.index(row["label"]), language, SOURCE)


def kinds(split: str) -> Iterator[str]:
    """What is hard about each of `texts`, in the same order: negation, thanks, fact, question and so on."""
    for language in LANGUAGES:
        yield from (row["kind"] for row in _rows(f"{language}-{SPLITS[split]}.csv"))


def comparing(split: str) -> Iterator[Comparing]:
    """The texts of one split that name two brands."""
    for language in LANGUAGES:
        for row in _rows(f"{language}-compare-{SPLITS[split]}.csv"):
            brands = row["a"], row["b"]
            yield Comparing(row["text"], language, brands, (_label(row, brands[0]), _label(row, brands[1])))


def _label(row: dict[str, str], brand: str) -> int:
    if row["both"]:
        return LABELS.index(row["both"])
    return POSITIVE if row["better"] == brand else NEGATIVE


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
