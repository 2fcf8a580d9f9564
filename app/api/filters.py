"""The filters of the mentions, as parameters of an address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from app.actions.mentions import Status
from app.api.deps import ident, now
from app.queries.feed import OVERDUE, FeedFilter, Sort, Whose
from app.queries.wanted import Moment, check_no_null
from sentiment.base import Stance

Several = Annotated[list[Annotated[str, Field(max_length=200)]], Query(max_length=100)]


def read_filters(
    brand: Annotated[Several, Query(description="Brand ids; several are alternatives.")] = [],  # noqa: B006 - FastAPI copies
    stance: Annotated[list[Stance], Query(max_length=4, description="unsure: to check.")] = [],  # noqa: B006 - FastAPI copies
    source: Annotated[Several, Query(description="Source ids.")] = [],  # noqa: B006 - FastAPI copies
    platform: Several = [],  # noqa: B006 - FastAPI copies
    language: Several = [],  # noqa: B006 - FastAPI copies
    author: Annotated[str | None, Query(max_length=500)] = None,
    status: Annotated[list[Status], Query(max_length=5)] = [],  # noqa: B006 - FastAPI copies
    assignee: Annotated[str | None, Query(max_length=200, description="The id of a member, `me` or `none`.")] = None,
    tag: Annotated[Several, Query(description="One of these tags.")] = [],  # noqa: B006 - FastAPI copies
    story: Annotated[str | None, Query(max_length=200, description="The id of a story: its copies.")] = None,
    q: Annotated[str | None, Query(max_length=5_000, description="In the query language.")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Published at this time or later.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Published before this time.")] = None,
    min_reach: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    undated: Annotated[
        bool | None, Query(description="true: only mentions whose date is not known; false: only the others.")
    ] = None,
    copies: Annotated[int | None, Query(ge=2, le=2**31, description="Told at least so many times.")] = None,
    confidence: Annotated[
        float | None,
        Query(ge=0, le=1, description="The least probability of the stance that the model finds likeliest."),
    ] = None,
    incident: Annotated[
        str | None, Query(max_length=200, description="The id of an incident: the mentions that it counted.")
    ] = None,
    hidden: Annotated[
        bool | None, Query(description="true: only what Vigie itself hid; false: only the rest, as without `status`.")
    ] = None,
    unanswered: Annotated[bool, Query(description="New or in progress.")] = False,
    overdue: Annotated[bool, Query(description="Unanswered for 24 hours.")] = False,
    now: datetime = Depends(now),
    sort: Annotated[Sort, Query(description="Largest or latest first.")] = "published",
) -> FeedFilter:
    """The filters of the mentions. Raises Problem 404 for an id that is not valid, 422 for a filter that is not."""
    check_no_null("author", author)
    check_no_null("q", q)
    check_no_null("platform", *platform, *language)
    check_no_null("tag", *tag)
    return FeedFilter(
        brands=tuple(ident(each, "brand") for each in brand),
        stances=tuple(stance),
        sources=tuple(ident(each, "source") for each in source),
        platforms=tuple(platform),
        languages=tuple(each.lower() for each in language),
        statuses=tuple(status),
        author=author,
        assignee=_whose(assignee),
        story=ident(story, "story") if story is not None else None,
        text=q or "",
        since=since,
        until=until,
        min_reach=min_reach,
        undated=undated,
        tags=tuple(tag),
        copies=copies,
        confidence=confidence,
        incident=ident(incident, "incident") if incident is not None else None,
        hidden=False if hidden is None and not status and incident is None else hidden,
        unanswered=unanswered,
        overdue_at=now - OVERDUE if overdue else None,
        sort=sort,
    )


def _whose(text: str | None) -> Whose | None:
    if text == "me":
        return "me"
    if text == "none":
        return "none"
    return ident(text, "member") if text is not None else None


Filters = Annotated[FeedFilter, Depends(read_filters)]
