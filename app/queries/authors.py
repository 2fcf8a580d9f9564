"""Who writes: how often, with which stances, since when and where, in this workspace only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Match, Mention
from app.viewer import Viewer, may

LOOKED_AT = 1_000
"""Mentions of one author that are looked at, the newest ones."""
SITES = 10


@dataclass(frozen=True, slots=True)
class AuthorView:
    """The mentions of an author on a platform; `more` where there are older ones that were not looked at.

    `stances` counts those of each stance, once per brand matched; `sites` the mentions of each site, most first.
    """

    name: str
    mentions: int
    more: bool
    first_at: datetime
    last_at: datetime
    stances: Mapping[str, int]
    sites: list[tuple[str, int]]


@may("read")
def author_of(session: Session, viewer: Viewer, row: Mention) -> AuthorView | None:
    """What the workspace holds of the author of a mention; None where nobody is named.

    The same name on another platform may be somebody else, and is left out.
    """
    if not row.author:
        return None
    here = (Mention.workspace_id == viewer.workspace_id, func.lower(Mention.author) == row.author.lower())
    newest = (
        select(Mention.id, Mention.published_at, Mention.outlet, Mention.host, Mention.platform)
        .where(*here, Mention.platform == row.platform, Mention.deleted_at.is_(None))
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(LOOKED_AT + 1)
    )
    rows = session.execute(newest).all()
    shown = rows[:LOOKED_AT]
    if not shown:
        return None
    stances = session.execute(
        select(Match.stance, func.count())
        .where(Match.workspace_id == viewer.workspace_id, Match.mention_id.in_([one.id for one in shown]))
        .where(Match.stance.is_not(None))
        .group_by(Match.stance)
    )
    sites = Counter(one.outlet or one.host or one.platform for one in shown)
    return AuthorView(
        row.author,
        len(shown),
        len(rows) > LOOKED_AT,
        shown[-1].published_at,
        shown[0].published_at,
        {stance: number for stance, number in stances if stance},
        sites.most_common(SITES),
    )
