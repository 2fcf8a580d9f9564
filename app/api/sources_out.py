"""A source as the API shows it: its health, what it has used up, how far back it has read, and a trial of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.actions.sources import inbound_url, kept_interval
from app.actions.trial import Trial
from app.api.schemas import BrandRef, Out
from app.pipeline.gather.past import share
from app.queries.sources import SourceView
from app.services import Services
from app.viewer import Viewer
from collectors import all_collectors
from ground.notice import Notice


class UsageOut(Out):
    """How much of a budget or a quota is used in this period. `unit` is {"en": …, "fr": …}."""

    meter: str
    unit: dict[str, str]
    used: float
    limit: float
    period_ends_at: datetime
    forecast: float | None = Field(
        description="What will be used at the end of the period if the rate since its beginning, or since the source "
        "was created, continues; null when it is too early to tell."
    )


class BackfillOut(Out):
    """How far back a source was asked to read, and how far it has come: all since `reached` was read."""

    days: int
    since: datetime
    until: datetime
    reached: datetime
    progress: float = Field(description="From 0 to 1.")
    state: Literal["running", "done", "failed", "stopped"]
    read: int
    stored: int
    error: str | None
    warning: str | None


class SourceOut(Out):
    """One place that Vigie reads, and its health. Secrets are never shown."""

    id: UUID
    collector: str
    name: str
    params: dict[str, Any]
    has_secret: bool
    inbound_url: str | None = Field(
        description="Where others send to, for kinds that receive; null for keys without the scope `write`."
    )
    brand_id: UUID | None
    interval_seconds: int = Field(description="Seconds between two readings, at least those that its kind allows.")
    enabled: bool
    state: str = Field(
        description="waiting, ok, failing, throttled, changed (it answers in another shape), budget (its budget is "
        "used up), refused, gone or paused."
    )
    throttled_until: datetime | None = Field(
        description="When Vigie reads it again, if its host asked it, or another source of that host, to wait."
    )
    silent_since: datetime | None = Field(
        description="Its last mention, for a source that can be read but brings nothing for much longer than usual."
    )
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_error: str | None
    warning: str | None
    consecutive_failures: int
    next_run_at: datetime | None
    lag_seconds: int
    mentions_24h: int
    unmatched: int
    undated: int = Field(description="How many of its mentions have no known date, and so count in no curve or alert.")
    date_spelling: str | None = Field(description="One spelling of a date that could not be understood.")
    usage: list[UsageOut]
    backfill: BackfillOut | None = Field(description="Reading of what was published before; null when not requested.")
    sample: bool
    created_at: datetime
    updated_at: datetime
    version: int


class TriedMention(Out):
    """A mention as it would be stored."""

    external_id: str
    url: str | None
    title: str
    text: str
    author: str
    platform: str
    outlet: str
    language: str | None
    published_at: datetime
    published_guessed: bool
    date_spelling: str | None
    rating: float | None
    brands: list[BrandRef] = Field(description="The brands whose query it matches.")


class TrialOut(Out):
    """What Vigie found at the source just now; nothing of it is stored."""

    mentions: list[TriedMention]
    matched: int
    read: int
    warning: str | None


def source_out(view: SourceView, viewer: Viewer, services: Services) -> SourceOut:
    """A source as the API shows it."""
    row = view.source
    declared = all_collectors().get(row.collector)
    return SourceOut(
        id=row.id,
        collector=row.collector,
        name=row.name,
        params=row.params,
        has_secret=view.has_secret,
        inbound_url=inbound_url(row, viewer, services),
        brand_id=row.brand_id,
        interval_seconds=kept_interval(declared, row.interval_seconds) if declared else row.interval_seconds,
        enabled=row.enabled,
        state=view.state,
        throttled_until=view.throttled_until,
        silent_since=view.silent_since,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
        last_error=sentence(row.last_error or (view.pause_reason if view.waits_for_another else None)),
        warning=join_notices([*view.warnings, *view.undated_notices]),
        consecutive_failures=row.consecutive_failures,
        next_run_at=row.next_run_at,
        lag_seconds=view.lag_seconds,
        mentions_24h=view.mentions_24h,
        unmatched=row.unmatched,
        undated=view.undated,
        date_spelling=view.date_spelling,
        usage=[UsageOut.model_validate(usage) for usage in view.usage],
        backfill=backfill_out(row.backfill) if row.backfill else None,
        sample=row.sample,
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
    )


def sentence(notice: dict[str, Any] | Notice | None) -> str | None:
    """A notice in English, also one that is stored as {"text": …, "args": {…}}; None for none."""
    if not notice:
        return None
    if isinstance(notice, Notice):
        return str(notice)
    if "text" not in notice:
        return "what is stored here can no longer be read"
    return str(notice["text"]).format(**notice.get("args", {}))


def join_notices(notices: list[dict[str, Any] | Notice]) -> str | None:
    """Several notices as one text, None for none."""
    return ". ".join(filter(None, map(sentence, notices))) or None


def backfill_out(progress: dict[str, Any]) -> BackfillOut:
    """How far back a source has read, from what its row keeps of it."""
    return BackfillOut(
        days=progress["days"],
        since=progress["since"],
        until=progress["until"],
        reached=progress["reached"],
        progress=share(progress),
        state=progress["state"],
        read=progress["read"],
        stored=progress["stored"],
        error=sentence(progress["error"]),
        warning=sentence(progress["warning"]),
    )


def trial_out(trial: Trial) -> TrialOut:
    """What a trial found, as the API shows it."""
    return TrialOut(
        mentions=[
            TriedMention(
                external_id=each.draft.external_id,
                url=each.draft.url,
                title=each.draft.title,
                text=each.draft.text,
                author=each.draft.author,
                platform=each.draft.platform,
                outlet=each.draft.outlet,
                language=each.draft.language,
                published_at=each.draft.published_at,
                published_guessed=each.draft.published_guessed,
                date_spelling=each.draft.date_spelling,
                rating=each.draft.rating,
                brands=[BrandRef.model_validate(brand) for brand in each.brands],
            )
            for each in trial.mentions
        ],
        matched=trial.matched,
        read=trial.read,
        warning=sentence(trial.warning),
    )
