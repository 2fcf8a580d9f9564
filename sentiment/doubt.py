"""How far a score may be wrong on kinds of text that it was not fitted on, from bags drawn out of labelled texts.

Each kind is left out in turn: its bags are read as those of a kind never seen, and the squares of their errors tell the
variance between kinds (however many texts there are) and that of the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .correction import NOTHING_KNOWN, Correction, Corrections, Z
from .measure import LABELS, Labels, confusion, is_read
from .mixture import POINTS, histograms, mixture, seen_from
from .quantify import GROUPS, Floats, LanguageGroup, group_of

LEAST = 20  # texts of each label that occurs that a kind needs
MOST = 600  # texts of one label that a kind brings to `points`, so that the largest does not speak for all
SIZES = (30, 100, 300, 1_000)
NEGATIVE = (0.05, 0.2, 0.4, 0.6, 0.8)
REPEATS = 10  # bags of each size and share of negative texts
OWN_KINDS = 15
"""With fewer kinds, a language group takes the doubt of all groups together: on kinds left out, intervals fitted to the
5 to 10 kinds of a group held the truth in 93 of 100 bags, those of all groups together in 95."""
INSIDE = 0.96  # of the bags of a kind left out; the kinds of the data are more alike than those to come
ONE_KIND = (0.31 / Z) ** 2
"""The variance between kinds where it could not be measured: no method without labels was seen to do better than ±31
points on a kind it had not met."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Labelled texts of one source and language: probabilities (n, 3), labels (n,) of 0, 1, 2."""

    name: str
    language: str
    probabilities: Floats
    labels: Labels

    @property
    def group(self) -> LanguageGroup:
        return group_of(self.language)

    @property
    def counts(self) -> NDArray[np.int64]:
        return np.bincount(self.labels, minlength=3)

    @property
    def by_label(self) -> list[NDArray[np.int64]]:
        """The rows of each label."""
        return [np.flatnonzero(self.labels == label) for label in range(len(LABELS))]

    @property
    def is_large_enough(self) -> bool:
        """Whether it has enough negative and positive texts, and of neutral ones enough or none."""
        negative, neutral, positive = self.counts
        return bool(min(negative, positive) >= LEAST and (neutral >= LEAST or neutral == 0))

    @property
    def is_readable(self) -> bool:
        """Whether the model tells its labels apart, see `measure.is_read`."""
        return is_read(confusion(self.labels, self.probabilities.argmax(axis=1)))


def kinds_of(
    probabilities: Floats, labels: Labels, names: Sequence[str], languages: Sequence[str | None]
) -> list[Kind]:
    """The kinds of labelled texts that are large enough, by name."""
    named, codes = np.array(names), np.array([language or "" for language in languages])
    kinds = []
    for name in np.unique(named):
        rows = named == name
        kinds.append(Kind(str(name), str(codes[rows][0]), probabilities[rows], labels[rows]))
    return [kind for kind in kinds if kind.is_large_enough]


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """Bags of texts: histograms (n, 15), sizes (n,), the mixes of labels (n, 3) that they were drawn from, and the
    score (n,), from −1 to 1, that counting best labels gives."""

    histograms: Floats
    sizes: NDArray[np.int64]
    mixes: Floats
    counted: Floats

    @property
    def truth(self) -> Floats:
        """(n,) the score of the mixes, from −1 to 1."""
        return np.asarray(self.mixes[:, 2] - self.mixes[:, 0])


def draw(kind: Kind, seed: int, sizes: Sequence[int] = SIZES, repeats: int = REPEATS) -> Bags:
    """Bags of a kind with replacement, of each size and share of negative texts; the other shares are any."""
    dice = np.random.default_rng(seed)
    cells, best = histograms(kind.probabilities), kind.probabilities.argmax(axis=1)
    by_label = kind.by_label
    rows: list[Floats] = []
    facts: list[tuple[int, Floats, float]] = []
    for size in sizes:
        for negative in np.repeat(NEGATIVE, repeats):
            mix = _mix(float(negative), dice.random() if len(by_label[1]) else 0.0)
            bag = draw_rows(by_label, mix, size, dice)
            rows.append(cells[bag].sum(axis=0))
            facts.append((size, mix, float((best[bag] - 1).mean())))
    size_of, mixes, counted = zip(*facts, strict=True)
    return Bags(np.array(rows), np.array(size_of), np.array(mixes), np.array(counted))


