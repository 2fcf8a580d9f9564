"""Applies a brand's changed query to the mentions that are stored, page by page; an interrupted run goes on.

The mentions that the query may find, and those that matched before, are looked for once and written down as
candidates. Each page takes some off that list, the newest first, so that the cost grows with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, delete, exists, func, literal, null, select, text, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.asking import ABOUT, condition
from app.db import Database
from app.jobs import Jobs
from app.models import Brand, Json, Match, Mention, RematchCandidate, Source
from app.pipeline.keep.bulk import copy_rows
from app.pipeline.keep.matches import MATCH_COLUMNS, MentionRef, hidden_of, leads, mark_dirty, match_rows
from app.pipeline.keep.removal import pass_on_leads
from app.pipeline.keep.store import lock_workspace
from app.pipeline.sift.queries import Asked, is_readable
from matching.match import BrandQuery, Matched, Matcher
from matching.narrowing import wanted
from matching.query import parse

PAGE = 500

TAKE = text(
    """
    DELETE FROM rematch_candidate
    WHERE workspace_id = :workspace_id AND brand_id = :brand_id AND mention_id = ANY (ARRAY(
        SELECT mention_id FROM rematch_candidate
        WHERE workspace_id = :workspace_id AND brand_id = :brand_id ORDER BY mention_id DESC LIMIT :number
    ))
    RETURNING mention_id
    """
)
"""An array, and no join: of a list just written, the planner knows nothing, and joined each page with all of it."""


class Rematch:
    """The step: `Rematch(db, jobs)(workspace_id, brand_id)`. Adds and removes matches; corrected stances stay."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        *,
        page: int = PAGE,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._jobs, self._page, self._stopping, self._checkpoint = db, jobs, page, stopping, checkpoint

    def __call__(self, workspace_id: str, brand_id: str) -> int:
        """Returns how many stored mentions were matched again."""
        workspace, brand, done = UUID(workspace_id), UUID(brand_id), 0
        while not self._stopping():
            requested_at = self._db.retry(lambda session: gather(session, workspace, brand))
            if requested_at is None:
                break
            done += self._db.retry(partial(self._one_page, workspace=workspace, brand=brand, at=requested_at))
            self._checkpoint("rematch:stored")
        return done

    def _one_page(self, session: Session, workspace: UUID, brand: UUID, at: datetime) -> int:
        """Matches the next candidates again; without any, the request made then is served. Returns how many."""
        lock_workspace(session, workspace)
        places = {"workspace_id": workspace, "brand_id": brand, "number": self._page}
        ids = session.scalars(TAKE, places).all()
        if ids:
            match_again(session, workspace, brand, ids)
            self._jobs.defer(session, "score")
            self._jobs.defer(session, "watch", workspace_id=str(workspace), brand_id=str(brand))
        values = {"rematch_done": Brand.rematch_done + len(ids)} if ids else {"rematch_requested_at": None}
        asked = (*_is(workspace, brand), Brand.rematch_requested_at == at)
        session.execute(update(Brand).where(*asked).values(**values, updated_at=Brand.updated_at))
        self._checkpoint("rematch:before-commit")
        return len(ids)


def gather(session: Session, workspace: UUID, brand_id: UUID) -> datetime | None:
    """Writes down the candidates of a new request. Returns when it was made; None where the brand has none."""
    brand = session.get(Brand, (workspace, brand_id))
    if brand is None or brand.rematch_requested_at is None:
        return None
    if brand.rematch_total is not None:
        return brand.rematch_requested_at
    here = (RematchCandidate.workspace_id == workspace, RematchCandidate.brand_id == brand_id)
    session.execute(delete(RematchCandidate).where(*here))
    candidates = _candidates(workspace, brand)
    if candidates is not None:
        columns = ["workspace_id", "brand_id", "mention_id"]
        session.execute(insert(RematchCandidate).from_select(columns, candidates).on_conflict_do_nothing())
    total = session.scalar(select(func.count()).select_from(RematchCandidate).where(*here))
    asked = (Brand.rematch_requested_at == brand.rematch_requested_at, Brand.rematch_total.is_(None))
    session.execute(
        update(Brand)
        .where(*_is(workspace, brand_id), *asked)
        .values(rematch_total=total, rematch_done=0, updated_at=Brand.updated_at)
    )
    return brand.rematch_requested_at


