"""What Meta sends about a Page (webhooks `feed`, `mention` and `ratings`): mentions, deletions, ids to look up."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from collectors._kit.answers import Part, Text, each
from collectors._platforms.meta_webhooks import META, OK, changes_of
from collectors.base import RawMention, Received
from ground.notice import Json

from .posts import PLATFORM, Comment, Person, Post, Rating, of_comment, of_post, of_rating, on_the_web

GONE = ("remove", "delete")
WITHOUT_WORDS = ("reaction", "like", "event", "milestone", "note")


class Value(Part):
    """What happened. A post has a `post_id`, a comment a `comment_id` as well."""

    item: Text = ""
    verb: Text = ""
    post_id: Text = ""
    comment_id: Text = ""
    parent_id: Text = ""
    message: Text = ""
    created_time: Text = ""
    writer: Annotated[Person, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = Field(
        Person(), alias="from"
    )
    open_graph_story_id: Text = ""
    reviewer_id: Text = ""
    reviewer_name: Text = ""
    review_text: Text = ""
    recommendation_type: Text = ""
    rating: Text = ""


class Change(Part):
    field: str
    value: Value


def received(body: bytes, page: str, own: bool) -> Received:
    """What a request about this Page brings. Raises SourceError."""
    ours = () if own else (page,)
    inbox: dict[str, Json] = {}

    def taken(change: Change) -> RawMention | None:
        found = _mention(change, ours)
        if found is None and (ask := _to_ask(change.value, ours)):
            inbox[f"{ask}"] = ask
        return found

    mentions, broken = each(Change, changes_of(body, page), taken, META)
    latest = {one.external_id: one for one in mentions}
    return Received(mentions=tuple(latest.values()), inbox=tuple(inbox.values()), broken=broken, status=OK)


def _mention(change: Change, ours: tuple[str, ...]) -> RawMention | None:
    value = change.value
    if value.item in WITHOUT_WORDS and change.field != "ratings":
        return None
    name = value.open_graph_story_id or value.comment_id or value.post_id
    if value.verb in GONE and name:
        return RawMention(external_id=name, url=on_the_web("", value.post_id or name), platform=PLATFORM, deleted=True)
    if change.field == "ratings":
        return _rated(value)
    if not value.message or value.verb == "hide":
        return None
    given = {"message": value.message, "created_time": value.created_time, "from": value.writer.model_dump()}
    if value.comment_id:
        comment = Comment.model_validate({**given, "id": value.comment_id, "parent": {"id": value.parent_id}})
        return of_comment(comment, value.post_id, ours)
    return of_post(Post.model_validate({**given, "id": value.post_id}), ours) if value.post_id else None


def _rated(value: Value) -> RawMention | None:
    if not (value.open_graph_story_id or value.reviewer_id):
        return None
    given = {
        "created_time": value.created_time,
        "recommendation_type": value.recommendation_type,
        "review_text": value.review_text,
        "rating": value.rating,
        "reviewer": {"id": value.reviewer_id, "name": value.reviewer_name},
        "open_graph_story": {"id": value.open_graph_story_id},
    }
    return of_rating(Rating.model_validate(given))


def _to_ask(value: Value, ours: tuple[str, ...]) -> dict[str, Json] | None:
    """What comes without its words, and has to be asked for."""
    if value.message or value.verb in (*GONE, "hide") or value.item in (*WITHOUT_WORDS, "rating"):
        return None
    if value.writer.id in ours or not value.post_id:
        return None
    return {"post": value.post_id, "comment": value.comment_id} if value.comment_id else {"post": value.post_id}