def draw_rows(
    by_label: Sequence[NDArray[np.int64]], mix: Floats, size: int, dice: np.random.Generator
) -> NDArray[np.int64]:
    """(size,) rows drawn with replacement from a mix (3,) of labels; `by_label`: the rows of each label."""
    parts = zip(by_label, dice.multinomial(size, mix), strict=True)
    return np.concatenate([dice.choice(rows, number) for rows, number in parts if number])


def _mix(negative: float, neutral: float) -> Floats:
    """(3,): `negative`, and the share `neutral` of the rest."""
    return np.array([negative, (1 - negative) * neutral, (1 - negative) * (1 - neutral)])


def fit(kinds: Sequence[Kind], seed: int = 1) -> Corrections:
    """The correction of each language group, and the languages read, from the kinds that can be read.

    A group without any kind corrects nothing; with fewer than three readable kinds in all, the doubt is assumed.
    """
    read = languages_read(kinds)
    used = [kind for kind in kinds if kind.is_readable and kind.language in read]
    errors = {kind.name: _errors(kind, used, seed) for kind in used}
    groups: dict[LanguageGroup, Correction] = {}
    for group in GROUPS:
        mine = [kind for kind in used if kind.group == group]
        if not mine:
            groups[group] = NOTHING_KNOWN
            continue
        chosen = mine if len(mine) >= OWN_KINDS else used
        between, within = doubt([errors[kind.name] for kind in chosen])
        groups[group] = Correction(points(mine, seed), between, within, len(chosen))
    return Corrections(groups, frozenset(read))


def languages_read(kinds: Sequence[Kind]) -> set[str]:
    """The languages whose texts, those of all kinds together, the model reads."""
    tables: dict[str, NDArray[np.int64]] = {}
    for kind in kinds:
        table = confusion(kind.labels, kind.probabilities.argmax(axis=1))
        tables[kind.language] = tables.get(kind.language, np.zeros((3, 3), dtype=np.int64)) + table
    return {language for language, table in tables.items() if is_read(table)}


def points(kinds: Sequence[Kind], seed: int) -> Floats:
    """(15, 3): `mixture.seen_from` over as many texts of each label of the kinds that have all three."""
    dice = np.random.default_rng(seed)
    rows = [kind.probabilities[even(kind.labels, dice, MOST)] for kind in kinds if kind.counts.min()]
    return seen_from(np.concatenate(rows)) if rows else POINTS


def even(labels: Labels, dice: np.random.Generator, most: int) -> NDArray[np.int64]:
    """Rows drawn so that each label has the same number of them, `most` at most."""
    by_label = [np.flatnonzero(labels == label) for label in range(len(LABELS))]
    size = min(most, *map(len, by_label))
    return np.sort(np.concatenate([dice.permutation(rows)[:size] for rows in by_label]))


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """The errors (n,) of the scores of bags of a kind left out, and the sizes (n,) of these."""

    error: Floats
    sizes: NDArray[np.int64]


def _errors(kind: Kind, kinds: Sequence[Kind], seed: int) -> Errors:
    bags = draw(kind, seed)
    others = [each for each in kinds if each.group == kind.group and each is not kind]
    share = mixture(bags.histograms, points(others, seed))
    return Errors(share[:, 2] - share[:, 0] - bags.truth, bags.sizes)


def doubt(errors: Sequence[Errors]) -> tuple[float, float]:
    """The variance between kinds, and that of one text: least squares of squared errors on 1 and 1 / n, then scaled so
    that the interval of a kind left out holds the truth in 96 of 100 bags."""
    if len(errors) < 3:
        return ONE_KIND, NOTHING_KNOWN.within
    far = []
    for number, each in enumerate(errors):
        between, within = _least_squares([*errors[:number], *errors[number + 1 :]])
        far.append(np.abs(each.error) / (Z * np.sqrt(between + within / each.sizes)))
    between, within = _least_squares(errors)
    factor = float(np.quantile(np.concatenate(far), INSIDE)) ** 2
    return factor * between, factor * within


def _least_squares(errors: Sequence[Errors]) -> tuple[float, float]:
    squares = np.concatenate([each.error**2 for each in errors])
    inverse = 1 / np.concatenate([each.sizes for each in errors])
    (between, within), *_ = np.linalg.lstsq(np.stack([np.ones_like(inverse), inverse], axis=1), squares, rcond=None)
    if between < 0:
        return 0.0, float(inverse @ squares / (inverse @ inverse))
    return (float(squares.mean()), 0.0) if within < 0 else (float(between), float(within))
