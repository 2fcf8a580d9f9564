"""The sample: two invented brands and what people say about them, to look around without setting anything up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.brands import delete_brand
from app.actions.rules import checked_params
from app.jobs import Jobs
from app.models import AlertRule, Brand, Match, Mention, Source, uuid7
from app.viewer import Viewer, may
from collectors.sample import BRANDS, PARTS, SampleWorld, collector

KIND = "negative_spike"
RULE = {"en": "Negative buzz", "fr": "Bad buzz"}


@may("write")
def load(session: Session, viewer: Viewer, jobs: Jobs, now: datetime) -> bool:
    """Adds the sample's brands, sources and alert rule; the worker reads the rest. False when it is there already."""
    if session.scalar(select(exists().where(Source.workspace_id == viewer.workspace_id, Source.sample))):
        return False
    language = "fr" if viewer.language == "fr" else "en"
    brands = [_brand(session, viewer, brand.name, brand.kind, brand.query, brand.colour, now) for brand in BRANDS]
    for part, titles in PARTS.items():
        params = SampleWorld(part=part, started=now).model_dump(mode="json")
        session.add(
            Source(
                workspace_id=viewer.workspace_id,
                collector=collector.kind,
                name=titles[language],
                params=params,
                interval_seconds=int(collector.default_interval.total_seconds()),
                sample=True,
                next_run_at=now,
            )
        )
    _rule(session, viewer, brands[0], RULE[language])
    session.flush()
    jobs.defer(session, "collect")
    record(session, viewer, "sample.load")
    return True


def _brand(session: Session, viewer: Viewer, name: str, kind: str, query: str, colour: str, now: datetime) -> UUID:
    known = session.scalar(select(Brand.id).where(Brand.workspace_id == viewer.workspace_id, Brand.name == name))
    if known:
        return known
    row = Brand(
        id=uuid7(),
        workspace_id=viewer.workspace_id,
        name=name,
        kind=kind,
        query=query,
        languages=["en", "fr"],
        colour=colour,
        watched_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def _rule(session: Session, viewer: Viewer, brand_id: UUID, title: str) -> None:
    name = f"{title} · {BRANDS[0].name}"
    taken = exists().where(AlertRule.workspace_id == viewer.workspace_id, AlertRule.name == name)
    if not session.scalar(select(taken)):
        nobody: list[UUID] = []  # no real channel is alarmed about fictional people
        given = {"kind": KIND, "name": name, "params": checked_params(KIND, {}), "channels": nobody}
        session.add(AlertRule(workspace_id=viewer.workspace_id, brand_id=brand_id, **given))


@may("write")
def rename(session: Session, viewer: Viewer, language: str) -> None:
    """Says the names that the sample was given in another language: that of the person who is going to read them."""
    spoken = "fr" if language == "fr" else "en"
    for titles in PARTS.values():
        ours = (Source.workspace_id == viewer.workspace_id, Source.sample, Source.name.in_(titles.values()))
        session.execute(update(Source).where(*ours).values(name=titles[spoken]))
    names = [f"{title} · {BRANDS[0].name}" for title in RULE.values()]
    rule = (AlertRule.workspace_id == viewer.workspace_id, AlertRule.name.in_(names))
    session.execute(update(AlertRule).where(*rule).values(name=f"{RULE[spoken]} · {BRANDS[0].name}"))


@may("write")
def remove(session: Session, viewer: Viewer, jobs: Jobs, now: datetime) -> bool:
    """Removes the sample, and its brands unless real mentions match them. False when there is no sample."""
    here = viewer.workspace_id
    gone = session.execute(delete(Source).where(Source.workspace_id == here, Source.sample).returning(Source.id)).all()
    session.execute(delete(Mention).where(Mention.workspace_id == here, Mention.sample))
    names = [brand.name for brand in BRANDS]
    doomed = select(Brand.id).where(
        Brand.workspace_id == here,
        Brand.name.in_(names),
        ~exists().where(Match.workspace_id == Brand.workspace_id, Match.brand_id == Brand.id),
    )
    if gone:
        for brand_id in session.scalars(doomed).all():
            delete_brand(session, viewer, brand_id, jobs, now)
        record(session, viewer, "sample.remove")
    session.flush()
    return bool(gone)
