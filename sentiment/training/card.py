"""The model card beside the weights: where they come from, and how good they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentiment import compact
from sentiment.correction import Corrections, corrections_as_json
from sentiment.labelled import Example
from sentiment.measure import Labels, figures
from sentiment.quantify import Floats, group_of
from sentiment.sureness import Cuts, cuts_as_json

from .sources import Source

LIMITS = (
    "irony and sarcasm are read as their words",
    "words that change their sense by domain (a cheap flight, a cheap trick) follow the training data",
    "three-star reviews are mostly read as negative or positive, not as neutral",
    "languages other than English and French have little data; scripts without any give near-equal probabilities",
    "French was trained on 1,800 tweets and 900 texts of our own, and on reviews and subtitles without neutral ones",
    "Hindi: the labels of the only data at hand fit their texts no better than lots, so nothing is known",
    "the encoder reads the first 40 and last 24 pieces of a text",
    "the score of a kind of text not met before may be wrong by what its interval says: labels of one's own narrow it",
)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The blend, or the linear part alone: how its logits are blended, how shares follow from its answers, and from
    which probability on a stance is shown."""

    settings: compact.Settings
    corrections: Corrections
    cuts: Cuts

    def as_json(self, figures: Mapping[str, object]) -> dict[str, object]:
        """The part as plain data, with its figures."""
        return {
            "settings": {language: row.round(6).tolist() for language, row in sorted(self.settings.items())},
            "corrections": corrections_as_json(self.corrections),
            "sureness": cuts_as_json(self.cuts),
            "figures": dict(figures),
        }


def card(
    folder: Path,
    sources: Mapping[str, tuple[Source, int]],
    settings: Mapping[str, object],
    blend: Mapping[str, object],
    fast: Mapping[str, object],
) -> dict[str, object]:
    """The content of the card for the files of `folder`."""
    files = compact.digests(folder)
    parts = json.dumps([files, blend["settings"], fast["settings"]])
    return {
        "name": "compact",
        "version": f"{compact.FEATURES}-{hashlib.sha256(parts.encode()).hexdigest()[:12]}",
        "features": compact.FEATURES,
        "files": files,
        "what": "sentiment of short texts, French and English first: negative, neutral, positive, under equal shares",
        "how": "a blend by language group of two parts. Linear: hashed words, pairs, negated words and character "
        "2-5-grams, multinomial logistic regression with logit adjustment and lexicons folded in, int8. Encoder: the "
        "first layers of multilingual-e5-small, which learnt from all twelve fine-tuned, int8, with marks for the "
        "brand asked about and for others",
        "training": dict(settings),
        "pretrained": "multilingual-e5-small, MIT; lexicons VADER (MIT), vaderSentiment-fr (MIT), AFINN (Apache-2.0)",
        "sources": [
            {
                "name": source.name,
                "origin": source.origin,
                "licence": source.licence,
                "tier": source.tier,
                "weight": source.weight,
                "share": source.share,
                "texts": texts,
            }
            for source, texts in sources.values()
        ],
        "limits": list(LIMITS),
        "blend": dict(blend),
        "fast": dict(fast),
    }


def save(path: Path, content: Mapping[str, object]) -> None:
    """Writes a card."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measure(part: Part, logits: Sequence[Floats], examples: Sequence[Example]) -> dict[str, dict[str, object]]:
    """The figures of a part over validation texts by source; those of UMSAB also by language and by language group.

    A source in which a label is missing is measured on the choice between the other two, and without an error of the
    score.
    """
    languages = [example.language for example in examples]
    every = compact.blend(logits, languages, part.settings)
    labels: Labels = np.array([example.label for example in examples])
    by_cut: dict[str, dict[str, object]] = {}
    for name, rows in _cuts(examples).items():
        missing = np.bincount(labels[rows], minlength=3) == 0
        chances = every[rows]
        if missing.any():
            chances = np.where(missing, 1e-9, chances)
            chances = chances / chances.sum(axis=1, keepdims=True)
        values = figures(chances, labels[rows], [languages[row] for row in rows], part.corrections).as_json()
        if missing.any():
            values = {key: values[key] for key in ("texts", "macro_f1", "calibration_error", "log_loss", "confusion")}
        by_cut[name] = values
    return by_cut


def _cuts(examples: Sequence[Example]) -> dict[str, list[int]]:
    cuts: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        names = [example.source]
        if example.source == "umsab":
            names += [example.kind, f"umsab group {group_of(example.language)}"]
        for name in names:
            cuts.setdefault(name, []).append(row)
    return dict(sorted(cuts.items()))
