"""What the labels of a classifier mean: which are negative, neutral and positive."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ground.accents import in_ascii

from .base import ModelError
from .quantify import Floats

NEGATIVE, NEUTRAL, POSITIVE = range(3)
WORDS: dict[str, int] = {
    **dict.fromkeys(("negative", "neg", "negatif", "negativ", "negativo", "negatief", "bad"), NEGATIVE),
    **dict.fromkeys(("neutral", "neu", "neutre", "neutro", "neutraal"), NEUTRAL),
    **dict.fromkeys(("positive", "pos", "positif", "positiv", "positivo", "positief", "good"), POSITIVE),
}
DEGREES = re.compile(r"^(very|extremely|strongly|slightly|somewhat|tres|assez|muy|sehr|molto|muito)\b")
NUMBERED = re.compile(r"(?:label )?(\d)")
STARS = re.compile(r"([1-5]) ?(?:stars?|etoiles?)?")
ORDERED = {2: (0, 2), 3: (0, 1, 2), 5: (0, 0, 1, 2, 2)}
"""The sides of numbered labels, by how many labels there are, from the worst to the best: a convention of public
models."""


def sides_of(names: Sequence[str]) -> tuple[int, ...]:
    """For each label 0 negative, 1 neutral, 2 positive.

    Understands words in several languages, numbers from 0 (`LABEL_0` …), −1 to 1, and one to five stars (1 and 2
    negative, 3 neutral, 4 and 5 positive). Raises ModelError that names the labels it does not know.
    """
    folded = [_fold(name) for name in names]
    words = tuple(WORDS.get(DEGREES.sub("", name).strip(), -1) for name in folded)
    sides = _sides_of_numbers(folded) or _sides_of_stars(folded) or words
    strange = [name for name, side in zip(names, sides, strict=True) if side < 0]
    if strange:
        raise ModelError(
            f"its labels {', '.join(map(repr, strange))} are not known: in `id2label` of its config.json, call them "
            "negative, neutral and positive"
        )
    if not {NEGATIVE, POSITIVE} <= set(sides):
        raise ModelError(
            f"its labels {', '.join(map(repr, names))} do not tell negative from positive: it is no model of sentiment"
        )
    return sides


def three(logits: Floats, sides: Sequence[int]) -> Floats:
    """(n, k) logits → (n, 3) logits of negative, neutral and positive, as if each of the three were as frequent.

    Labels of one side are averaged, not summed: summed, two stars out of five would outweigh the single neutral one. A
    model without a neutral label gets one half way between the two others, so that it wins only where they are even.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers, which = np.exp(shifted), np.array(sides)
    chances = [np.log(np.maximum(powers[:, which == side].mean(axis=1), 1e-30)) for side in sorted(set(sides))]
    if len(chances) == 2:
        chances.insert(NEUTRAL, (chances[0] + chances[1]) / 2)
    return np.stack(chances, axis=1)


def apply_calibration(logits: Floats, settings: NDArray[np.float64]) -> Floats:
    """(n, 3) probabilities from logits (n, 3) and settings (n, 3): a factor, and what negative and positive gain."""
    odds = (logits - logits[:, [NEUTRAL]]) * settings[:, :1]
    odds = odds + np.stack([settings[:, 1], np.zeros(len(odds)), settings[:, 2]], axis=1)
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _fold(name: str) -> str:
    plain = in_ascii(str(name)).lower()
    return " ".join(re.sub(r"[_\s-]+(?!\d+$)|_", " ", plain).split())


def _sides_of_numbers(names: Sequence[str]) -> tuple[int, ...]:
    if set(names) == {"-1", "0", "1"}:
        return tuple(int(name) + 1 for name in names)
    numbers = [int(match[1]) for name in names if (match := NUMBERED.fullmatch(name))]
    meaning = ORDERED.get(len(names))
    return tuple(meaning[n] for n in numbers) if meaning and sorted(numbers) == list(range(len(names))) else ()


def _sides_of_stars(names: Sequence[str]) -> tuple[int, ...]:
    stars = [int(match[1]) for name in names if (match := STARS.fullmatch(name))]
    return tuple(ORDERED[5][n - 1] for n in stars) if sorted(stars) == [1, 2, 3, 4, 5] else ()
