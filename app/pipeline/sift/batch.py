"""What travels from a source to the database: where a batch comes from, what is in it, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from app.pipeline.sift.normalise import Draft, Quarantined
from matching.match import Matched


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from. `brand_id`: everything there is about that brand."""

    workspace_id: UUID
    source_id: UUID
    kind: str
    brand_id: UUID | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention that matched, with the brands it matched."""

    draft: Draft
    matches: tuple[Matched, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a page came to: what matched, what could not be read, and how many matched nothing."""

    placed: tuple[Placed, ...]
    refused: tuple[Quarantined, ...]
    unmatched: int


@dataclass(slots=True)
class Stored:
    """What came of a batch. `outcomes` tells for each fingerprint: stored, updated, unchanged or quarantined."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    outcomes: dict[bytes, str] = field(default_factory=dict)
    ids: dict[bytes, UUID] = field(default_factory=dict)

    def note(self, fingerprint: bytes, outcome: str, mention_id: UUID | None = None) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.outcomes[fingerprint] = outcome
        if mention_id is not None:
            self.ids[fingerprint] = mention_id
