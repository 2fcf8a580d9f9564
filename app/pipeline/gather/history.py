"""The history of a source: what its readings brought, counted, and written as a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.models import Poll
from app.pipeline.gather.lease import Lease
from app.pipeline.sift.batch import Stored
from ground.notice import Notice, as_json


@dataclass(slots=True)
class Harvest:
    """What one or several pages brought. `read` counts all that was in them, also what could not be read."""

    read: int = 0
    stored: int = 0
    updated: int = 0
    unmatched: int = 0
    quarantined: int = 0

    def add(self, batch: Stored) -> None:
        """Counts what was done with a batch."""
        self.stored += batch.stored
        self.updated += batch.updated
        self.quarantined += batch.quarantined

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written of any mention."""
        return not (self.stored or self.updated or self.quarantined)


def history_line(
    lease: Lease, harvest: Harvest, started: datetime, now: datetime, state: str, error: Notice | None = None
) -> Poll:
    """The row that tells what came since `started`, and what went wrong."""
    return Poll(
        workspace_id=lease.workspace_id,
        source_id=lease.source_id,
        started_at=started,
        finished_at=now,
        outcome=state,
        read=harvest.read,
        stored=harvest.stored,
        updated=harvest.updated,
        unmatched=harvest.unmatched,
        quarantined=harvest.quarantined,
        error=as_json(error),
    )
