"""Measures models on labelled texts: the figures of each cut, a table of several models, and what is saved of one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .base import ModelError, Score, Scorer, Text
from .labelled import Example
from .measure import Figures, figures
from .measured import FILE, measure, write
from .quantify import Floats
from .scorers import COMPACT, find_or_fetch


@dataclass(frozen=True, slots=True)
class Cut:
    """The figures of one file, or of one language in it; only whole files have a speed."""

    file: str
    language: str
    figures: Figures
    texts_per_s: float | None = None

    def as_json(self) -> dict[str, object]:
        speed = {} if self.texts_per_s is None else {"texts_per_s": round(self.texts_per_s)}
        return {"file": self.file, "language": self.language, **self.figures.as_json(), **speed}


def cuts(model: Scorer, file: str, examples: Sequence[Example]) -> Iterator[Cut]:
    """The cut of the whole file, then one for each of its languages if there are several."""
    start = time.perf_counter()
    rows = rows_of(model.score(texts_of(examples)))
    speed = len(examples) / (time.perf_counter() - start)
    labels = np.array([example.label for example in examples])
    languages = np.array([example.language for example in examples])
    yield Cut(file, "all", figures(rows, labels, languages.tolist(), model.corrections), speed)
    for language in np.unique(languages) if len(np.unique(languages)) > 1 else ():
        mine = languages == language
        yield Cut(file, str(language), figures(rows[mine], labels[mine], languages[mine].tolist(), model.corrections))


COLUMNS = ("macro-F1", "calibration", "counted", "corrected", "texts/s")
"""F1 in percent, error of the probabilities, error of the score as counted and as corrected, and speed of a model."""


def side_by_side(models: Sequence[str], rows: Sequence[Sequence[Cut]]) -> str:
    """A table with a line per cut and model; the models of a cut stand below each other."""
    table: list[tuple[str, ...]] = [("file", "language", "texts", "model", *COLUMNS)]
    for same in zip(*rows, strict=True):
        table += [_line(name, cut) for name, cut in zip(models, same, strict=True)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    left = {0, 1, 3}
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in table
    )


def _line(model: str, cut: Cut) -> tuple[str, ...]:
    figures = cut.figures
    return (
        cut.file,
        cut.language,
        f"{figures.texts:,}",
        model,
        f"{figures.macro_f1:.1f}",
        f"{figures.calibration_error:.3f}",
        f"{figures.score_error_counted:+.1f}",
        f"{figures.score_error:+.1f}",
        "" if cut.texts_per_s is None else f"{cut.texts_per_s:,.0f}",
    )


def measure_and_write(reference: str, examples: Sequence[Example], on: str, target: Path | None, threads: int) -> Path:
    """Measures a larger model and writes the result beside it, or to `target`. Returns the file written. `on` says what
    the examples are.

    Raises ModelError, ValueError when there are too few texts, and OSError.
    """
    from .transformer import load

    if reference == COMPACT:
        raise ModelError("the compact model was measured when it was made: --save is for larger ones")
    files = find_or_fetch(reference)
    model = load(files, threads, measured=False)
    measured = measure(model.of, rows_of(model.score(texts_of(examples))), examples, on)
    path = target or files.folder / FILE
    write(path, model.name, model.version, measured)
    return path


def texts_of(examples: Sequence[Example]) -> list[Text]:
    return [Text(example.text, example.language) for example in examples]


def rows_of(scores: Sequence[Score]) -> Floats:
    """(n, 3)"""
    return np.array([(score.negative, score.neutral, score.positive) for score in scores]).reshape(-1, 3)
