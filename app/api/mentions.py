"""The mentions: filtered, one by one, changed, pushed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, model_validator

from app.actions import mentions as actions
from app.actions import push as pushing
from app.actions.fields import Fields
from app.api.deps import Id, IfMatch, Moment, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import MentionOut, Out, Page, mention_out, mention_values, paged
from app.pipeline.judge.reasons import Field as Place
from app.pipeline.judge.reasons import Passage, WeighedWord, stance_reasons
from app.problems import FieldError, invalid
from app.queries.feed import Wanted, feed
from app.queries.mentions import MentionDetail, mention, views
from app.scorer import explainer_of
from sentiment.base import Scorer, Stance
from sentiment.word_weights import Side

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)

Sort = Literal["published", "collected", "reach", "surprise"]
Several = Annotated[list[Annotated[str, Field(max_length=200)]], Query(max_length=100)]


def wanted(
    brand: Annotated[Several, Query(description="Brand ids; several are alternatives.")] = [],  # noqa: B006 - FastAPI copies
    stance: Annotated[list[Stance], Query(max_length=3)] = [],  # noqa: B006
    source: Annotated[Several, Query(description="Source ids.")] = [],  # noqa: B006
    platform: Several = [],  # noqa: B006
    language: Several = [],  # noqa: B006
    author: Annotated[str | None, Query(max_length=500)] = None,
    theme: Annotated[str | None, Query(max_length=200, description="Not available yet: 422.")] = None,
    status: Annotated[list[actions.Status], Query(max_length=5)] = [],  # noqa: B006
    assignee: Annotated[str | None, Query(max_length=200)] = None,
    story: Annotated[str | None, Query(max_length=200, description="The id of a story: its copies.")] = None,
    q: Annotated[str | None, Query(max_length=2_000, description="In the query language.")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Published at this time or later.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Published before this time.")] = None,
    min_reach: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    sort: Annotated[
        Sort, Query(description="Largest or latest first. `surprise` is not available yet: 422.")
    ] = "published",
) -> Wanted:
    """The filters of the mentions."""
    missing = [("theme", theme is not None), ("sort", sort == "surprise")]
    if refused := [FieldError(name, "This is not available yet.") for name, asked in missing if asked]:
        raise invalid(*refused)
    for name, text in (("author", author), ("q", q), ("assignee", assignee)):
        if text is not None and "\x00" in text:
            raise invalid(FieldError(name, "It holds a null character."))
    if any("\x00" in each for each in (*platform, *language)):
        raise invalid(FieldError("platform", "It holds a null character."))
    return Wanted(
        brands=tuple(ident(each, "brand") for each in brand),
        stances=tuple(stance),
        sources=tuple(ident(each, "source") for each in source),
        platforms=tuple(platform),
        languages=tuple(each.lower() for each in language),
        statuses=tuple(status),
        author=author,
        assignee=assignee,
        story=ident(story, "story") if story is not None else None,
        text=q or "",
        since=since,
        until=until,
        min_reach=min_reach,
        sort="published" if sort == "surprise" else sort,
    )


Filters = Annotated[Wanted, Depends(wanted)]


class CopyOut(Out):
    """Another mention that tells the same story."""

    id: UUID
    url: str | None
    title: str
    author: str
    platform: str
    outlet: str
    published_at: datetime
    reach: int | None


class SaidOut(Out):
    """Another mention of the same conversation."""

    id: UUID
    url: str | None
    external_id: str
    parent_id: str | None
    title: str
    text: str
    author: str
    published_at: datetime


class RevisionOut(Out):
    """What was changed, by a person or by its author (then `actor` is empty)."""

    at: datetime
    actor: str
    change: dict[str, Any]


class Weight(Out):
    """A word of the title or the text, from `start` to before `end` in characters, and how it weighs for a brand."""

    start: int
    end: int
    weight: float = Field(
        description="By how much the logarithm of the odds of positive against negative falls without it, as the "
        "embedded model reads: above 0 it speaks for the brand, below against; 0.7 doubles the odds."
    )
    field: Place
    brand: UUID | None = Field(description="Null when the mention matches no brand any more.")
    side: Side | None = Field(
        description="for or against the stance shown, of the six words that weigh most on each side; of a passive or "
        "unknown stance, for is towards promoter."
    )


class PassageOut(Out):
    """A stretch of the title or the text, in characters, that was read for a brand."""

    start: int
    end: int
    field: Place
    brand: UUID | None


class MentionDetailOut(MentionOut):
    """A mention, with what weighed on its stance, its copies and its history."""

    explanation: list[Weight] = Field(description="Of the first 200 words, shared among the brands matched.")
    passages: list[PassageOut] = Field(description="What concerns each brand: all of it where only one is named.")
    compared: list[UUID] = Field(description="The brands whose probabilities a comparison with another decided.")
    copies: list[CopyOut] = Field(description="The other mentions of its story, newest first, 100 at most.")
    history: list[RevisionOut]
    conversation: list[SaidOut] = Field(description="What else of its thread is stored, oldest first, 50 or so.")


class BulkOut(Out):
    """How many mentions were changed."""

    updated: int
    ids: list[UUID]


PUSHED: dict[str, Any] = {
    "type": "object",
    "description": "One mention: " + ", ".join(pushing.PushedMention.model_fields) + ". "
    "`external_id`, `text` and `published_at` (with its time zone) are required. Checked one by one.",
    "examples": [
        {
            "external_id": "ticket-4711",
            "url": "https://forum.example.com/t/4711",
            "text": "Acme answered within the hour, I am impressed.",
            "published_at": "2026-11-22T09:30:00Z",
            "platform": "forum",
        }
    ],
}


def _pushed_schema(schema: dict[str, Any]) -> None:
    """The list alone is taken as well as under `items`."""
    whole = {name: schema.pop(name) for name in [*schema] if name not in ("title", "description")}
    schema["anyOf"] = [whole, dict(whole["properties"]["items"])]


class PushIn(Fields):
    """Up to 1,000 mentions: {"items": […]}, or the list alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_pushed_schema)

    items: Annotated[
        list[Annotated[dict[str, Any], Field(json_schema_extra=PUSHED)]],
        Field(min_length=1, max_length=pushing.PUSH_MAX),
    ]

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        return {"items": given} if isinstance(given, list) else given


