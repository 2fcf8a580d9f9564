"""What is written: the weights in int8, and the model card that tells where they come from and what they can do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sentiment.compact import FEATURES, Compact
from sentiment.features import BLOCK_BITS, BUCKETS, batches, grams
from sentiment.labelled import Example
from sentiment.measure import Figures, figures
from sentiment.quantify import GROUPS, Floats, LanguageGroup, Matrix, group_of

from .fit import Linear
from .sources import Source

LIMITS = (
    "irony and sarcasm are read as their words",
    "words that change their sense by domain (a cheap flight, a cheap trick) follow the training data",
    "three-star reviews are mostly read as negative or positive, not as neutral",
    "languages other than English and French have little data; scripts without any give near-equal probabilities",
    "French was trained on 1,800 tweets with all three labels, and on reviews and subtitles without neutral ones",
    "scripts whose vowels are marks, as Hindi and Thai, are cut into pieces at them: Hindi is at the level of chance",
    "a text is scored as a whole, not per brand it names",
    (
        "the correction of the score assumes posts like those it was estimated on: "
        "a labelled sample of one's own is better"
    ),
    "on complaints to airlines and product tweets at a conference the corrected score errs by 35 to 60 points",
)


def save_weights(path: Path, model: Linear, settings: Mapping[LanguageGroup, Floats]) -> None:
    """Writes the arrays that `compact.load` reads, weights rounded to 255 levels per block and label."""
    blocks = model.weights.reshape(2, 1 << BLOCK_BITS, 2)
    scale = np.maximum(np.abs(blocks).max(axis=1), 1e-9) / 127
    rounded = np.rint(blocks / scale[:, None, :]).astype(np.int8).reshape(BUCKETS, 2)
    calibration = np.array([settings[group] for group in GROUPS])
    np.savez_compressed(path, weights=rounded, scale=scale, bias=model.bias, calibration=calibration)


def card(
    weights: Path,
    sources: Mapping[str, tuple[Source, int]],
    matrices: Mapping[LanguageGroup, Matrix],
    settings: Mapping[str, object],
) -> dict[str, object]:
    """The facts beside a weights file; `figures` is empty until they are measured with the file itself."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return {
        "name": "compact",
        "version": f"{FEATURES}-{digest[:12]}",
        "features": FEATURES,
        "weights_sha256": digest,
        "what": "sentiment of short texts, French and English first: negative, neutral, positive, under equal shares",
        "how": "hashed word 1-2-grams and character 2-5-grams, multinomial logistic regression with logit adjustment, "
        "int8 weights, temperature and bias per language group from held-out folds of the training texts",
        "training": dict(settings),
        "sources": [
            {
                "name": source.name,
                "origin": source.origin,
                "licence": source.licence,
                "tier": source.tier,
                "weight": source.weight,
                "texts": texts,
            }
            for source, texts in sources.values()
        ],
        "limits": list(LIMITS),
        "matrices": {group: _plain(found) for group, found in matrices.items()},
        "figures": {},
    }


def save_card(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measured(model: Compact, examples: Sequence[Example]) -> dict[str, dict[str, object]]:
    """The figures of a model over validation texts by source, of UMSAB also by language and language group.

    A source without a label is judged on the choice between the others, and has no error of its score.
    """
    logits = np.concatenate([model.logits(grams(texts)) for texts in _pieces(examples)])
    languages = [example.language for example in examples]
    every = model.probabilities(logits, languages)
    labels = np.array([example.label for example in examples])
    found: dict[str, dict[str, object]] = {}
    for name, rows in _cuts(examples).items():
        missing = np.bincount(labels[rows], minlength=3) == 0
        chances = every[rows]
        if missing.any():
            chances = np.where(missing, 1e-9, chances)
            chances = chances / chances.sum(axis=1, keepdims=True)
        result: Figures = figures(chances, labels[rows], [languages[row] for row in rows], model.matrices)
        plain = result.rounded()
        if missing.any():
            plain = {key: plain[key] for key in ("texts", "macro_f1", "calibration_error", "log_loss", "confusion")}
        found[name] = plain
    return found


def _cuts(examples: Sequence[Example]) -> dict[str, list[int]]:
    cuts: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        names = [example.source]
        if example.source == "umsab":
            names += [example.kind, f"umsab group {group_of(example.language)}"]
        for name in names:
            cuts.setdefault(name, []).append(row)
    return dict(sorted(cuts.items()))


def _pieces(examples: Sequence[Example]) -> list[list[str]]:
    texts = [example.text for example in examples]
    return [texts[piece] for piece in batches(texts)]


def _plain(matrix: Matrix) -> dict[str, object]:
    return {
        "means": matrix.means.round(6).tolist(),
        "spread": matrix.spread.round(6).tolist(),
        "doubt": matrix.doubt.round(8).tolist(),
    }
