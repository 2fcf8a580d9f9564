"""From which probability on a stored score shows a stance: by the model that gave it, and the language of the text."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ScorerRow
from sentiment.base import Limits, Sureness
from sentiment.compact import facts
from sentiment.sureness import CAUTIOUS, limits_in

SurenessOfModels = Mapping[str, Sureness]
"""By the name and version of a model, as matches store them."""


def sureness_of_models(session: Session) -> SurenessOfModels:
    """The limits of every model that was recorded here, and of the one that ships. Read once per transaction."""
    if "sureness" not in session.info:
        recorded = session.scalars(select(ScorerRow.sureness)).all()
        session.info["sureness"] = {
            **facts().sureness,
            **{model: _limits_by_code(parts) for each in recorded for model, parts in each.items()},
        }
    found: SurenessOfModels = session.info["sureness"]
    return found


def limits_for(models: SurenessOfModels, model: str | None, language: str | None) -> Limits:
    """The limits for a score of this model; cautious ones where nobody measured it."""
    return limits_in(models.get(model or "", CAUTIOUS), language)


def _limits_by_code(parts: Mapping[str, list[float]]) -> Sureness:
    return {code: (limits[0], limits[1], limits[2]) for code, limits in parts.items()}
