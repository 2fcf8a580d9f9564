"""Answers that several nouns share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.models import Match
from app.queries.answering import waited
from app.queries.mentions import MentionView
from app.queries.paging import Slice
from matching.hints import hints

T = TypeVar("T")
Row = TypeVar("Row")


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)


class Page(Out, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Where the next page starts; null on the last one.")
    prev_cursor: str | None = Field(description="Where the page before starts; null on the first one.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Its name in the OpenAPI document: BrandPage for a page of BrandOut."""
        return f"{params[0].__name__.removesuffix('Out')}Page"


def page_of(rows: Slice[Row], make: Callable[[Row], T]) -> Page[T]:
    """A page of rows as the API shows it."""
    return Page[T](items=[make(row) for row in rows.items], next_cursor=rows.next, prev_cursor=rows.prev)


class HintOut(Out):
    """What in a query may not have been meant as Vigie reads it."""

    message: str
    at: int = Field(description="Where in the query, in characters from 0.")


def hints_out(query: str) -> list[HintOut]:
    """The hints about a query as the API shows them."""
    return [HintOut(message=str(hint.notice), at=hint.at) for hint in hints(query)]


class FieldErrorOut(Out):
    """What is wrong with one field."""

    field: str
    message: str


class BrandRef(Out):
    """A brand by its name."""

    id: UUID
    name: str


class SourceRef(Out):
    """A source by its name."""

    id: UUID
    name: str
    collector: str


class Probabilities(Out):
    """What the model answered; they sum to 1."""

    negative: float
    neutral: float
    positive: float


class MatchOut(Out):
    """A brand that a mention is about, and the stance towards it."""

    brand: BrandRef
    stance: str | None = Field(
        description="promoter, passive, detractor, unsure (the model is not sure enough: to check); null until scored"
    )
    stance_source: str | None = Field(
        description="What decided it, the first of: person, rating, phrase, common (one that ships), model"
    )
    probabilities: Probabilities | None
    model: str | None = Field(description="The model that read the text last.")
    provisional: bool = Field(
        description="Whether only the fast part of the model has read it: the whole model will read it again."
    )
    lead: bool = Field(description="Whether it is the first of its story: only those count in a score by stories.")
    spans: dict[str, Any] = Field(description="Where the query matched: [start, end] in characters, by field.")
    scored_at: datetime | None
    corrected_by: str | None
    corrected_at: datetime | None


class EngagementOut(Out):
    """Counts as the platform gave them; null where it gave none."""

    likes: int | None
    shares: int | None
    comments: int | None


class HiddenOut(Out):
    """Why a mention is hidden: it lacks the context of the brand (`no_context`), has that of something else
    (`other_context`), or is from an excluded `site` or `author`; `what` is the word, the site or the author."""

    brand_id: UUID
    why: str
    what: str


class MentionOut(Out):
    """One public message that matches a brand."""

    id: UUID
    url: str | None
    title: str
    text: str
    author: str
    author_id: str
    author_followers: int | None
    platform: str
    outlet: str
    language: str | None
    collector: str
    source: SourceRef | None
    external_id: str
    published_at: datetime = Field(description="Where `published_guessed`, no date but its place in a list.")
    published_guessed: bool = Field(
        description="Its date is not known: it counts in no curve, score over time or alert. Show `collected_at`."
    )
    date_spelling: str | None = Field(description="What its source writes where a date is expected, if it is none.")
    collected_at: datetime
    updated_at: datetime
    edited_at: datetime | None
    rating: float | None
    rating_scale: float | None
    reach: int | None
    engagement: EngagementOut
    thread_id: str | None
    parent_id: str | None
    story: UUID | None
    copies_count: int = Field(description="How many mentions tell this story, this one included.")
    status: str
    hidden: HiddenOut | None = Field(
        description="Why Vigie itself made it irrelevant; null where a person did, or where it is not hidden."
    )
    assignee: str | None = Field(description="The name of the member `assignee_id`; alone, that of somebody who left.")
    assignee_id: UUID | None
    tags: list[str]
    note: str | None
    answered_at: datetime | None = Field(description="When somebody first said that it was answered.")
    answered_after_seconds: float | None = Field(description="From its publication, or its discovery where undated.")
    sample: bool
    version: int
    matches: list[MatchOut]


def match_out(match: Match, brand_id: UUID, brand_name: str) -> MatchOut:
    """A match as the API shows it."""
    known = match.negative is not None and match.neutral is not None and match.positive is not None
    return MatchOut(
        brand=BrandRef(id=brand_id, name=brand_name),
        stance=match.stance,
        stance_source=match.stance_source,
        probabilities=Probabilities.model_validate(match) if known else None,
        model=match.model,
        provisional=match.provisional,
        lead=match.lead,
        spans=match.spans,
        scored_at=match.scored_at,
        corrected_by=match.corrected_by,
        corrected_at=match.corrected_at,
    )


def mention_out(view: MentionView) -> MentionOut:
    """A mention as the API shows it."""
    row = view.mention
    return MentionOut(
        id=row.id,
        url=row.url,
        title=row.title,
        text=row.text,
        author=row.author,
        author_id=row.author_id,
        author_followers=row.author_followers,
        platform=row.platform,
        outlet=row.outlet,
        language=row.language,
        collector=row.kind,
        source=SourceRef.model_validate(view.source) if view.source else None,
        external_id=row.external_id,
        published_at=row.published_at,
        published_guessed=row.published_guessed,
        date_spelling=row.date_spelling,
        collected_at=row.collected_at,
        updated_at=row.updated_at,
        edited_at=row.edited_at,
        rating=row.rating,
        rating_scale=row.rating_scale,
        reach=row.reach,
        engagement=EngagementOut.model_validate(row),
        thread_id=row.thread_id,
        parent_id=row.parent_id,
        story=row.story_id,
        copies_count=view.copies,
        status=row.status,
        hidden=HiddenOut.model_validate(row.hidden) if row.hidden else None,
        assignee=row.assignee,
        assignee_id=row.assignee_id,
        tags=row.tags,
        note=row.note,
        answered_at=row.answered_at,
        answered_after_seconds=waited(row),
        sample=row.sample,
        version=row.version,
        matches=[match_out(each.match, each.brand.id, each.brand.name) for each in view.matches],
    )
