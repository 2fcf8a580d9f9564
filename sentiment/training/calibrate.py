"""Believable probabilities: what held-out texts say about the temperature and the matrix of each language group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from sentiment.compact import Settings, blend
from sentiment.measure import Labels
from sentiment.quantify import GROUPS, Floats, LanguageGroup, Matrix, add_doubt, group_of, matrix_of, straying

LEAST = 50  # texts of every label a kind needs to tell how texts of its kind are answered
MOST = 600  # texts of one label a kind may bring, so that the largest data set does not speak for all


HELD, HELD_MOST = 0.12, 200
STRAYING: dict[LanguageGroup, float] = {"en": 1.0, "fr": 0.0, "other": 0.15}
"""How much of the straying is believed, so that the interval holds the truth in 90 to 98 of 100 bags of each group: the
English ones are of twelve kinds, the others nearly all posts, on which all of the straying would make it useless."""
DRAWN = 10.0  # texts' worth of log-loss that a unit away from the common settings costs a group


def held_out(labels: Labels, kinds: Sequence[str], seed: int) -> NDArray[np.bool_]:
    """(n,) which texts teach nothing, so that they can tell how good the model is: a share of each kind and label."""
    dice, named = np.random.default_rng(seed), np.array(kinds)
    chosen = np.zeros(len(labels), dtype=np.bool_)
    for kind in np.unique(named):
        for label in range(3):
            rows = dice.permutation(np.flatnonzero((named == kind) & (labels == label)))
            chosen[rows[: min(HELD_MOST, int(HELD * len(rows)))]] = True
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Held-out texts: for each part of the model the logits (n, 2) of one that did not see them, labels (n,), the kind
    and language of each."""

    logits: tuple[Floats, ...]
    labels: Labels
    kinds: NDArray[np.str_]
    languages: NDArray[np.str_]

    def only(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Held:
        parts = tuple(part[rows] for part in self.logits)
        return Held(parts, self.labels[rows], self.kinds[rows], self.languages[rows])

    def of(self, group: LanguageGroup) -> Held:
        return self.only(np.array([group_of(language) == group for language in self.languages]))

    @property
    def source(self) -> str:
        """The source of a single kind."""
        return str(self.kinds[0]).split(":")[0]


def balanced(every: Held, seed: int) -> dict[LanguageGroup, list[Held]]:
    """For each group its kinds with all three labels, each cut to as many texts of every label, at most MOST.

    A group without such a kind gets all texts of all groups as one kind.
    """
    dice = np.random.default_rng(seed)
    chosen: dict[LanguageGroup, list[Held]] = {}
    for group in GROUPS:
        mine = every.of(group)
        even = [_even(mine.only(mine.kinds == kind), dice) for kind in np.unique(mine.kinds)]
        chosen[group] = [kind for kind in even if len(kind.labels) >= 3 * LEAST]
    everything = _even(every, dice)
    return {group: found or [everything] for group, found in chosen.items()}


def _even(kind: Held, dice: np.random.Generator) -> Held:
    by_label = [np.flatnonzero(kind.labels == label) for label in range(3)]
    size = min(MOST, *(len(found) for found in by_label))
    return kind.only(np.sort(np.concatenate([dice.permutation(found)[:size] for found in by_label])))


def calibration(kinds: Mapping[LanguageGroup, Sequence[Held]]) -> Settings:
    """The settings of each language of the kinds, and of all but English and French together as `other`.

    Least log-loss over balanced texts; a language is drawn to the answer for all texts together, the more the fewer it
    has. Temperature scaling with a bias per label suits prevalence estimation: Alexandari et al., ICML 2020.
    """
    every = joined([kind for group in GROUPS for kind in kinds[group]])
    parts = len(every.logits)
    together = _least(every, np.array([*[1 / parts] * parts, 0.0, 0.0]), 0)
    found: dict[str, Floats] = {"other": _least(joined(kinds["other"]), together, DRAWN)}
    for language in np.unique(every.languages):
        found[str(language)] = _least(every.only(every.languages == language), together, DRAWN)
    return found


def _least(texts: Held, prior: Floats, drawn: float) -> Floats:
    rows = np.arange(len(texts.labels))

    def loss(settings: Floats) -> float:
        sides = sum((part * factor for part, factor in zip(texts.logits, settings, strict=False)), settings[-2:])
        logs = log_softmax(np.insert(sides, 1, 0, axis=1), axis=1)
        return float(-logs[rows, texts.labels].mean() + drawn / len(rows) * ((settings - prior) ** 2).sum())

    bounds = [(0, 20)] * len(texts.logits) + [(-5, 5)] * 2
    return np.asarray(minimize(loss, prior, method="L-BFGS-B", bounds=bounds).x)


def matrices(
    kinds: Mapping[LanguageGroup, Sequence[Held]], settings: Settings, reference: Collection[str]
) -> dict[LanguageGroup, Matrix]:
    """The matrix of each group from its kinds of reference, doubted by how far all kinds stray from it, see STRAYING.

    A group with a single kind, as French where only one source has neutral texts, takes the straying of English.
    """
    answer = {group: _matrix(joined(referred(kinds[group], reference)), settings) for group in GROUPS}
    stray = {group: straying(answer[group], [_matrix(kind, settings) for kind in kinds[group]]) for group in GROUPS}
    known = {group: stray[group if len(kinds[group]) > 1 else "en"] for group in GROUPS}
    return {group: add_doubt(matrix, STRAYING[group] * known[group]) for group, matrix in answer.items()}


def referred(kinds: Sequence[Held], reference: Collection[str]) -> Sequence[Held]:
    """The kinds whose source is one of reference, or all where none is."""
    return [kind for kind in kinds if kind.source in reference] or kinds


def joined(kinds: Sequence[Held]) -> Held:
    """Several kinds as one."""
    return Held(
        tuple(np.concatenate(part) for part in zip(*(kind.logits for kind in kinds), strict=True)),
        *(np.concatenate([getattr(kind, name) for kind in kinds]) for name in ("labels", "kinds", "languages")),
    )


def _matrix(kind: Held, settings: Settings) -> Matrix:
    return matrix_of(blend(kind.logits, kind.languages.tolist(), settings), kind.labels)