class FieldErrorOut(Out):
    """What is wrong with one field."""

    field: str
    message: str


class PushItemOut(Out):
    """What came of one mention: stored, updated, unchanged, unmatched (no brand is named: not kept) or refused."""

    index: int
    external_id: str
    status: str
    id: UUID | None
    errors: list[FieldErrorOut]


class PushOut(Out):
    """What came of each mention, in the order of the request."""

    stored: int
    updated: int
    items: list[PushItemOut]


@router.get("/mentions")
def list_mentions(viewer: Reader, session: Reading, page: Paged, filters: Filters) -> Page[MentionOut]:
    """The mentions that the filters leave, newest first unless sorted otherwise."""
    return paged(feed(session, viewer, filters, page.after, page.limit), mention_out)


@router.post("/mentions", status_code=202)
def push_mentions(pushed: PushIn, viewer: Writer, services: Served, now: Now) -> PushOut:
    """Stores mentions of your own, once however often they are sent. Each has its own result."""
    with services.db.writing() as session:
        source = pushing.push_source(session, viewer)
    prepared = pushing.prepare(services.db, viewer, source, pushed.items, now)
    results = services.db.retried(lambda session: pushing.push(session, viewer, prepared, services.jobs))
    return push_out(results)


def push_out(results: Sequence[pushing.PushResult]) -> PushOut:
    """The results of a push as they are answered."""
    return PushOut(
        stored=sum(one.status == "stored" for one in results),
        updated=sum(one.status == "updated" for one in results),
        items=[PushItemOut.model_validate(one) for one in results],
    )


@router.post("/mentions/bulk")
def change_mentions(
    changes: actions.BulkChanges, viewer: Writer, session: Writing, services: Served, now: Now
) -> BulkOut:
    """The same change for up to 500 mentions: all of them, or none when one does not exist."""
    rows = actions.change(session, viewer, changes.ids, changes, services.jobs, now)
    return BulkOut(updated=len(rows), ids=[row.id for row in rows])


@router.get("/mentions/{mention_id}")
def get_mention(mention_id: Id, viewer: Reader, services: Served) -> MentionDetailOut:
    """One mention: matches with their probabilities, what weighed on the stance, copies, history."""
    with services.db.reading() as session:
        found = mention(session, viewer, ident(mention_id, "mention"))
    return detail_out(found, explainer_of(services.settings))  # the model is asked when the transaction is over


@router.patch("/mentions/{mention_id}")
def change_mention(
    mention_id: Id,
    changes: actions.MentionChanges,
    viewer: Writer,
    session: Writing,
    services: Served,
    now: Now,
    if_match: IfMatch,
) -> MentionOut:
    """Corrects the stance, answers, assigns, tags. `stance` counts for `brand_id`, or for every brand matched."""
    found = ident(mention_id, "mention")
    if_match.check(actions.locked(session, viewer, found).version)
    rows = actions.change(session, viewer, [found], changes, services.jobs, now)
    return mention_out(views(session, viewer, rows)[0])


def detail_out(found: MentionDetail, scorer: Scorer) -> MentionDetailOut:
    """One mention as it is answered."""
    view = found.view
    brands: list[UUID | None] = [each.brand.id for each in view.matches]
    reasons = stance_reasons(scorer, view.mention, [each.match for each in view.matches])
    why = list(zip(brands or [None], reasons, strict=True))
    return MentionDetailOut(
        **mention_values(view),
        explanation=[_weight(word, brand) for brand, one in why for word in one.words],
        passages=[_passage(part, brand) for brand, one in why for part in one.read],
        compared=[brand for brand, one in why if brand and one.compared],
        copies=[CopyOut.model_validate(row) for row in found.copies],
        history=[RevisionOut.model_validate(row) for row in found.history],
        conversation=[SaidOut.model_validate(row) for row in found.conversation],
    )


def _weight(word: WeighedWord, brand: UUID | None) -> Weight:
    at = word.at
    return Weight(start=at.start, end=at.end, weight=word.weight, field=at.field, brand=brand, side=word.side)


def _passage(part: Passage, brand: UUID | None) -> PassageOut:
    return PassageOut(start=part.start, end=part.end, field=part.field, brand=brand)
