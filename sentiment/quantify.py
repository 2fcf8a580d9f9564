"""What is common to all that estimates shares of labels: the type of its arrays, and the groups of languages.

Labels are in the order negative, neutral, positive everywhere.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LanguageGroup = Literal["en", "fr", "other"]
GROUPS: tuple[LanguageGroup, ...] = ("en", "fr", "other")


def group_of(language: str | None) -> LanguageGroup:
    """The group whose calibration and correction hold for a language code such as `fr`, `fr-CA` or None."""
    code = (language or "").lower()[:2]
    return "en" if code == "en" else "fr" if code == "fr" else "other"
