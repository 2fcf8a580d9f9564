"""The sentiment model that the settings name."""

from __future__ import annotations

from functools import cache

import structlog

from app.services import Misconfigured
from app.settings import Settings
from sentiment.base import ModelError, Scorer
from sentiment.compact import compact
from sentiment.model_files import ModelFiles
from sentiment.scorers import check, scorer

log = structlog.get_logger(__name__)


def scorer_of(settings: Settings) -> Scorer:
    """Loads the model, and fetches it first where it is not here yet. Raises Misconfigured."""
    try:
        return scorer(settings.sentiment_model, threads=settings.sentiment_threads)
    except ModelError as error:
        raise Misconfigured(f"VIGIE_SENTIMENT_MODEL: {error}") from error


def model_files_of(settings: Settings) -> ModelFiles | None:
    """The files of the model, checked without loading it; None for `compact`, and for a model still to be fetched.

    Raises Misconfigured.
    """
    try:
        return check(settings.sentiment_model)
    except ModelError as error:
        raise Misconfigured(f"VIGIE_SENTIMENT_MODEL: {error}") from error


def explainer_of(settings: Settings) -> Scorer:
    """The scorer that says which phrases weighed: the model that scores, loaded when the process first has to explain.

    The shipped model replaces one that cannot be loaded.
    """
    return _named_or_shipped(settings.sentiment_model, settings.sentiment_threads)


@cache
def _named_or_shipped(reference: str, threads: int) -> Scorer:
    try:
        return scorer(reference, threads=threads)
    except ModelError as error:
        log.warning("the model cannot be loaded to explain: the shipped one does", error=str(error))
        return compact(threads)
