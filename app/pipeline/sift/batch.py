"""The values that travel from a source to the database: the origin of a batch, its contents, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from app.pipeline.sift.normalise import Draft, Rejection
from matching.match import Matched

MentionOutcome = Literal["stored", "updated", "unchanged", "quarantined"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a batch. `brand_id` is the brand that the source is tied to: every mention there is about it.

    `import_id` is set where the batch is part of an imported file.
    """

    workspace_id: UUID
    source_id: UUID
    kind: str
    brand_id: UUID | None = None
    sample: bool = False
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention that matched, with the brands it matched."""

    draft: Draft
    matches: tuple[Matched, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A sifted page: the mentions that matched, those that could not be read, and how many matched nothing.

    `unread` were not looked at, because too many mentions before them had their process die. Whoever can read the page
    again stores none of it but the refused, and does so.
    """

    placed: tuple[Placed, ...]
    refused: tuple[Rejection, ...]
    unmatched: int
    unread: tuple[Rejection, ...] = ()

    def with_unread_refused(self) -> Batch:
        """For what was sent once, and cannot be read again: the unread are set aside with the refused."""
        return replace(self, refused=(*self.refused, *self.unread), unread=())


@dataclass(slots=True)
class Stored:
    """What became of a batch: how many had each outcome, and by fingerprint the outcome and the id of the mention."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    outcomes: dict[bytes, MentionOutcome] = field(default_factory=dict)
    ids: dict[bytes, UUID] = field(default_factory=dict)

    def note(self, fingerprint: bytes, outcome: MentionOutcome, mention_id: UUID | None = None) -> None:
        """Counts one mention under its outcome."""
        match outcome:
            case "stored":
                self.stored += 1
            case "updated":
                self.updated += 1
            case "unchanged":
                self.unchanged += 1
            case "quarantined":
                self.quarantined += 1
        self.outcomes[fingerprint] = outcome
        if mention_id is not None:
            self.ids[fingerprint] = mention_id
