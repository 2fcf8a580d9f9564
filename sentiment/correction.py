"""How shares of labels follow from a scorer's probabilities, and how far a score may then be wrong, by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .mixture import CELLS, POINTS, mixture
from .quantify import GROUPS, Floats, LanguageGroup, group_of

Z = 1.959964
"""Two-sided 95 % of the normal distribution."""
Part = Literal["en", "fr", "other", "unread"]
PARTS: tuple[Part, ...] = (*GROUPS, "unread")
"""The language groups, and the languages that the model was not shown to read."""
WIDE = (0.5 / Z) ** 2
"""The variance that alone makes an interval of ±50 points."""
ONE_TEXT = 1.0
"""`within` where nobody measured it: that of a text that is a promoter or a detractor at random."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How the shares of one language group are estimated. Scores run from −1 to 1 here.

    `points` (15, 3): the probabilities that each cell of a histogram stands for, see `mixture.seen_from`.
    `between`: the variance of a score's error over kinds of text, which no number of texts makes smaller. `within` / n
    is what n independent texts add to it. `kinds`: over how many kinds of text both were fitted, 0 where they are
    assumed. `shift` (3,) is added to the shares: what `labels` of one's own say of the error.
    """

    points: Floats
    between: float
    within: float
    kinds: int = 0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    labels: int = 0

    def __post_init__(self) -> None:
        if self.points.shape != (CELLS, 3) or min(self.between, self.within) < 0:
            raise ValueError("a correction needs 15 × 3 points and two variances")

    def shares(self, histograms: Floats) -> Floats:
        """(n, 3): the shares behind histograms (n, 15), each summing to how many texts it counts as."""
        moved = np.maximum(mixture(histograms, self.points) + np.array(self.shift), 0)
        return np.asarray(moved / moved.sum(axis=-1, keepdims=True))

    def learn(self, histogram: Floats, labelled: Floats) -> Correction:
        """The correction after a random sample of one's own: the histogram (15,) of its texts, and how many of them
        (3,) people gave each label.

        The error of a kind of text is normal with variance `between`; a sample of m texts measures it with variance
        `within` / m. So it is believed to m / (m + m0), where m0 = within / between, and the rest of the doubt stays:
        the normal posterior of Gelman et al., "Bayesian Data Analysis", 3rd ed. (2013), 2.5.
        """
        number = float(labelled.sum())
        if not number or not self.between:
            return self
        believed = number / (number + self.within / self.between)
        error = labelled / number - mixture(histogram * number / max(histogram.sum(), 1e-12), self.points)
        negative, neutral, positive = (believed * error).tolist()
        shift = (negative, neutral, positive)
        return replace(self, between=self.between * (1 - believed), shift=shift, labels=round(number))


NOTHING_KNOWN = Correction(POINTS, WIDE, ONE_TEXT)
"""For what nobody measured: ±50 points however many texts there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """The correction of each language group, and the languages that the model was shown to read; None: nobody looked,
    so that none is set apart."""

    groups: Mapping[LanguageGroup, Correction]
    read: frozenset[str] | None = None

    def part_of(self, language: str | None) -> Part:
        """Where a text counts: a known language that is not `read` apart from all others."""
        code = (language or "").lower()[:2]
        return "unread" if code and self.read is not None and code not in self.read else group_of(code)

    def of(self, part: Part) -> Correction:
        """The correction of a part."""
        return NOTHING_KNOWN if part == "unread" else self.groups[part]

    def shares(self, part: Part, histograms: Floats) -> Floats:
        """(n, 3): the shares behind histograms (n, 15). Where a language is not read they are the mean probabilities:
        what hardly tells the labels apart then says so."""
        if part != "unread":
            return self.of(part).shares(histograms)
        total = histograms.sum(axis=1, keepdims=True)
        return np.where(total > 0, histograms @ POINTS / np.maximum(total, 1e-12), 1 / 3)


def unmeasured() -> Corrections:
    """Of a scorer that nobody measured."""
    return Corrections(dict.fromkeys(GROUPS, NOTHING_KNOWN))


def corrections_as_json(corrections: Corrections) -> dict[str, Any]:
    """Corrections as plain data, for a file or a column of JSON."""
    groups = {
        group: {
            "points": each.points.round(5).tolist(),
            "between": round(each.between, 6),
            "within": round(each.within, 6),
            "kinds": each.kinds,
        }
        for group, each in corrections.groups.items()
    }
    return {"groups": groups, "read": None if corrections.read is None else sorted(corrections.read)}


def corrections_from_json(stored: Mapping[str, Any]) -> Corrections:
    """What `corrections_as_json` wrote. Raises KeyError, TypeError or ValueError when it is something else."""
    groups = {group: _from_json(stored["groups"][group]) for group in GROUPS}
    return Corrections(groups, None if stored["read"] is None else frozenset(stored["read"]))


def _from_json(stored: Mapping[str, Any]) -> Correction:
    points = np.array(stored["points"], dtype=np.float64)
    return Correction(points, float(stored["between"]), float(stored["within"]), int(stored["kinds"]))
