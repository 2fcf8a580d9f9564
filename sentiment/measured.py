"""What was measured of a larger model, in `vigie-measured.json` beside it: its calibration, corrections and figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import ModelError, Sureness
from .correction import Corrections, corrections_as_json, corrections_from_json, unmeasured
from .doubt import fit, kinds_of
from .labelled import Example
from .measure import Figures, Labels, figures
from .model_files import read_json
from .naming import apply_calibration
from .quantify import GROUPS, Floats, group_of
from .sureness import CAUTIOUS, choose, cuts_as_json, sureness_from_json
from .temperature import AS_IT_IS, fit_calibration

FILE = "vigie-measured.json"
LEAST = 50  # texts of each label that a group or a kind of text needs: fewer tell nothing


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was measured of the weights that `of` names. `calibration` (3, 3) has a row per language group, see
    `naming.apply_calibration`. `cuts` are those of `sureness.choose` as plain data, empty where nobody chose any."""

    of: str
    calibration: Floats
    corrections: Corrections
    figures: Mapping[str, Any]
    cuts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sureness(self) -> Sureness:
        """From which probability on a stance is shown; raises as `sureness_from_json` does."""
        return sureness_from_json(self.cuts) if self.cuts else CAUTIOUS

    @classmethod
    def nothing(cls, of: str) -> Measured:
        """For a model that nobody measured: nothing is corrected, much is doubted, and there are no figures."""
        return cls(of, np.tile(AS_IT_IS, (3, 1)), unmeasured(), {})


def read(folder: Path, of: str) -> Measured:
    """What was measured of the weights `of` in a folder, or `nothing`. Raises ModelError when it is about others."""
    path = folder / FILE
    if not path.exists():
        return Measured.nothing(of)
    stored = read_json(path)
    if stored.get("of") != of:
        raise ModelError(f"{path} was measured on other weights or labels: measure again with --save, or remove it")
    try:
        calibration = np.array([stored["calibration"][group] for group in GROUPS], dtype=np.float64).reshape(3, 3)
        cuts = dict(stored.get("sureness", {}))
        if cuts:
            sureness_from_json(cuts)
        corrections = corrections_from_json(stored["corrections"])
        return Measured(of, calibration, corrections, dict(stored["figures"]), cuts)
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"{path} is incomplete: measure again with --save, or remove it") from None


def write(path: Path, name: str, version: str, measured: Measured) -> None:
    """Writes what `read` reads; `name` and `version` are for people."""
    content = {
        "name": name,
        "version": version,
        "of": measured.of,
        "calibration": {group: row.round(6).tolist() for group, row in zip(GROUPS, measured.calibration, strict=True)},
        "corrections": corrections_as_json(measured.corrections),
        "figures": measured.figures,
        "sureness": measured.cuts,
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measure(of: str, probabilities: Floats, examples: Sequence[Example], on: str) -> Measured:
    """What labelled texts say of a model. `probabilities` (n, 3) are uncalibrated, `on` says what the texts are.

    Each half of the texts gets its figures with the calibration of the other half. Raises ValueError below 50 texts of
    a label.
    """
    logits = np.log(np.maximum(probabilities, 1e-12))
    texts = Labelled.of(logits, examples)
    if np.bincount(texts.labels, minlength=3).min() < LEAST:
        raise ValueError(f"to measure a model takes at least {LEAST} texts of each label: negative, neutral, positive")
    calibration = _calibration(texts)
    languages = [example.language for example in examples]
    probabilities = texts.probabilities(calibration)
    corrections = fit(kinds_of(probabilities, texts.labels, texts.kinds.tolist(), languages))
    cuts = cuts_as_json(choose(probabilities, texts.labels, languages))
    return Measured(of, calibration, corrections, _figures(texts, languages, corrections, on), cuts)


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Logits (n, 3), labels (n,), and the language group and kind of each text."""

    logits: Floats
    labels: Labels
    groups: NDArray[np.str_]
    kinds: NDArray[np.str_]

    @classmethod
    def of(cls, logits: Floats, examples: Sequence[Example]) -> Labelled:
        labels = np.array([example.label for example in examples], dtype=np.int64)
        groups = np.array([group_of(example.language) for example in examples])
        return cls(logits, labels, groups, np.array([example.kind for example in examples]))

    def only(self, rows: NDArray[np.bool_]) -> Labelled:
        return Labelled(self.logits[rows], self.labels[rows], self.groups[rows], self.kinds[rows])

    @property
    def scarcest(self) -> int:
        return int(np.bincount(self.labels, minlength=3).min())

    def probabilities(self, calibration: Floats) -> Floats:
        rows = np.array([GROUPS.index(group) for group in self.groups.tolist()], dtype=np.int64)
        return apply_calibration(self.logits, calibration[rows])


def _calibration(texts: Labelled, least: int = LEAST) -> Floats:
    """(3, 3): by language group, from all texts where a group has too few."""
    parts = [texts.only(texts.groups == group) for group in GROUPS]
    chosen = [part if part.scarcest >= least else texts for part in parts]
    return np.array([fit_calibration(part.logits, part.labels) for part in chosen])


def _figures(texts: Labelled, languages: Sequence[str], corrections: Corrections, on: str) -> dict[str, Any]:
    """The figures of all texts and of each language group, each half calibrated by the other."""
    half = np.random.default_rng(1).permutation(len(texts.labels)) % 2 == 0
    chances = np.empty_like(texts.logits)
    for mine in (half, ~half):
        other = texts.only(~mine)
        calibration = _calibration(other, LEAST // 2) if other.scarcest else np.tile(AS_IT_IS, (3, 1))
        chances[mine] = texts.only(mine).probabilities(calibration)
    cuts = {"all": texts.groups != "", **{f"all:{group}": texts.groups == group for group in GROUPS}}
    by_cut: dict[str, Any] = {"on": on}
    for name, rows in cuts.items():
        if rows.any():
            cut: Figures = figures(chances[rows], texts.labels[rows], np.array(languages)[rows].tolist(), corrections)
            by_cut[name] = cut.as_json()
    return by_cut
