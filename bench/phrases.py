"""How often each common phrase says what people labelled, in validation texts of both languages.

A phrase is right where a text that it speaks in, alone or with others of its stance, has its label. Needs the folder of
labelled texts, see `bench.sentiment`; reads the validation texts written for Vigie where they are.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.pipeline.judge.common_phrases import CommonPhrase, common_phrases
from app.pipeline.judge.phrases import Phrasebook, spoken_stance
from bench.row import Row
from bench.sentiment import DATA
from sentiment.base import SIDES
from sentiment.labelled import read
from sentiment.measure import LABELS

WRITTEN = Path(__file__).parents[1] / "sentiment" / "training" / "written"
WRONG_AT_MOST = 0.1
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Tally:
    """In how many texts a phrase speaks, and in how many of these it is right."""

    texts: int = 0
    right: int = 0

    @property
    def wrong(self) -> float:
        """The share of texts, 0 to 1, in which it is wrong; 0 where it never speaks."""
        return 1 - self.right / self.texts if self.texts else 0.0


Labelled = tuple[str, str, str]
"""A text, its language, and the stance that people labelled."""


def run() -> Iterator[Row]:
    """One row a phrase that occurs, the wrong ones first, then one a language."""
    if not DATA.is_dir():
        yield Row("common phrases", None, "", note="the folder of labelled texts is not here")
        return
    found = measure(texts(DATA, "val"))
    for phrase, tally in sorted(found.items(), key=lambda pair: (-pair[1].wrong, -pair[1].texts)):
        if tally.texts:
            right = 100 * tally.right / tally.texts
            note = f"{phrase.stance}, in {tally.texts} texts"
            yield Row(f"{phrase.language}: {phrase.text}", right, "%", 100 * (1 - WRONG_AT_MOST), note=note)
    for language in ("en", "fr"):
        here = [tally for phrase, tally in found.items() if phrase.language == language]
        texts_, right_ = sum(tally.texts for tally in here), sum(tally.right for tally in here)
        note = f"{len(here)} phrases, of which {sum(bool(tally.texts) for tally in here)} occur"
        yield Row(f"{language}: all of them", 100 * right_ / max(texts_, 1), "%", note=f"{note}; {texts_} texts")


def measure(every: Iterable[Labelled], phrases: Sequence[CommonPhrase] | None = None) -> Mapping[CommonPhrase, Tally]:
    """The tally of each phrase."""
    listed = common_phrases() if phrases is None else phrases
    by_words = {(phrase.to_domain().words, phrase.language): phrase for phrase in listed}
    book = Phrasebook([phrase.to_domain() for phrase in listed])
    texts, right = Counter[CommonPhrase](), Counter[CommonPhrase]()
    for text, language, label in every:
        heard = book.occurrences("", text, language)
        stance = spoken_stance(heard, NOBODY, common=True)
        for words in {each.phrase.words for each in heard if each.phrase.stance == stance}:
            texts[by_words[words, language]] += 1
            right[by_words[words, language]] += stance == label
    return {phrase: Tally(texts[phrase], right[phrase]) for phrase in listed}


def texts(folder: Path, split: str) -> Iterator[Labelled]:
    """The labelled texts in English and French, and those written for Vigie."""
    for path in sorted(folder.glob("*.csv*")):
        for example in read(path, split):
            if example.language in ("en", "fr"):
                yield example.text, example.language, SIDES[example.label]
    for path in sorted(WRITTEN.glob("??-validation.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield row["text"], path.name[:2], SIDES[LABELS.index(row["label"])]
