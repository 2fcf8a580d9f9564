"""How likely a label has to be before its stance is shown, chosen on labelled texts; below, the stance is unsure.

From the likeliest text down, a limit goes as low as the share of right ones among all above it allows. Opinions aim two
points above the 85 % that are promised, because the limit is chosen on the texts that it is measured on; `checked`
says what is left of it on texts that it was not chosen on. A passive asks nobody to act: two in three suffice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Limits, Sureness
from .measure import LABELS, Labels
from .quantify import Floats

PROMISED = 0.85
AIMS = (PROMISED + 0.02, 0.65, PROMISED + 0.02)
"""The share of right ones that is aimed at among the stances shown: detractors, passives, promoters."""
NEVER = 2.0
"""The limit of a label that is never right often enough."""
LEAST_TEXTS = 50
"""A language is judged by its own texts from so many of each label on."""
READ = 0.45
"""The share of texts whose best label must be right for a language to count as read: chance is a third."""
OWN = ("en", "fr")
"""Languages with limits of their own. A hundred texts a label are too few for the others, which share theirs."""
LEAST_SHOWN = 20
FOLDS, ROUNDS = 10, 20

CAUTIOUS: Sureness = {"other": (0.9, 0.6, 0.9)}
"""The limits of a model that nobody measured. Uncalibrated classifiers say 0.9 long before they are right so often."""

Right = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cut:
    """The limit of one label in one language.

    `at`: the probability from which on it is sure, above 1 for never. It is the best label of `predicted` texts, of
    which `shown` reach the limit, and `right` of these, 0 to 1, bear it. `checked` is the same share on texts that the
    limit was not chosen on (ten folds, drawn twenty times). None where nothing is shown.
    """

    at: float
    predicted: int
    shown: int
    right: float | None
    checked: float | None


Cuts = Mapping[str, tuple[Cut, Cut, Cut]]
"""By language, and under `other` for the rest: the cuts of negative, neutral and positive."""


def choose(probabilities: Floats, labels: Labels, languages: Sequence[str | None], seed: int = 1) -> Cuts:
    """The cuts of English, of French, of each language that is not read, which is never sure, and of `other`.

    probabilities (n, 3), labels (n,) of 0, 1, 2. A language with fewer than 50 texts of a label is left out, and
    `other` is measured on all texts where its own are too few.
    """
    codes = np.array([(language or "").lower()[:2] for language in languages])
    dice = np.random.default_rng(seed)
    right = probabilities.argmax(axis=1) == labels
    enough = [code for code in sorted(set(codes.tolist()) - {""}) if _enough(labels[codes == code])]
    unread = [code for code in enough if right[codes == code].mean() < READ]
    rest = ~np.isin(codes, (*OWN, *unread))
    rows = {code: codes == code for code in OWN if code in enough and code not in unread}
    rows["other"] = rest if _enough(labels[rest]) else ~np.isin(codes, unread)
    cuts = {code: _cuts(probabilities[row], labels[row], dice) for code, row in rows.items()}
    return cuts | {code: _no_cuts(probabilities[codes == code]) for code in unread}


def sureness_of(cuts: Cuts) -> Sureness:
    """The limits alone."""
    return {code: (each[0].at, each[1].at, each[2].at) for code, each in cuts.items()}


def limits_in(sureness: Sureness, language: str | None) -> Limits:
    """The limits for a language code such as `fr`, `fr-CA` or None."""
    return sureness.get((language or "").lower()[:2], sureness["other"])


def cuts_as_json(cuts: Cuts) -> dict[str, Any]:
    """The cuts as plain data, for a card."""
    return {
        code: {label: _rounded(cut) for label, cut in zip(LABELS, each, strict=True)} for code, each in cuts.items()
    }


def sureness_from_json(stored: Mapping[str, Any]) -> Sureness:
    """The limits in what `cuts_as_json` wrote. Raises KeyError, TypeError or ValueError when it is none."""
    limits: dict[str, Limits] = {}
    for code, cuts in stored.items():
        negative, neutral, positive = (float(cuts[label]["at"]) for label in LABELS)
        limits[code] = negative, neutral, positive
    if "other" not in limits:
        raise KeyError("other")
    return limits


def _enough(labels: Labels) -> bool:
    return bool(np.bincount(labels, minlength=3).min() >= LEAST_TEXTS)


def _cuts(probabilities: Floats, labels: Labels, dice: np.random.Generator) -> tuple[Cut, Cut, Cut]:
    best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    negative, neutral, positive = (
        _cut(sure[best == label], labels[best == label] == label, aim, dice) for label, aim in enumerate(AIMS)
    )
    return negative, neutral, positive


def _no_cuts(probabilities: Floats) -> tuple[Cut, Cut, Cut]:
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=3).tolist()
    negative, neutral, positive = (Cut(NEVER, number, 0, None, None) for number in predicted)
    return negative, neutral, positive


def _cut(sure: Floats, right: Right, aim: float, dice: np.random.Generator) -> Cut:
    at = _limit(sure, right, aim)
    shown = right[sure >= at]
    share = float(shown.mean()) if len(shown) else None
    return Cut(at, len(right), len(shown), share, _checked(sure, right, aim, dice) if len(shown) else None)


def _limit(sure: Floats, right: Right, aim: float) -> float:
    """The lowest probability at and above which the share of right ones reaches the aim."""
    order = np.argsort(-sure, kind="stable")
    number = np.arange(1, len(order) + 1)
    reached = np.flatnonzero((np.cumsum(right[order]) / number >= aim) & (number >= LEAST_SHOWN))
    return float(np.floor(sure[order[reached[-1]]] * 1e4) / 1e4) if len(reached) else NEVER


def _checked(sure: Floats, right: Right, aim: float, dice: np.random.Generator) -> float | None:
    hits = shown = 0
    for _ in range(ROUNDS):
        fold = dice.integers(0, FOLDS, len(sure))
        for held in range(FOLDS):
            others = fold != held
            mine = right[~others & (sure >= _limit(sure[others], right[others], aim))]
            hits, shown = hits + int(mine.sum()), shown + len(mine)
    return hits / shown if shown else None


def _rounded(cut: Cut) -> dict[str, Any]:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(cut).items()}
