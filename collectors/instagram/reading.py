"""Reads an Instagram account: what a webhook named, the comments under its media, and the media that tag it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import BeforeValidator

from collectors._kit.answers import Part, each
from collectors._kit.paging import capped
from collectors._kit.times import moment, rfc3339
from collectors._kit.watched import FIRST, MOST_THREADS, Reading, before
from collectors._platforms.graph import MOST_SHEETS, Graph, Sheet, past
from collectors._platforms.graph_refusals import TokenRefused
from collectors._platforms.meta_inbox import Item, look_up
from collectors.base import Cursor, Page, RawMention, SourceBusy, SourceChanged, SourceError, SourceRefused, Window
from ground.notice import Notice

from .media import COMMENT_FIELDS, LOOKED_UP, MEDIA_FIELDS, OWN_FIELDS, Comment, Media, of_comment, of_media

SHEET, SHEET_BACK, MOST_BACK = 50, 25, 10_000
TAG_SHEETS = 3
ALWAYS = 5  # the newest media: their comments are asked for also when their number is the same, for one may be new
Broken = tuple[tuple[str, str], ...]


class Mentioned(Part):
    """The answer about a mention: one of the two."""

    mentioned_media: Annotated[Media | None, BeforeValidator(lambda value: value or None)] = None
    mentioned_comment: Annotated[Comment | None, BeforeValidator(lambda value: value or None)] = None


def read_inbox(run: Reading, account: str, own: str, graph: Graph, inbox: object) -> Iterator[Page]:
    """What a webhook only named."""
    return look_up(run, graph, inbox, lambda item: _look_up(account, own, graph, item))


def read_comments(run: Reading, account: str, own: str, graph: Graph) -> Iterator[Page]:
    """The comments under the account's own media that changed."""
    watched: dict[str, Media] = {}
    for sheet in graph.sheets(f"{account}/media", {"fields": OWN_FIELDS, "limit": SHEET}):
        media, broken = _media_of(sheet, graph)
        watched.update((one.id, one) for one in media)
        yield run.page((), broken)
        if run.beyond(past(one.timestamp) for one in media):
            break
        if sheet.capped:
            run.warning = capped(len(watched))
    changed = [one for place, one in enumerate(watched.values()) if _has_news(run, one, place)]
    if len(changed) > MOST_THREADS:
        run.warning = Notice("more than {most} posts have new comments: the rest is read next", {"most": MOST_THREADS})
    for one in changed[:MOST_THREADS]:
        if graph.pause:
            return
        yield from _thread(run, own, one, graph)


def read_tags(run: Reading, account: str, graph: Graph) -> Iterator[Page]:
    """The media that tag the account. Their order is by when they were tagged, which is not told: no date ends it."""
    for sheet in graph.sheets(f"{account}/tags", {"fields": MEDIA_FIELDS, "limit": SHEET}, TAG_SHEETS):
        yield run.page(*each(Media, sheet.items, of_media, graph.host))


def read_window(account: str, own: str, cursor: Cursor, window: Window, graph: Graph) -> Iterator[Page]:
    """The comments under the media of the window. The cursor holds the time from which on all media are read."""
    run = Reading()
    upto = min(moment(cursor.get("until")) or window.until, window.until)
    within = {"since": int(window.since.timestamp()), "until": int(upto.timestamp()) + 1}
    asked: dict[str, str | int] = {"fields": OWN_FIELDS, "limit": SHEET_BACK, **within}
    for sheet in graph.sheets(f"{account}/media", asked, MOST_BACK):
        media, broken = _media_of(sheet, graph)
        found: tuple[RawMention, ...] = ()
        for one in media:
            mentions, bad = _whole_thread(own, one, graph)
            found, broken = (*found, *mentions), (*broken, *bad)
        if graph.pause:
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=graph.pause, host=graph.host)
        upto = max(min([upto, *filter(None, (past(one.timestamp) for one in media))]), window.since)
        inside = [one for one in found if window.holds(one.published_at)]
        yield replace(run.page(inside, broken), cursor={"until": rfc3339(upto)}, reached=upto)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


