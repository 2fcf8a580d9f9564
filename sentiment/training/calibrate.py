"""Believable probabilities: what held-out texts say about the temperature and the matrix of each language group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from sentiment.measure import Labels
from sentiment.quantify import GROUPS, Floats, LanguageGroup, Matrix, doubted, group_of, matrix_of, straying

LEAST = 50  # texts of every label a kind needs to tell how texts of its kind are answered
MOST = 600  # texts of one label a kind may bring, so that the largest data set does not speak for all


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Held-out texts: logits (n, 2) of a model that did not see them, labels (n,), the kind and group of each."""

    logits: Floats
    labels: Labels
    kinds: NDArray[np.str_]
    groups: NDArray[np.str_]

    def only(self, rows: NDArray[np.int64]) -> Held:
        return Held(self.logits[rows], self.labels[rows], self.kinds[rows], self.groups[rows])


def held(logits: Floats, labels: Labels, kinds: Sequence[str], languages: Sequence[str]) -> Held:
    return Held(logits, labels, np.array(kinds), np.array([group_of(language) for language in languages]))


def balanced(every: Held, seed: int) -> dict[LanguageGroup, list[Held]]:
    """For each group its kinds with all three labels, each cut to as many texts of every label, at most MOST.

    A group without such a kind gets all texts of all groups as one kind.
    """
    dice = np.random.default_rng(seed)
    chosen: dict[LanguageGroup, list[Held]] = {}
    for group in GROUPS:
        mine = every.groups == group
        kinds = [np.flatnonzero(mine & (every.kinds == kind)) for kind in np.unique(every.kinds[mine])]
        even = [_even(every, rows, dice) for rows in kinds]
        chosen[group] = [every.only(rows) for rows in even if len(rows) >= 3 * LEAST]
    everything = _even(every, np.arange(len(every.labels)), dice)
    return {group: found or [every.only(everything)] for group, found in chosen.items()}


def _even(every: Held, rows: NDArray[np.int64], dice: np.random.Generator) -> NDArray[np.int64]:
    by_label = [rows[every.labels[rows] == label] for label in range(3)]
    size = min(MOST, *(len(found) for found in by_label))
    return np.sort(np.concatenate([dice.permutation(found)[:size] for found in by_label]))


def calibration(kinds: Sequence[Held]) -> Floats:
    """(3,): factor of the logits, and what is added to negative and positive, by least log-loss over balanced texts.

    Temperature scaling with a bias per label, which suits prevalence estimation: Alexandari et al., ICML 2020.
    """
    logits = np.concatenate([kind.logits for kind in kinds])
    labels = np.concatenate([kind.labels for kind in kinds])

    def loss(settings: Floats) -> float:
        logs = log_softmax(_three(logits, settings), axis=1)
        return float(-logs[np.arange(len(labels)), labels].mean())

    found = minimize(loss, np.array([1.0, 0.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 20), (-5, 5), (-5, 5)])
    return np.asarray(found.x)


def matrices(
    kinds: dict[LanguageGroup, list[Held]], settings: dict[LanguageGroup, Floats], reference: Collection[str]
) -> dict[LanguageGroup, Matrix]:
    """The matrix of each group from its kinds of reference, doubted by how far all kinds stray from it.

    A group with a single kind, as French where only one source has neutral texts, takes the straying of English.
    """
    answer: dict[LanguageGroup, Matrix] = {}
    stray: dict[LanguageGroup, Floats] = {}
    for group in GROUPS:
        answer[group] = _matrix(_joined(referred(kinds[group], reference)), settings[group])
        stray[group] = straying(answer[group], [_matrix(kind, settings[group]) for kind in kinds[group]])
    return {group: doubted(matrix, stray[group if len(kinds[group]) > 1 else "en"]) for group, matrix in answer.items()}


def referred(kinds: list[Held], reference: Collection[str]) -> list[Held]:
    """The kinds whose source is one of reference, or all where none is."""
    return [kind for kind in kinds if str(kind.kinds[0]).split(":")[0] in reference] or kinds


def _joined(kinds: Sequence[Held]) -> Held:
    return Held(
        np.concatenate([kind.logits for kind in kinds]),
        np.concatenate([kind.labels for kind in kinds]),
        np.concatenate([kind.kinds for kind in kinds]),
        np.concatenate([kind.groups for kind in kinds]),
    )


def _matrix(kind: Held, settings: Floats) -> Matrix:
    return matrix_of(np.exp(log_softmax(_three(kind.logits, settings), axis=1)), kind.labels)


def _three(logits: Floats, settings: Floats) -> Floats:
    sides = logits * settings[0] + settings[1:]
    return np.stack([sides[:, 0], np.zeros(len(sides)), sides[:, 1]], axis=1)
