"""The answers of a Lemmy instance in versions 3 and 4, and its posts and comments as mentions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from collectors._kit.answers import Count, Part, Text
from collectors._kit.fetch import host_of
from collectors._kit.times import moment
from collectors.base import RawMention
from ground.links import clean_link
from ground.quotes import without_markdown_quotes

Flag = Annotated[bool, BeforeValidator(lambda value: value is True or value == "true")]


class Content(Part):
    """A post or a comment. Version 3 has `published`, and counts beside it; 4 has `published_at` and the counts."""

    ap_id: str
    id: Count = None
    name: Text = ""
    body: Text = ""
    content: Text = ""
    embed_title: Text = ""
    embed_description: Text = ""
    path: Text = ""
    published: Any = None
    published_at: Any = None
    updated: Any = None
    updated_at: Any = None
    removed: Flag = False
    deleted: Flag = False
    featured_community: Flag = False
    featured_local: Flag = False
    score: Count = None
    comments: Count = None
    child_count: Count = None


class Named(Part):
    name: Text = ""
    display_name: Text = ""
    actor_id: Text = ""
    ap_id: Text = ""

    @property
    def address(self) -> str:
        return self.ap_id or self.actor_id


class Counts(Part):
    score: Count = None
    comments: Count = None
    child_count: Count = None


class View(Part):
    post: Content
    comment: Content | None = None
    creator: Named = Named()
    community: Named = Named()
    counts: Counts = Counts()


def mention_of(view: View, addresses: Mapping[int, str]) -> RawMention | None:
    """A post or comment as a mention; None for a comment that only quotes.

    `addresses` are those of comments, by the numbers that paths are made of.
    """
    content, name = view.comment or view.post, view.community.name
    own = without_markdown_quotes(view.comment.content) if view.comment else _text(view.post)
    if view.comment and view.comment.content.strip() and not own:
        return None
    community = f"{name}@{host_of(view.community.address)}" if view.community.address else name
    return RawMention(
        external_id=content.ap_id,
        url=clean_link(content.ap_id),
        title=view.post.name,
        text=own,
        author=view.creator.display_name or view.creator.name,
        author_id=view.creator.address,
        platform="lemmy",
        outlet=community,
        published_at=moment(content.published_at) or moment(content.published),
        edited_at=moment(content.updated_at) or moment(content.updated),
        thread_id=view.post.ap_id,
        parent_id=_parent(view.comment, view.post, addresses) if view.comment else None,
        engagement=_engagement(content, view.counts),
        deleted=content.removed or content.deleted,
    )


def is_pinned(view: View) -> bool:
    return view.comment is None and (view.post.featured_community or view.post.featured_local)


def _text(post: Content) -> str:
    """The text of the post without what it quotes, then the preview of its link, on lines of its own."""
    return "\n".join(
        part for part in (without_markdown_quotes(post.body), post.embed_title, post.embed_description) if part
    )


def _parent(comment: Content, post: Content, addresses: Mapping[int, str]) -> str | None:
    above = comment.path.split(".")[-2:-1]
    if not above or above == ["0"]:
        return post.ap_id
    return addresses.get(int(above[0])) if above[0].isdigit() else None


def _engagement(content: Content, counts: Counts) -> dict[str, int]:
    likes = content.score if content.score is not None else counts.score
    replies = (content.comments, content.child_count, counts.comments, counts.child_count)
    values = {"likes": likes, "comments": next((count for count in replies if count is not None), None)}
    return {name: count for name, count in values.items() if count is not None}
