"""Skims a large stream: only the mentions that may be about a brand go on to be cleaned and matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from app.db import Database
from app.models import Mention
from app.pipeline.gather.reader import Reader
from app.pipeline.sift.batch import Batch, Origin
from app.pipeline.sift.fingerprint import fingerprint
from app.pipeline.sift.page import shortlist
from collectors.base import Page, RawMention


def skim(reader: Reader, origin: Origin, page: Page, now: datetime) -> Batch:
    """The page as it may be stored. Cheap for mentions about no brand, which nearly all of a large stream are.

    Raises what `Reader.sift` raises.
    """
    if not (page.mentions or page.broken):
        return Batch((), (), 0)
    candidates = shortlist(page.mentions, origin.brand_id, reader.placer.queries(origin.workspace_id))
    kept = without_strangers(reader.db, origin, candidates)
    skipped = len(page.mentions) - len(kept)
    if not (kept or page.broken):
        return Batch((), (), skipped)
    batch = reader.sift(origin, replace(page, mentions=tuple(kept)), now)
    return replace(batch, unmatched=batch.unmatched + skipped)


def without_strangers(db: Database, origin: Origin, raws: Sequence[RawMention]) -> list[RawMention]:
    """The mentions without the deletions of what was never stored, which most deletions of a stream are."""
    deleted = [fingerprint(origin.kind, raw) for raw in raws if raw.deleted]
    if not deleted:
        return list(raws)
    known = {fingerprint(origin.kind, raw) for raw in raws if not raw.deleted}
    with db.reading() as session:
        stored = select(Mention.fingerprint).where(
            Mention.workspace_id == origin.workspace_id, Mention.fingerprint.in_(deleted)
        )
        known.update(session.scalars(stored))
    return [raw for raw in raws if not raw.deleted or fingerprint(origin.kind, raw) in known]
