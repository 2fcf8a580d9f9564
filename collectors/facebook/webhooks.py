"""What Meta sends about a Page (webhooks `feed`, `mention`, `ratings`): mentions, deletions, ids to look up."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from collectors._kit.answers import Part, Text, each
from collectors._platforms.meta_webhooks import META, OK, changes_of
from collectors.base import RawMention, Received
from ground.notice import Json

from .posts import PLATFORM, Comment, Person, Post, Rating, of_comment, of_post, of_rating, on_the_web

REMOVALS = ("remove", "delete")
WITHOUT_WORDS = ("reaction", "like", "event", "milestone", "note")


class Value(Part):
    """One event. A post has a `post_id`, a comment a `comment_id` as well."""

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


def receive_changes(body: bytes, page: str, own: bool) -> Received:
    """The mentions, deletions and ids to look up in a request about this Page. Raises SourceError."""
    ours = () if own else (page,)
    inbox: dict[str, Json] = {}

    def to_mention(change: Change) -> RawMention | None:
        mention = _mention(change, ours)
        if mention is None and (look_up := _look_up_of(change.value, ours)):
            inbox[f"{look_up}"] = look_up
        return mention

    mentions, broken = each(Change, changes_of(body, page), to_mention, META)
    latest = {mention.external_id: mention for mention in mentions}
    return Received(mentions=tuple(latest.values()), inbox=tuple(inbox.values()), broken=broken, status=OK)


def _mention(change: Change, ours: tuple[str, ...]) -> RawMention | None:
    value = change.value
    if value.item in WITHOUT_WORDS and change.field != "ratings":
        return None
    name = value.open_graph_story_id or value.comment_id or value.post_id
    if value.verb in REMOVALS and name:
        return RawMention(external_id=name, url=on_the_web("", value.post_id or name), platform=PLATFORM, deleted=True)
    if change.field == "ratings":
        return _rating_mention(value)
    if not value.message or value.verb == "hide":
        return None
    fields = {"message": value.message, "created_time": value.created_time, "from": value.writer.model_dump()}
    if value.comment_id:
        comment = Comment.model_validate({**fields, "id": value.comment_id, "parent": {"id": value.parent_id}})
        return of_comment(comment, value.post_id, ours)
    return of_post(Post.model_validate({**fields, "id": value.post_id}), ours) if value.post_id else None


def _rating_mention(value: Value) -> RawMention | None:
    if not (value.open_graph_story_id or value.reviewer_id):
        return None
    fields = {
        "created_time": value.created_time,
        "recommendation_type": value.recommendation_type,
        "review_text": value.review_text,
        "rating": value.rating,
        "reviewer": {"id": value.reviewer_id, "name": value.reviewer_name},
        "open_graph_story": {"id": value.open_graph_story_id},
    }
    return of_rating(Rating.model_validate(fields))


def _look_up_of(value: Value, ours: tuple[str, ...]) -> dict[str, Json] | None:
    """The ids of a post or comment that Meta sent without its text; None for everything else."""
    if value.message or value.verb in (*REMOVALS, "hide") or value.item in (*WITHOUT_WORDS, "rating"):
        return None
    if value.writer.id in ours or not value.post_id:
        return None
    return {"post": value.post_id, "comment": value.comment_id} if value.comment_id else {"post": value.post_id}
