"""Reads an Instagram account: what a webhook named, the comments under its media, and media that tag it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator

from collectors._kit.answers import Part, each
from collectors._kit.comments import Comments, Posts, ThreadPart, read_changed
from collectors._kit.comments import read_window as read_threads
from collectors._kit.walk import Leg, until_of
from collectors._kit.watched import FIRST, Watchlist
from collectors._platforms.graph import MOST_SHEETS, Graph
from collectors._platforms.graph_refusals import TokenRefused
from collectors._platforms.meta_inbox import Item, look_up
from collectors.base import Broken, Cursor, Page, RawMention, SourceChanged, SourceError, SourceRefused, Window

from .media import COMMENT_FIELDS, LOOK_UP_FIELDS, MEDIA_FIELDS, OWN_FIELDS, Comment, Media, of_comment, of_media

SHEET, SHEET_BACK, MOST_BACK = 50, 25, 10_000
TAG_SHEETS = 3
ALWAYS = 5  # the newest media, whose comments are read even if their number is the same: one may replace another


class MentionAnswer(Part):
    """The answer about a mention: either in the caption of media, or in a comment."""

    mentioned_media: Annotated[Media | None, BeforeValidator(lambda value: value or None)] = None
    mentioned_comment: Annotated[Comment | None, BeforeValidator(lambda value: value or None)] = None


def read_inbox(watchlist: Watchlist, account: str, own: str, graph: Graph, inbox: object) -> Iterator[Page]:
    """What a webhook named by its id."""
    return look_up(watchlist, graph, inbox, lambda item: _look_up(account, own, graph, item))


def read_comments(watchlist: Watchlist, account: str, own: str, graph: Graph) -> Iterator[Page]:
    """The comments under changed media of the account."""
    media = graph.sheets(f"{account}/media", {"fields": OWN_FIELDS, "limit": SHEET})
    return read_changed(watchlist, (_media_of(graph, leg) for leg in media), _comments(own, graph))


def read_tags(watchlist: Watchlist, account: str, graph: Graph) -> Iterator[Page]:
    """The media that tag the account. Meta sorts them by the time of the tag, which it hides: no date ends the walk."""
    for leg in graph.sheets(f"{account}/tags", {"fields": MEDIA_FIELDS, "limit": SHEET}, TAG_SHEETS):
        yield watchlist.page(*each(Media, leg.answer, of_media, graph.host))


def read_window(account: str, own: str, cursor: Cursor, window: Window, graph: Graph) -> Iterator[Page]:
    """The comments under the media of the window."""
    since, until = int(window.since.timestamp()), int(until_of(cursor, window).timestamp()) + 1
    query: dict[str, str | int] = {"fields": OWN_FIELDS, "limit": SHEET_BACK, "since": since, "until": until}
    answers = (_media_of(graph, leg) for leg in graph.sheets(f"{account}/media", query, MOST_BACK))
    return read_threads(answers, _comments(own, graph), cursor, window)


def _look_up(account: str, own: str, graph: Graph, item: Item) -> RawMention | None:
    """A comment on our own media, asked for by its id; or a mention elsewhere, asked for through our account."""
    media, comment = item.get("media", ""), item.get("comment", "")
    if not all(name.isdigit() for name in (media, comment) if name):
        return None
    if not comment:
        return _mentioning_media(account, graph, media) if media else None
    if item.get("where") == "own":
        return _own_comment(own, graph, item)
    return _mentioning_comment(account, own, graph, media, comment)


def _mentioning_media(account: str, graph: Graph, media: str) -> RawMention | None:
    fields = f"mentioned_media.media_id({media}){{{MEDIA_FIELDS}}}"
    answer = graph.read(MentionAnswer, account, {"fields": fields}).mentioned_media
    return of_media(answer) if answer else None


def _mentioning_comment(account: str, own: str, graph: Graph, media: str, comment: str) -> RawMention | None:
    fields = f"mentioned_comment.comment_id({comment}){{{LOOK_UP_FIELDS}}}"
    answer = graph.read(MentionAnswer, account, {"fields": fields}).mentioned_comment
    return of_comment(answer, answer.media.id or media, answer.media.permalink, own) if answer else None


def _own_comment(own: str, graph: Graph, item: Item) -> RawMention | None:
    """A comment under our own media. Where we may not look it up, we take it as the webhook sent it."""
    try:
        comment = graph.read(Comment, item["comment"], {"fields": LOOK_UP_FIELDS})
    except (SourceRefused, SourceChanged) as error:
        if not item.get("text") or isinstance(error, TokenRefused):
            raise
        comment = Comment.model_validate({**item, "id": item["comment"], "media": None})
    return of_comment(comment, comment.media.id or item.get("media", ""), comment.media.permalink, own)


def _media_of(graph: Graph, leg: Leg[list[Any], str]) -> Posts[Media]:
    media: list[Media] = []

    def collect(entry: Media) -> None:
        media.append(entry)

    _, broken = each(Media, leg.answer, collect, graph.host)
    return Posts(media, [entry.at for entry in media], broken=broken, capped=leg.capped)


def _comments(own: str, graph: Graph) -> Comments[Media]:
    """How to read the comments under media. It goes further back than what is known, to find replies to old ones."""

    def ask(media: Media) -> Iterator[Leg[list[Any], str]]:
        return graph.sheets(f"{media.id}/comments", {"fields": COMMENT_FIELDS, "limit": SHEET})

    def read(media: Media, items: list[Any]) -> ThreadPart:
        return _thread_part(own, media, items, graph)

    return Comments(graph.host, ask, read, lambda: graph.pause, SHEET * MOST_SHEETS, ALWAYS, FIRST)


def _thread_part(own: str, media: Media, items: list[Any], graph: Graph) -> ThreadPart:
    comments: list[Comment] = []

    def to_mention(comment: Comment) -> RawMention | None:
        comments.append(comment)
        return of_comment(comment, media.id, media.permalink, own)

    mentions, broken = each(Comment, items, to_mention, graph.host)
    for comment in comments:
        replies, unreadable = _replies(own, media, comment, graph)
        mentions, broken = (*mentions, *replies), (*broken, *unreadable)
    return ThreadPart([comment.at for comment in comments], mentions, broken)


def _replies(
    own: str, media: Media, comment: Comment, graph: Graph
) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    try:
        return each(
            Comment,
            comment.replies.data,
            lambda reply: of_comment(reply, media.id, media.permalink, own, comment.id),
            graph.host,
        )
    except SourceError as error:
        return (), (Broken(comment.id, str(error)),)