def _candidates(workspace: UUID, brand: Brand) -> CompoundSelect[UUID, UUID, UUID] | None:
    """Selects what the query may find, and what matched before; None where the query cannot be read."""
    asked = _asked(brand)
    if not is_readable(asked):
        return None
    found = select(Mention.workspace_id, literal(brand.id), Mention.id).where(
        Mention.workspace_id == workspace, condition(wanted(parse(asked.query), asked.narrowing))
    )
    before = select(Match.workspace_id, Match.brand_id, Match.mention_id).where(
        Match.workspace_id == workspace, Match.brand_id == brand.id
    )
    return union(found, before)  # one condition with OR reads the second list once for each mention


def match_again(session: Session, workspace: UUID, brand_id: UUID, ids: Sequence[UUID]) -> None:
    """Adds and removes the matches of these mentions with a brand. The caller holds the workspace's lock."""
    brand = session.get(Brand, (workspace, brand_id))
    if brand is None or not is_readable(_asked(brand)):
        return
    matcher = Matcher([BrandQuery(brand_id, brand.query, _asked(brand).narrowing)])
    found: list[tuple[MentionRef, Sequence[Matched]]] = []
    lost: list[UUID] = []
    seen: dict[UUID, Json | None] = {}
    for row in _read(session, workspace, brand_id, ids):
        matches = matcher.match(row.title, row.text, partial(_itself, row))
        if matches and not row.matched_before:
            ref = MentionRef(row.id, row.story_id, row.published_at, row.collected_at, row.published_guessed)
            found.append((ref, matches))
        elif row.matched_before and not matches and not row.tied:
            lost.append(row.id)
        if matches:
            seen[row.id] = hidden_of(matches)
    _add(session, workspace, found)
    _remove(session, workspace, brand_id, lost)
    _hide(session, workspace, brand_id, seen)


def _itself(row: Any) -> Any:
    """The row, which has what queries ask for beside the words."""
    return row


def _read(session: Session, workspace: UUID, brand_id: UUID, ids: Sequence[UUID]) -> Sequence[Any]:
    matched_before = exists().where(
        Match.workspace_id == workspace, Match.brand_id == brand_id, Match.mention_id == Mention.id
    )
    tied = exists().where(Source.workspace_id == workspace, Source.id == Mention.source_id, Source.brand_id == brand_id)
    ref = (Mention.id, Mention.story_id, Mention.published_at, Mention.collected_at, Mention.published_guessed)
    return session.execute(
        select(*ref, *ABOUT, matched_before.label("matched_before"), tied.label("tied"))
        .where(Mention.workspace_id == workspace, Mention.id.in_(ids))
        .order_by(Mention.id)
    ).all()


def _add(session: Session, workspace: UUID, found: Sequence[tuple[MentionRef, Sequence[Matched]]]) -> None:
    led = leads(session, workspace, {ref.story_id for ref, _ in found if ref.story_id})
    copy_rows(session, "match", MATCH_COLUMNS, match_rows(workspace, found, led.dated, led.undated))


def _hide(session: Session, workspace: UUID, brand_id: UUID, seen: Mapping[UUID, Json | None]) -> None:
    """Hides those mentions that the brand does not want to see and no other brand matches, and shows again those that
    it had hidden. What a person has worked on stays as it is."""
    here = (Mention.workspace_id == workspace, Mention.version == 1)
    about = (Match.workspace_id == workspace, Match.mention_id == Mention.id, Match.brand_id != brand_id)
    alone = (*here, Mention.status == "new", ~exists().where(*about))
    ours = (*here, Mention.hidden["brand_id"].astext == str(brand_id))
    changed: list[UUID] = []
    for reason in {tuple(sorted(reason.items())) if reason else None for reason in seen.values()}:
        ids = [key for key, held in seen.items() if (tuple(sorted(held.items())) if held else None) == reason]
        which, status = (alone, "irrelevant") if reason else (ours, "new")
        values = {"status": status, "hidden": dict(reason) if reason else null()}
        statement = update(Mention).where(*which, Mention.id.in_(ids)).values(**values).returning(Mention.id)
        changed += session.scalars(statement.execution_options(synchronize_session=False))
    mark_dirty(session, workspace, changed)


def _asked(brand: Brand) -> Asked:
    return Asked(brand.id, brand.query, brand.context, brand.exclude)


def _remove(session: Session, workspace: UUID, brand_id: UUID, lost: Sequence[UUID]) -> None:
    if not lost:
        return
    mark_dirty(session, workspace, lost)
    here = (Match.workspace_id == workspace, Match.brand_id == brand_id)
    session.execute(delete(Match).where(*here, Match.mention_id.in_(lost)))
    stories = select(Mention.story_id).where(Mention.workspace_id == workspace, Mention.id.in_(lost))
    pass_on_leads(session, workspace, [story for story in session.scalars(stories.distinct()) if story])


def _is(workspace: UUID, brand_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Brand.workspace_id == workspace, Brand.id == brand_id)
