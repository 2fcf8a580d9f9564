"""The mentions: listed, shown one by one, changed, pushed."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from app.actions import mentions as actions
from app.actions.push import prepare, push, push_source
from app.api.deps import Id, IfMatch, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.filters import Filters
from app.api.mentions_out import MentionDetailOut, detail_out
from app.api.pushing import PushIn, PushOut, push_out
from app.api.route import Route
from app.api.schemas import HintOut, MentionOut, Page, hints_out, mention_out, page_of
from app.queries.feed import feed
from app.queries.mentions import mention, views
from app.scorer import explainer_of

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)


class MentionPage(Page[MentionOut]):
    """One page of mentions."""

    hints: list[HintOut] = Field(description="What in `q` may not have been meant as Vigie reads it.")


@router.get("/mentions")
def list_mentions(viewer: Reader, session: Reading, page: Paged, filters: Filters) -> MentionPage:
    """The mentions that pass the filters, newest first unless sorted otherwise."""
    found = page_of(feed(session, viewer, filters, page.after, page.limit), mention_out)
    return MentionPage(**dict(found), hints=hints_out(filters.text))


@router.post("/mentions", status_code=202)
def push_mentions(pushed: PushIn, viewer: Writer, services: Served, now: Now) -> PushOut:
    """Stores mentions of your own, once however often they are sent. Each has its own result."""
    with services.db.writing() as session:
        source = push_source(session, viewer)
    prepared = prepare(services.db, viewer, source, pushed.items, now)
    results = services.db.retry(lambda session: push(session, viewer, prepared, services.jobs))
    return push_out(results)


@router.get("/mentions/{mention_id}")
def get_mention(mention_id: Id, viewer: Reader, services: Served) -> MentionDetailOut:
    """One mention: matches with their probabilities, what weighed on the stance, copies, history."""
    with services.db.reading() as session:
        detail = mention(session, viewer, ident(mention_id, "mention"))
    return detail_out(detail, explainer_of(services.settings))  # the model is asked when the transaction is over


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
    row = actions.lock(session, viewer, ident(mention_id, "mention"))
    if_match.check(row.version)
    rows = actions.change(session, viewer, [row.id], changes, services.jobs, now)
    return mention_out(views(session, viewer, rows)[0])
