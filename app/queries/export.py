"""The rows of an export. Each page is read in its own transaction, so that a long export blocks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from app.db import Database
from app.queries.feed import FeedFilter, feed
from app.queries.mentions import MentionView
from app.queries.paging import LIMIT_MAX
from app.viewer import Viewer, may

COLUMNS = (
    "id", "published_at", "collected_at", "brands", "stances", "stance_sources", "title", "text", "url", "author",
    "author_followers", "platform", "outlet", "language", "source", "rating", "rating_scale", "reach", "likes",
    "shares", "comments", "story", "copies_count", "status", "assignee", "tags", "note",
)  # fmt: skip


@may("read")
def batches(db: Database, viewer: Viewer, filters: FeedFilter) -> Iterator[list[dict[str, object]]]:
    """The rows of a feed in its order, up to 500 at a time. The first page raises the Problems of feed()."""
    after: str | None = None
    while True:
        with db.reading() as session:
            page = feed(session, viewer, filters, after, LIMIT_MAX)
            rows = [row(view) for view in page.items]
        if rows:
            yield rows
        after = page.next
        if after is None:
            return


def row(view: MentionView) -> dict[str, object]:
    """One mention as a row; the brands matched and the stances towards them are lists in the same order.

    A guessed date is left out.
    """
    mention = view.mention
    published = None if mention.published_guessed else mention.published_at
    plain = {name: getattr(mention, name) for name in COLUMNS if hasattr(type(mention), name)}
    return plain | {
        "id": str(mention.id),
        "published_at": published,
        "brands": [each.brand.name for each in view.matches],
        "stances": [each.match.stance for each in view.matches],
        "stance_sources": [each.match.stance_source for each in view.matches],
        "source": view.source.name if view.source else "",
        "story": str(mention.story_id or ""),
        "copies_count": view.copies,
    }
