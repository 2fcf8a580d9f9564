"""The sentiment model that the settings name."""

from __future__ import annotations

from functools import cache

import structlog

from app.services import Misconfigured
from app.settings import Settings
from sentiment.base import ModelError, Scorer
from sentiment.compact import fast
from sentiment.place import Place
from sentiment.scorers import COMPACT, looked_at, scorer

log = structlog.get_logger(__name__)


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


def explainer_of(settings: Settings) -> Scorer:
    """What tells which words weighed: the linear part of the shipped model, or the larger model that scores.

    The larger one is loaded by the process that explains, when it is first asked. Where that cannot be done the linear
    part answers.
    """
    if settings.sentiment_model == COMPACT:
        return fast()
    return _larger(settings.sentiment_model, settings.sentiment_threads)


@cache
def _larger(reference: str, threads: int) -> Scorer:
    try:
        return scorer(reference, threads=threads)
    except ModelError as error:
        log.warning("the model cannot be loaded to explain: the shipped one does", error=str(error))
        return fast()
