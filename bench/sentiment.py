"""Our sentiment models beside those that most tools ship, on validation texts, in one process and on one thread.

Needs the folder of labelled texts (VIGIE_SHARED, else ../shared), which is not part of the checkout. Texts with two
labels (film, series and book reviews in French) are measured on the choice between negative and positive.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.row import Row
from sentiment.base import Score, Text
from sentiment.compact import FOLDER, LINEAR, load
from sentiment.labelled import Example, read
from sentiment.measure import Labels, calibration_error, confusion, macro_f1
from sentiment.quantify import Floats
from sentiment.training.sources import trusted

DATA = Path(os.environ.get("VIGIE_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "sentiment"
CUTS = ("UMSAB fr", "UMSAB en", "UMSAB all", "airline", "product posts", "French reviews")
TARGETS = {"UMSAB fr": 71.0, "UMSAB en": 71.0, "UMSAB all": 66.0}
REVIEWS = ("allocine", "fr-tvseries", "fr-books")

Answers = Callable[[Sequence[Text]], Floats]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its answers (n, 3) as probabilities or votes, its size in MB, and the speed it should reach."""

    name: str
    answers: Answers
    size: float | None = None
    speed: float | None = None
    ours: bool = False


def run() -> Iterator[Row]:
    """Macro-F1 by cut, calibration, size and speed of each model."""
    if not DATA.is_dir():
        yield Row("sentiment on validation texts", None, "", note="the folder of labelled texts is not here")
        return
    cuts = {name: list(texts(name)) for name in CUTS}
    for model in models():
        yield from measure(model, cuts)


def models() -> Iterator[Model]:
    """VADER alone, VADER with its French translation, our linear part, our blend."""
    yield Model("VADER", vader(french=False))
    yield Model("VADER and vader-fr", vader(french=True))
    ours = load(FOLDER, threads=1)
    size = (FOLDER / LINEAR).stat().st_size / 1e6
    yield Model("linear", lambda every: array(ours.fast.score(every)), size, 5_000, True)
    whole = sum(path.stat().st_size for path in FOLDER.iterdir()) / 1e6
    yield Model("blend", lambda every: array(ours.score(every)), whole, 300, True)


def measure(model: Model, cuts: dict[str, list[Example]]) -> Iterator[Row]:
    seconds, number = 0.0, 0
    for name, examples in cuts.items():
        every = [Text(example.text, example.language) for example in examples]
        start = time.process_time()
        answers = model.answers(every)
        seconds, number = seconds + time.process_time() - start, number + len(every)
        labels = np.array([example.label for example in examples])
        target = TARGETS.get(name) if model.name == "blend" else None
        yield Row(f"{model.name}: {name}", f1(answers, labels), "macro-F1", target, note=f"{len(labels):,} texts")
        if model.ours and name == "UMSAB all":
            error = 100 * calibration_error(answers, labels)
            yield Row(f"{model.name}: ECE, UMSAB all", error, "points", 4, "less")
    yield Row(f"{model.name}: speed", number / seconds, "texts/s", model.speed, note="one thread, processor time")
    if model.size is not None:
        yield Row(f"{model.name}: size", model.size, "MB", 45, "less")


def texts(cut: str) -> Iterator[Example]:
    """The validation texts of a cut."""
    match cut:
        case "airline":
            yield from read(DATA / "airline.csv.gz", "val")
        case "product posts":
            yield from read(DATA / "sxsw-brands.csv.gz", "val")
        case "French reviews":
            yield from (example for name in REVIEWS for example in read(DATA / f"{name}.csv.gz", "val"))
        case _:
            language = cut.removeprefix("UMSAB ")
            examples = trusted(read(DATA / "umsab.csv.gz", "val"))
            yield from (example for example in examples if language in ("all", example.language))


def f1(answers: Floats, labels: Labels) -> float:
    """Macro-F1 of the best label among those that occur."""
    absent = np.bincount(labels, minlength=3) == 0
    return macro_f1(confusion(labels, np.where(absent, -np.inf, answers).argmax(axis=1)))


def array(scores: Sequence[Score]) -> Floats:
    return np.array([(score.negative, score.neutral, score.positive) for score in scores])


def vader(*, french: bool) -> Answers:
    """VADER as its authors advise: a compound of 0.05 and more is positive, −0.05 and less is negative; as three
    votes."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer as English
    from vaderSentiment_fr.vaderSentiment import SentimentIntensityAnalyzer as French

    readers = {"fr": French() if french else English(), "en": English()}

    def answers(every: Sequence[Text]) -> Floats:
        compounds = [
            readers.get(text.language or "en", readers["en"]).polarity_scores(text.text)["compound"] for text in every
        ]
        return np.array([(-each if each <= -0.05 else 0, 0.05, each if each >= 0.05 else 0) for each in compounds])

    return answers
