"""Sets aside what cannot be stored, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models import Quarantined, uuid7
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.normalise import Rejection
from ground.plain import clean_line

LONGEST = 500
"""Characters kept of an id, a reason and an excerpt, because strangers wrote them."""


def quarantine(session: Session, origin: Origin, rejections: Sequence[Rejection]) -> None:
    """Writes one row per source and id; a mention rejected again updates its reason and its number of tries."""
    if not rejections:
        return
    rows = {
        rejection.external_id: {
            "workspace_id": origin.workspace_id,
            "id": uuid7(),
            "source_id": origin.source_id,
            "external_id": clean_line(rejection.external_id, LONGEST),
            "reason": clean_line(rejection.reason, LONGEST),
            "excerpt": clean_line(rejection.excerpt, LONGEST),
        }
        for rejection in rejections
    }
    statement = upsert(Quarantined).values(list(rows.values()))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "source_id", "external_id"],
            set_={"reason": statement.excluded.reason, "tries": Quarantined.tries + 1},
        )
    )
