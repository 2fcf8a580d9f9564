"""Adds the subscriptions of a feed reader as sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.source_params import seal_name
from app.actions.sources import NewSource, create
from app.crypto import SecretsLost
from app.models import Source
from app.problems import FieldError, Problem, invalid
from app.services import Services
from app.viewer import Viewer, may
from collectors._feeds.opml import OpmlError, Subscription, read_opml
from ground.credentials import MASK, masked


@dataclass(frozen=True, slots=True)
class OpmlResult:
    """The result of one feed of the list: added, there already, or refused with the reason."""

    title: str
    url: str
    status: Literal["added", "known", "refused"]
    id: UUID | None = None
    reason: str | None = None


@may("write")
def import_opml(
    session: Session, viewer: Viewer, data: bytes, services: Services, now: datetime, brand_id: UUID | None = None
) -> list[OpmlResult]:
    """Adds a source for each feed of the list that is not read yet. Raises Problem 422 when the file is no OPML."""
    try:
        subscriptions = read_opml(data)
    except OpmlError as error:
        raise invalid(FieldError("file", "{why}.", {"why": str(error).capitalize()})) from None
    rows = session.scalars(select(Source).where(Source.workspace_id == viewer.workspace_id)).all()
    names = {row.name for row in rows}
    read = {_address(row, services): row.id for row in rows}
    results = []
    for subscription in subscriptions:
        if subscription.url in read:
            shown = masked(subscription.url)
            results.append(OpmlResult(subscription.title, shown, "known", read[subscription.url]))
            continue
        results.append(_add(session, viewer, subscription, names, services, now, brand_id))
    return results


def _address(row: Source, services: Services) -> str | None:
    """The whole address that a source reads; the masked one where its secrets do not open."""
    shown: str | None = row.params.get("url")
    if shown is None or MASK not in shown:
        return shown
    try:
        return services.seal.open(row.secrets, seal_name(row)).get("url")
    except SecretsLost:
        return shown


def _add(
    session: Session,
    viewer: Viewer,
    subscription: Subscription,
    names: set[str],
    services: Services,
    now: datetime,
    brand_id: UUID | None,
) -> OpmlResult:
    shown = masked(subscription.url)
    name = free_name(subscription.title or shown, names)
    new = NewSource(collector="rss", name=name, params={"url": subscription.url}, brand_id=brand_id)
    try:
        row = create(session, viewer, new, services, now)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        reason = problem.errors[0].message if problem.errors else problem.detail
        return OpmlResult(subscription.title, shown, "refused", reason=reason)
    names.add(name)
    return OpmlResult(subscription.title, shown, "added", row.id)


def free_name(title: str, taken: set[str]) -> str:
    """The name, cut to what fits, and numbered when it is taken."""
    base = " ".join(title.split())[:90] or "RSS"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base} ({number})"
    return name
