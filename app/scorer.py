"""The sentiment model that the settings name."""

from __future__ import annotations

from app.services import Misconfigured
from app.settings import Settings
from sentiment.base import ModelError, Scorer
from sentiment.place import Place
from sentiment.scorers import looked_at, scorer


def scorer_of(settings: Settings) -> Scorer:
    """The model, loaded, and fetched first where that is needed. Raises Misconfigured."""
    try:
        return scorer(settings.sentiment_model, threads=settings.sentiment_threads)
    except ModelError as error:
        raise Misconfigured(f"VIGIE_SENTIMENT_MODEL: {error}") from error


def place_of(settings: Settings) -> Place | None:
    """Where the model lies, after a look at it that takes no time; None for `compact` and for one still to be fetched.

    Raises Misconfigured.
    """
    try:
        return looked_at(settings.sentiment_model)
    except ModelError as error:
        raise Misconfigured(f"VIGIE_SENTIMENT_MODEL: {error}") from error
