"""The settings of each language, from texts held back from the training."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from sentiment.compact import Settings
from sentiment.doubt import even
from sentiment.measure import Labels
from sentiment.quantify import GROUPS, Floats, LanguageGroup, group_of

LEAST = 50  # texts of each label that a kind needs to say anything about how texts of its kind are scored
MOST = 600  # texts of one label that a kind may bring, so that the largest data set does not speak for all
HELD_BACK, HELD_BACK_MOST = 0.12, 200  # the share of each kind and label that is held back, and how many at most
PULL = 10.0  # the log-loss, in texts, that settings one unit away from the common ones cost a language


def held_out(labels: Labels, kinds: Sequence[str], seed: int) -> NDArray[np.bool_]:
    """(n,) which texts are held back from the training, to calibrate on: a share of each kind and label."""
    dice, named = np.random.default_rng(seed), np.array(kinds)
    chosen = np.zeros(len(labels), dtype=np.bool_)
    for kind in np.unique(named):
        for label in range(3):
            rows = dice.permutation(np.flatnonzero((named == kind) & (labels == label)))
            chosen[rows[: min(HELD_BACK_MOST, int(HELD_BACK * len(rows)))]] = True
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class HeldBack:
    """Texts held back: their logits (n, 2) by each part of a model that was not trained on them, labels (n,), kinds and
    languages."""

    logits: tuple[Floats, ...]
    labels: Labels
    kinds: NDArray[np.str_]
    languages: NDArray[np.str_]

    def only(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> HeldBack:
        parts = tuple(part[rows] for part in self.logits)
        return HeldBack(parts, self.labels[rows], self.kinds[rows], self.languages[rows])

    def of(self, group: LanguageGroup) -> HeldBack:
        return self.only(np.array([group_of(language) == group for language in self.languages]))

    @property
    def source(self) -> str:
        """The source of a single kind."""
        return str(self.kinds[0]).split(":")[0]


def balance(every: HeldBack, seed: int) -> dict[LanguageGroup, list[HeldBack]]:
    """The kinds of each group that have all three labels, each cut to the same number of texts of every label, MOST at
    most.

    A group without such a kind gets all texts of all groups as one kind.
    """
    dice = np.random.default_rng(seed)
    chosen: dict[LanguageGroup, list[HeldBack]] = {}
    for group in GROUPS:
        mine = every.of(group)
        even = [_even(mine.only(mine.kinds == kind), dice) for kind in np.unique(mine.kinds)]
        chosen[group] = [kind for kind in even if len(kind.labels) >= 3 * LEAST]
    everything = _even(every, dice)
    return {group: kinds or [everything] for group, kinds in chosen.items()}


def _even(kind: HeldBack, dice: np.random.Generator) -> HeldBack:
    return kind.only(even(kind.labels, dice, MOST))


def calibration(kinds: Mapping[LanguageGroup, Sequence[HeldBack]]) -> Settings:
    """The settings of each language, and under `other` those of all languages but English and French together.

    They minimise the log-loss over balanced texts. Those of a language are pulled towards the settings for all texts
    together, the more the fewer texts it has. Temperature scaling with a bias per label suits prevalence estimation:
    Alexandari et al., ICML 2020.
    """
    every = join([kind for group in GROUPS for kind in kinds[group]])
    parts = len(every.logits)
    together = _minimise(every, np.array([*[1 / parts] * parts, 0.0, 0.0]), 0)
    settings: dict[str, Floats] = {"other": _minimise(join(kinds["other"]), together, PULL)}
    for language in np.unique(every.languages):
        settings[str(language)] = _minimise(every.only(every.languages == language), together, PULL)
    return settings


def _minimise(texts: HeldBack, prior: Floats, pull: float) -> Floats:
    """The settings of least log-loss over these texts, pulled towards `prior`."""
    rows = np.arange(len(texts.labels))

    def loss(settings: Floats) -> float:
        sides = sum((part * factor for part, factor in zip(texts.logits, settings, strict=False)), settings[-2:])
        logs = log_softmax(np.insert(sides, 1, 0, axis=1), axis=1)
        return float(-logs[rows, texts.labels].mean() + pull / len(rows) * ((settings - prior) ** 2).sum())

    bounds = [(0, 20)] * len(texts.logits) + [(-5, 5)] * 2
    return np.asarray(minimize(loss, prior, method="L-BFGS-B", bounds=bounds).x)


def of_sources(kinds: Sequence[HeldBack], reference: Collection[str]) -> Sequence[HeldBack]:
    """The kinds whose source is in `reference`, or all kinds where none is."""
    return [kind for kind in kinds if kind.source in reference] or kinds


def join(kinds: Sequence[HeldBack]) -> HeldBack:
    """Several kinds as one."""
    return HeldBack(
        tuple(np.concatenate(part) for part in zip(*(kind.logits for kind in kinds), strict=True)),
        *(np.concatenate([getattr(kind, name) for kind in kinds]) for name in ("labels", "kinds", "languages")),
    )
