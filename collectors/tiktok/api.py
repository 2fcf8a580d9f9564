"""TikTok's API for business accounts: requests, and comments as mentions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import AliasChoices, BeforeValidator, Field

from collectors._kit.answers import Count, Part, Text, answer_of, other_type
from collectors._kit.fetch import fetch, host_of
from collectors._kit.limits import used_up
from collectors._kit.times import moment, not_ahead
from collectors._kit.walk import Leg, walk
from collectors.base import RawMention

from .refusals import REFUSALS

PLATFORM = "tiktok"
WEB = "https://www.tiktok.com/"
VIDEO_FIELDS = '["item_id","create_time","caption","share_url","video_views","likes","comments","shares"]'


class Answer(Part):
    """`code` is 0 when all is well."""

    code: int
    data: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field({})


class Video(Part):
    item_id: str = Field(min_length=1, max_length=100, validation_alias=AliasChoices("item_id", "video_id", "id"))
    create_time: Text = ""
    caption: Text = ""
    share_url: Text = ""
    comments: Count = None

    @property
    def mark(self) -> str:
        """Changes when a comment is added."""
        return str(self.comments)

    @property
    def at(self) -> datetime | None:
        return not_ahead(moment(self.create_time))

    @property
    def id(self) -> str:
        return self.item_id

    @property
    def count(self) -> int | None:
        return self.comments


class Comment(Part):
    comment_id: str = Field(min_length=1, max_length=100, validation_alias=AliasChoices("comment_id", "id"))
    text: Text = ""
    create_time: Text = ""
    username: Text = ""
    display_name: Text = ""
    user_id: Text = Field("", validation_alias=AliasChoices("unique_identifier", "user_id"))
    likes: Count = Field(None, validation_alias=AliasChoices("likes", "like_count"))
    replies: Count = Field(None, validation_alias=AliasChoices("replies", "reply_count"))
    parent_comment_id: Text = ""
    owner: Annotated[bool, BeforeValidator(lambda value: value is True)] = Field(
        False, validation_alias=AliasChoices("owner", "is_owner")
    )
    reply_list: Annotated[list[Any], BeforeValidator(lambda value: value if isinstance(value, list) else [])] = Field(
        []
    )

    @property
    def at(self) -> datetime | None:
        return not_ahead(moment(self.create_time))


class TikTok:
    """The requests of one run. `pause` is set once TikTok allows no more of them."""

    def __init__(self, http: httpx2.Client, base: str, token: str, business: str) -> None:
        self._http, self._base, self._business = http, base, business
        self._headers = {"Access-Token": token}
        self.host = host_of(base)
        self.pause: timedelta | None = None

    def sheets(self, path: str, name: str, params: Mapping[str, str | int], most: int) -> Iterator[Leg[list[Any], str]]:
        """The items of a listing, `name` in the answer, page by page, as far as TikTok's limit allows.

        `has_more` says whether a page follows, and the cursor leads to it. Raises SourceError.
        """

        def ask(cursor: str | None) -> tuple[list[Any], str | None]:
            data = self._read(path, {**params, **({"cursor": cursor} if cursor else {})})
            following = str(data.get("cursor") or "") if data.get("has_more") is True else None
            return self._items(data, name), following

        for leg in walk(ask, most=most):
            yield leg
            if self.pause is not None:
                return

    def _items(self, data: Mapping[str, Any], name: str) -> list[Any]:
        items = data.get(name) or []
        if not isinstance(items, list):
            raise other_type(self.host, name)
        return items

    def _read(self, path: str, params: Mapping[str, str | int]) -> dict[str, Any]:
        url = f"{self._base}/{path}/"
        query = {"business_id": self._business, **params}
        answer = fetch(self._http, url, headers=self._headers, params=query, refusals=REFUSALS)
        self.pause = used_up(answer.headers, datetime.now(UTC)) or self.pause
        return answer_of(Answer, answer).data


def of_comment(comment: Comment, video: Video, parent: str = "") -> RawMention | None:
    """A comment as a mention; None when it holds only a sticker, and for an answer of the account itself."""
    if not comment.text or comment.owner:
        return None
    counts = {"likes": comment.likes, "comments": comment.replies}
    return RawMention(
        external_id=comment.comment_id,
        url=address(video),
        text=comment.text,
        author=comment.display_name or comment.username,
        author_id=comment.user_id or comment.username,
        platform=PLATFORM,
        published_at=comment.at,
        thread_id=video.item_id,
        parent_id=parent or comment.parent_comment_id or video.item_id,
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def address(video: Video) -> str:
    """The address of the video, because comments have none; without the parameters that tell who shared it."""
    link = video.share_url.partition("?")[0]
    return link if link.startswith(WEB) and link.isascii() and " " not in link else WEB