def _look_up(account: str, own: str, graph: Graph, asked: Item) -> RawMention | None:
    """A comment of our own media is asked for by its id; a mention elsewhere only through our account."""
    media, comment = asked.get("media", ""), asked.get("comment", "")
    if not all(one.isdigit() for one in (media, comment) if one):
        return None
    if comment and asked.get("where") == "own":
        return _own_comment(own, graph, asked)
    if comment:
        fields = f"mentioned_comment.comment_id({comment}){{{LOOKED_UP}}}"
        told = graph.read(Mentioned, account, {"fields": fields}).mentioned_comment
        return of_comment(told, told.media.id or media, told.media.permalink, own) if told else None
    fields = f"mentioned_media.media_id({media}){{{MEDIA_FIELDS}}}"
    seen = graph.read(Mentioned, account, {"fields": fields}).mentioned_media if media else None
    return of_media(seen) if seen else None


def _own_comment(own: str, graph: Graph, asked: Item) -> RawMention | None:
    """A comment under our own media; as it was sent, where it may not be looked up."""
    try:
        one = graph.read(Comment, asked["comment"], {"fields": LOOKED_UP})
    except (SourceRefused, SourceChanged) as error:
        if not asked.get("text") or isinstance(error, TokenRefused):
            raise
        one = Comment.model_validate({**asked, "id": asked["comment"], "media": None})
    return of_comment(one, one.media.id or asked.get("media", ""), one.media.permalink, own)


def _media_of(sheet: Sheet, graph: Graph) -> tuple[list[Media], Broken]:
    media: list[Media] = []

    def kept(one: Media) -> None:
        media.append(one)

    return media, each(Media, sheet.items, kept, graph.host)[1]


def _has_news(run: Reading, media: Media, place: int) -> bool:
    if media.comments_count == 0 and media.id not in run.marks:
        return False
    return place < ALWAYS or run.changed(media.id, media.mark)


def _thread(run: Reading, own: str, media: Media, graph: Graph) -> Iterator[Page]:
    """The comments under a medium with their replies, newest first, as far back as they were read before."""
    floor, newest = run.back_to(media.id), None
    if run.changed(media.id, media.mark):
        floor -= FIRST  # a reply stands under its comment, however old that is
    for sheet in graph.sheets(f"{media.id}/comments", {"fields": COMMENT_FIELDS, "limit": SHEET}):
        found, mentions, broken = _comments_of(own, media, sheet, graph)
        times = [past(one.timestamp) for one in found]
        newest = newest or next(filter(None, times), None)
        done = sheet.last or before(times, floor)
        if sheet.capped and not done:
            run.warning = capped(SHEET * MOST_SHEETS)
        if done or sheet.capped:
            run.read(media.id, media.mark, newest)
        yield run.page(mentions, broken)
        if done:
            return


def _whole_thread(own: str, media: Media, graph: Graph) -> tuple[tuple[RawMention, ...], Broken]:
    mentions: tuple[RawMention, ...] = ()
    broken: Broken = ()
    asked: dict[str, str | int] = {"fields": COMMENT_FIELDS, "limit": SHEET}
    for sheet in graph.sheets(f"{media.id}/comments", asked) if media.comments_count != 0 else ():
        _, found, bad = _comments_of(own, media, sheet, graph)
        mentions, broken = (*mentions, *found), (*broken, *bad)
    return mentions, broken


def _comments_of(
    own: str, media: Media, sheet: Sheet, graph: Graph
) -> tuple[list[Comment], tuple[RawMention, ...], Broken]:
    found: list[Comment] = []

    def taken(comment: Comment) -> RawMention | None:
        found.append(comment)
        return of_comment(comment, media.id, media.permalink, own)

    mentions, broken = each(Comment, sheet.items, taken, graph.host)
    for comment in tuple(found):
        replies, bad = _replies(own, media, comment, graph)
        mentions, broken = (*mentions, *replies), (*broken, *bad)
    return found, mentions, broken


def _replies(own: str, media: Media, comment: Comment, graph: Graph) -> tuple[tuple[RawMention, ...], Broken]:
    try:
        return each(
            Comment,
            comment.replies.data,
            lambda reply: of_comment(reply, media.id, media.permalink, own, comment.id),
            graph.host,
        )
    except SourceError as error:
        return (), ((comment.id, str(error)),)
