"""The sample workspace: invented mentions of two invented makers of coffee machines, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx2
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from collectors._kit.texts import texts_of
from collectors.base import Collector, Cursor, Page, RawMention

from .timeline import history, live

Part = Literal["feeds", "forum", "reviews", "live"]


@dataclass(frozen=True, slots=True)
class SampleBrand:
    """A brand of the sample, as the app sets it up. `colour` is #rrggbb."""

    name: str
    kind: Literal["own", "competitor"]
    query: str
    colour: str


BRANDS = (
    SampleBrand("Percolune", "own", 'percolune OR percolunes OR "perco lune"', "#0b6e75"),
    SampleBrand("Brumelo", "competitor", "brumelo", "#b4541a"),
)
PARTS: dict[Part, dict[str, str]] = {
    "feeds": {"en": "Press (sample)", "fr": "Presse (exemple)"},
    "forum": {"en": "Forums (sample)", "fr": "Forums (exemple)"},
    "reviews": {"en": "Reviews (sample)", "fr": "Avis (exemple)"},
    "live": {"en": "Social network, live (sample)", "fr": "Réseau social, en direct (exemple)"},
}
"""The sources of the sample workspace, with their titles."""


class SampleWorld(BaseModel):
    """A part of the sample, and when it was loaded. The same values always give the same mentions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Part = Field(default="feeds", title="Part")
    started: AwareDatetime = Field(
        title="Loaded at",
        description="The thirty days before this moment are told",
        examples=["2026-11-02T08:00:00Z"],
    )
    seed: int = Field(default=1, title="Seed", ge=0, le=2**31)


def produce(params: SampleWorld, until: datetime, since: datetime | None = None) -> tuple[RawMention, ...]:
    """The mentions published in ]since, until], oldest first; all up to `until` when `since` is None."""
    if params.part == "live":
        posts = live(params.started, params.seed, since, until)
        return tuple(sorted(posts, key=lambda mention: (mention.published_at or until, mention.external_id)))
    return tuple(
        mention
        for mention in history(params.part, params.started, params.seed)
        if mention.published_at is not None
        and mention.published_at <= until
        and (since is None or since < mention.published_at)
    )


def pages(params: SampleWorld, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # no network
    """One page of the new mentions. The cursor holds `until`, the moment up to which all have been given."""
    until, since = _now(), _since(cursor)
    mentions = produce(params, until, since)
    moved = {"until": (until if since is None else max(until, since)).isoformat()}
    yield Page(mentions, moved, unchanged=not mentions)


def _now() -> datetime:
    return datetime.now(UTC)


def _since(cursor: Cursor) -> datetime | None:
    until = cursor.get("until")
    return datetime.fromisoformat(until) if isinstance(until, str) else None


collector = Collector(
    kind="sample",
    **texts_of(__name__),
    params=SampleWorld,
    pages=pages,
    min_interval=timedelta(minutes=1),
    default_interval=timedelta(minutes=1),
    may_train=False,
    hidden=True,
)
