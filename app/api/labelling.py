"""The audit sample: mentions drawn at random, labelled by people, and what that says about the model."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import labelling as actions
from app.api.deps import Id, Now, Paged, Reader, Reading, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, Out, Page, page_of
from app.queries.labelling import ToLabel, progress, to_label
from app.queries.reputation import model
from sentiment.quantify import GROUPS

router = APIRouter(prefix="/api/v1", tags=["audit"], route_class=Route)
DICE = Random()  # noqa: S311 - sampling, no secret


class MentionToLabel(Out):
    """What there is to judge: the text and where it was published, without the model's answer."""

    id: UUID
    url: str | None
    title: str
    text: str
    language: str | None
    platform: str
    outlet: str
    published_at: datetime


class ToLabelOut(Out):
    """One mention that waits for a label, and the brand it is about."""

    id: UUID
    drawn_at: datetime
    brand: BrandRef
    mention: MentionToLabel


class DrawnOut(Out):
    """How many were drawn; 0 when there is nothing left to draw."""

    drawn: int


class LabelledOut(Out):
    """A label as it is stored."""

    id: UUID
    label: str
    labelled_by: str
    labelled_at: datetime


class MeasuredOut(Out):
    """How often the model was right, with Wilson's interval of 95 %; null without labels."""

    labelled: int
    right: int
    accuracy: float | None
    low: float | None
    high: float | None


class WeekOut(Out):
    """How many were drawn this week, and how many of them were answered."""

    drawn: int
    answered: int


class SummaryOut(MeasuredOut):
    """What the labels say about the model in use."""

    by_language: dict[str, MeasuredOut] = Field(description="By group: en, fr, other.")
    known: Literal["sample", "model"] = Field(
        description="Whether your labels narrow the intervals (from 20 on), or the scores rest on the model alone."
    )
    needed: int = Field(description="Labels missing: until 20, then until the 100 that can make a score by themselves.")
    this_week: WeekOut


@router.get("/audit/sample")
def list_to_label(viewer: Reader, session: Reading, page: Paged) -> Page[ToLabelOut]:
    """The mentions that wait for a label, in the order drawn."""
    return page_of(to_label(session, viewer, page.after, page.limit), _to_label_out)


@router.post("/audit/sample")
def draw_sample(viewer: Writer, session: Writing, now: Now) -> DrawnOut:
    """Draws this week's 20, or 20 more when they are drawn already."""
    return DrawnOut(drawn=actions.draw_more(session, viewer, now, DICE.getrandbits(62)))


@router.post("/audit/sample/{item_id}")
def label_mention(item_id: Id, labelled: actions.Labelled, viewer: Writer, session: Writing, now: Now) -> LabelledOut:
    """Labels one mention. This does not correct its stance: `PATCH /mentions/{id}` does."""
    return LabelledOut.model_validate(actions.label(session, viewer, ident(item_id, "mention"), labelled, now))


@router.delete("/audit/sample/{item_id}", status_code=204)
def unlabel_mention(item_id: Id, viewer: Writer, session: Writing) -> None:
    """Removes the label: the mention waits for one again."""
    actions.unlabel(session, viewer, ident(item_id, "mention"))


@router.get("/audit/summary")
def sum_up(viewer: Reader, session: Reading, now: Now) -> SummaryOut:
    """How often the model is right on your own mentions, and whether your labels narrow your intervals."""
    own = model(session, viewer).own
    return SummaryOut(
        **MeasuredOut.model_validate(own.measure()).model_dump(),
        by_language={group: MeasuredOut.model_validate(own.of(group).measure()) for group in GROUPS},
        known="sample" if own.in_use else "model",
        needed=own.needed,
        this_week=WeekOut.model_validate(progress(session, viewer, now)),
    )


def _to_label_out(view: ToLabel) -> ToLabelOut:
    return ToLabelOut.model_validate(view)
