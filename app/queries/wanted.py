"""The filters of a feed as JSON, in bulk changes and saved views. Their names are those of an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.problems import FieldError, Problem, invalid
from app.queries.feed import OVERDUE, FeedFilter, Sort
from sentiment.base import Stance

Status = Literal["new", "in_progress", "answered", "closed", "irrelevant"]


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write a time like 2026-11-22T09:30:00Z")
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", value)  # an unescaped + in an address is read as a space
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("write a time like 2026-11-22T09:30:00Z") from None
    if not 1970 <= at.year <= 2200:
        raise ValueError("this time is out of range")
    return at


Moment = Annotated[datetime, BeforeValidator(_moment)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _id(value: object) -> object:
    """An id as it is written; what is none names nothing, so that it answers 404 as the id of another workspace."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise ValueError("this is not an id")
    return UUID(value) if isinstance(value, str) else value


Id = Annotated[UUID, BeforeValidator(_id)]
Ids = Annotated[list[Id], BeforeValidator(_listed), Field(max_length=100)]
Word = Annotated[str, Field(max_length=200)]
Words = Annotated[list[Word], BeforeValidator(_listed), Field(max_length=100)]


class Wanted(BaseModel):
    """The filters of a feed; one left out does not narrow it. A single value may stand for a list of one.

    `days`: published in so many last days. `folded`: one mention per story.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    brand: Ids = Field(default_factory=list, description="Brand ids; several are alternatives.")
    stance: Annotated[list[Stance], BeforeValidator(_listed), Field(max_length=4)] = Field(default_factory=list)
    source: Ids = Field(default_factory=list)
    platform: Words = Field(default_factory=list)
    language: Words = Field(default_factory=list)
    author: Annotated[str, Field(max_length=500)] | None = None
    status: Annotated[list[Status], BeforeValidator(_listed), Field(max_length=5)] = Field(default_factory=list)
    assignee: Id | Literal["me", "none"] | None = Field(None, description="A member's id, `me` or `none`.")
    tag: Words = Field(default_factory=list)
    story: Id | None = None
    q: Annotated[str, Field(max_length=5_000)] | None = None
    since: Moment | None = Field(None, alias="from")
    until: Moment | None = Field(None, alias="to")
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    min_reach: Annotated[int, Field(ge=0, le=2**53)] | None = None
    undated: bool | None = None
    copies: Annotated[int, Field(ge=2, le=2**31)] | None = Field(None, description="Told at least so many times.")
    confidence: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="The least probability of the stance that the model finds likeliest."
    )
    hidden: bool | None = Field(None, description="What Vigie itself hid, or all but that.")
    incident: Id | None = Field(None, description="The mentions that this incident counted.")
    unanswered: bool = Field(False, description="New or in progress.")
    overdue: bool = Field(False, description="Unanswered for 24 hours.")
    folded: bool = False
    sort: Sort = "published"

    def stored(self) -> dict[str, Any]:
        """What is set, as JSON that reads back as the same."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)


def filter_of(wanted: Wanted, now: datetime) -> FeedFilter:
    """The filter of a feed that is wanted at this moment. Raises Problem 422 for a null character."""
    for name in ("author", "q", "platform", "language", "tag"):
        value = getattr(wanted, name)
        check_no_null(name, *(value if isinstance(value, list) else [value]))
    since = wanted.since or (now - timedelta(days=wanted.days) if wanted.days else None)
    return FeedFilter(
        brands=tuple(wanted.brand),
        stances=tuple(wanted.stance),
        sources=tuple(wanted.source),
        platforms=tuple(wanted.platform),
        languages=tuple(each.lower() for each in wanted.language),
        statuses=tuple(wanted.status),
        tags=tuple(wanted.tag),
        author=wanted.author,
        assignee=wanted.assignee,
        story=wanted.story,
        text=wanted.q or "",
        since=since,
        until=wanted.until,
        min_reach=wanted.min_reach,
        folded=wanted.folded,
        undated=wanted.undated,
        copies=wanted.copies,
        confidence=wanted.confidence,
        incident=wanted.incident,
        hidden=wanted.hidden,
        unanswered=wanted.unanswered,
        overdue_at=now - OVERDUE if wanted.overdue else None,
        sort=wanted.sort,
    )


def check_no_null(name: str, *texts: str | None) -> None:
    """Raises Problem 422 for a null character, which PostgreSQL cannot store or compare."""
    if any("\x00" in text for text in texts if text):
        raise null_refused(name)


def null_refused(name: str) -> Problem:
    return invalid(FieldError(name, "It holds a null character."))
