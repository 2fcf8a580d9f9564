"""What is to check: the mentions of which the model is unsure."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import Reader, Reading, ident
from app.api.filters import Several
from app.api.route import Route
from app.api.schemas import BrandRef, MentionOut, Out, mention_out
from app.queries.to_check import COUNTED, SHOWN, ToCheck, count_to_check, to_check

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)


class ToCheckOut(Out):
    """A mention to check for one brand."""

    mention: MentionOut
    brand: BrandRef
    doubt: float = Field(description="The variance of what it brings to the score: 1 where it may be for or against.")
    copies: int = Field(description="How many mentions tell this story, this one included.")
    worth: float = Field(description="doubt × log10(10 + reach) × log2(1 + copies), by which the list is sorted.")


class ToCheckList(Out):
    """The most useful ones, and how many there are."""

    items: list[ToCheckOut]
    stories: int = Field(description=f"How many stories are to check; counting stops at {COUNTED}.")


@router.get("/to-check")
def list_to_check(
    viewer: Reader,
    session: Reading,
    brand: Several = [],  # noqa: B006 - FastAPI copies it
    limit: Annotated[int, Query(ge=1, le=200)] = SHOWN,
) -> ToCheckList:
    """The mentions of which the model is unsure, the most useful to settle first. PATCH the mention to settle one."""
    ids = tuple(ident(each, "brand") for each in brand)
    found = to_check(session, viewer, ids, limit)
    return ToCheckList(items=[to_check_out(one) for one in found], stories=count_to_check(session, viewer, ids))


def to_check_out(one: ToCheck) -> ToCheckOut:
    """A mention to check as the API shows it."""
    return ToCheckOut(
        mention=mention_out(one.view),
        brand=BrandRef.model_validate(one.match.brand),
        doubt=one.doubt,
        copies=one.copies,
        worth=one.worth,
    )
