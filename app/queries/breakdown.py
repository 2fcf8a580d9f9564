"""Where a score comes from: the part of each source and of each language."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Brand, Source
from app.queries.bucket_sums import Slant, bucket_sums
from app.queries.periods import Period
from app.queries.reputation import Model, same_author, sampled
from app.queries.sums import Point, Sum, points, sums_by
from app.viewer import Viewer, may

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """What one source or language brought, and the score of it. A source that was deleted since has no name."""

    key: Key
    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The sources and the languages of a period, most mentions first."""

    sources: list[Part[UUID]]
    languages: list[Part[str]]


@may("read")
def breakdown(session: Session, viewer: Viewer, brand: Brand, period: Period, slant: Slant, scorer: Model) -> Breakdown:
    """The parts of what is counted of a brand, read once for both."""
    rows = bucket_sums(session, viewer, [brand.id], period, slant, by_source=True).all()
    of_sources = sums_by(attrgetter("source_id"), rows, slant.weight, scorer.corrections)
    of_languages = sums_by(attrgetter("language"), rows, slant.weight, scorer.corrections)
    names = source_names(session, viewer)
    narrowed_to_source = {key: replace(slant, sources=(key,)) for key in of_sources}
    narrowed_to_language = {key: replace(slant, languages=(key,)) for key in of_languages}
    return Breakdown(
        _parts(session, viewer, brand, period, narrowed_to_source, scorer, of_sources, names),
        _parts(session, viewer, brand, period, narrowed_to_language, scorer, of_languages, {}),
    )


@may("read")
def source_names(session: Session, viewer: Viewer) -> dict[UUID, str]:
    """The name of each source by its id."""
    rows = session.execute(select(Source.id, Source.name).where(Source.workspace_id == viewer.workspace_id))
    return dict(rows.all())


def _parts(
    session: Session,
    viewer: Viewer,
    brand: Brand,
    period: Period,
    slants: Mapping[Key, Slant],
    scorer: Model,
    sums: Mapping[Key, Sum],
    names: Mapping[Key, str],
) -> list[Part[Key]]:
    found = [(period.since, each) for each in sums.values()]
    same = [same_author(brand, slants[key]) for key in sums]
    scores = [
        sampled(session, viewer, brand, period, slants[key], scorer, point, each)
        for (key, each), point in zip(sums.items(), points(found, same, scorer.corrections), strict=True)
    ]
    parts = [Part(key, names.get(key, ""), point) for key, point in zip(sums, scores, strict=True) if point.mentions]
    return sorted(parts, key=lambda part: (-part.point.mentions, part.name))
