"""How often the stance towards a brand is right where a text names two brands: by its clauses, and by the whole text.

The sentences are in `tests/sentiment/comparative.csv`. They were written for this, with invented brands: the rules were
made on the split `dev`; the split `held` was written after them, and nothing was changed for it.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.row import Row
from sentiment.about import About, score_about
from sentiment.base import Score, Scorer, Stance, Text, best_stance
from sentiment.compact import compact

SENTENCES = Path(__file__).parents[1] / "tests/sentiment/comparative.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """A question about one brand of a sentence, and the right answer."""

    question: About
    stance: str
    split: str


def cases(path: Path = SENTENCES) -> list[Case]:
    """Two cases for each sentence, one per brand."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Case(
            about(row["text"], row["language"], row[f"brand_{own}"], row[f"brand_{other}"]),
            row[f"stance_{own}"],
            row["split"],
        )
        for row in rows
        for own, other in ("ab", "ba")
    ]


def about(text: str, language: str, own: str, other: str) -> About:
    """A question about a brand; both brands are found by their names, whatever the case."""
    mine, theirs = (
        tuple(match.span() for match in re.finditer(re.escape(name), text, re.IGNORECASE)) for name in (own, other)
    )
    return About(text, language, mine, theirs)


def by_clauses(scorer: Scorer, cases: Sequence[Case]) -> list[Stance]:
    return _stances(score_about(scorer, [case.question for case in cases]))


def by_whole_text(scorer: Scorer, cases: Sequence[Case]) -> list[Stance]:
    return _stances(scorer.score([Text(case.question.text, case.question.language) for case in cases]))


def _stances(scores: Sequence[Score]) -> list[Stance]:
    return [best_stance(score) for score in scores]


def accuracy(answers: Sequence[Stance], cases: Sequence[Case]) -> float:
    """How many answers are right, in percent."""
    return 100 * sum(answer == case.stance for answer, case in zip(answers, cases, strict=True)) / len(cases)


def reversed_share(answers: Sequence[Stance], cases: Sequence[Case]) -> float:
    """How many answers are the contrary of the truth, in percent: the errors that people forgive least."""
    contrary = {"promoter": "detractor", "detractor": "promoter"}
    wrong = sum(answer == contrary.get(case.stance) for answer, case in zip(answers, cases, strict=True))
    return 100 * wrong / len(cases)


def run() -> Iterator[Row]:
    scorer, every = compact(), cases()
    for split in ("dev", "held"):
        for language in ("fr", "en"):
            chosen = [case for case in every if case.split == split and case.question.language == language]
            read, whole = by_clauses(scorer, chosen), by_whole_text(scorer, chosen)
            name, note = f"{split}, {language}", "whole text {:.0f} %"
            yield Row(f"stances right, {name}", accuracy(read, chosen), "%", note=note.format(accuracy(whole, chosen)))
            yield Row(
                f"stances turned round, {name}",
                reversed_share(read, chosen),
                "%",
                note=note.format(reversed_share(whole, chosen)),
            )
    start = time.perf_counter()
    by_clauses(scorer, every)
    yield Row("questions answered", len(every) / (time.perf_counter() - start), "/s")
