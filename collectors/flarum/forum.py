"""Asks a Flarum forum (JSON:API), and turns its posts into mentions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx2
from pydantic import BeforeValidator, Field, model_validator

from collectors._kit.answers import Count, Part, Text, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.refusals import Refusal, Refusals
from collectors._kit.times import moment
from collectors.base import RawMention, SourceError, SourceRefused

PAGE = 50  # Flarum gives no more
ANSWERS_TO = re.compile(r"<a\s([^<>]{0,200}PostMention[^<>]{0,300})>")
NUMBER = re.compile(r"""data-number="(\d{1,9})\"""")
LINK_TO = re.compile(r"/d/(\d{1,12})")

Flag = Annotated[bool, BeforeValidator(lambda value: value not in (None, False, 0, "", "false"))]


FOR_EVERYBODY = (
    Refusal(SourceError, "{host} is not a Flarum forum, or not at this address: check the address", status={404}),
    Refusal(SourceError, "{host} does not accept this search: make it simpler", status={400}),
)
WITH_TOKEN = Refusals(
    (
        Refusal(SourceRefused, "{host} refuses the token: create a new one and paste it here", status={401, 403}),
        *FOR_EVERYBODY,
    )
)
WITHOUT_TOKEN = Refusals(
    (
        Refusal(
            SourceRefused,
            "{host} shows this to members only: ask its owner for a token and paste it here",
            status={401, 403},
        ),
        *FOR_EVERYBODY,
    )
)


class Item(Part):
    """A resource: its type, its number, and its parts as they come."""

    id: str
    type: Text = ""
    attributes: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(default_factory=dict)
    relationships: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        Attributes.model_validate(self.attributes)
        return self

    def of(self, name: str) -> tuple[str, str] | None:
        """The type and number of a resource that it is related to, by the name of the relation."""
        relation = self.relationships.get(name)
        data = relation.get("data") if isinstance(relation, dict) else None
        return (str(data.get("type")), str(data.get("id"))) if isinstance(data, dict) else None


class Document(Part):
    data: Annotated[list[Any], Field(max_length=1_000)]
    included: Any = None
    links: Any = None


class Attributes(Part):
    """The attributes of a post or of a discussion that are read."""

    title: Text = ""
    slug: Text = ""
    number: Count = None
    createdAt: Any = None  # noqa: N815  # the name in the answer
    lastPostedAt: Any = None  # noqa: N815
    editedAt: Any = None  # noqa: N815
    hiddenAt: Any = None  # noqa: N815
    contentType: Text = ""  # noqa: N815
    contentHtml: Text = ""  # noqa: N815
    commentCount: Count = None  # noqa: N815
    likesCount: Count = None  # noqa: N815
    viewCount: Count = None  # noqa: N815
    displayName: Text = ""  # noqa: N815
    username: Text = ""
    isHidden: Flag = False  # noqa: N815
    isSticky: Flag = False  # noqa: N815


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page: its items as they come, the resources included with them, and the offset of the next page."""

    items: list[Any]
    included: Mapping[tuple[str, str], Item]
    next: int | None


@dataclass(frozen=True, slots=True)
class Forum:
    base: str
    http: httpx2.Client
    token: str = ""
    requests: list[str] = field(default_factory=list)
    """The paths of the requests so far."""

    @property
    def host(self) -> str:
        return host_of(self.base)

    def get(self, path: str, query: Mapping[str, str], offset: int) -> ItemPage:
        """One page. Of the address of the next one, only the offset is used. Raises SourceError."""
        params: dict[str, str | int] = {**query, "page[offset]": offset, "page[limit]": PAGE}
        headers = {"Accept": "application/vnd.api+json"} | (
            {"Authorization": f"Token {self.token}"} if self.token else {}
        )
        self.requests.append(path)
        refusals = (WITH_TOKEN if self.token else WITHOUT_TOKEN).about(host=self.host)
        answer = fetch(self.http, f"{self.base}/api/{path}", params=params, headers=headers, refusals=refusals)
        document = answer_of(Document, answer)
        return ItemPage(document.data, _index(document.included), _next(document, offset))


def mention_of(post: Item, discussion: Item, included: Mapping[tuple[str, str], Item], base: str) -> RawMention | None:
    """A post as a mention; None for an event, such as a change of the title.

    Its id is discussion/number, because a reply names the number of the post that it answers.
    """
    own, topic = Attributes.model_validate(post.attributes), Attributes.model_validate(discussion.attributes)
    if own.contentType not in ("", "comment"):
        return None
    number = own.number or 1
    user = Attributes.model_validate(_related_item(post, "user", included).attributes)
    return RawMention(
        external_id=f"{discussion.id}/{number}",
        url=f"{base}/d/{_slug(discussion.id, topic.slug)}/{number}",
        title=html.escape(topic.title, quote=False),
        text=own.contentHtml,
        html=True,
        author=user.displayName or user.username,
        author_id=user.username,
        platform="flarum",
        outlet=host_of(base),
        published_at=moment(own.createdAt) or (moment(topic.createdAt) if number == 1 else None),
        edited_at=moment(own.editedAt),
        thread_id=f"{discussion.id}/1",
        parent_id=_parent(own, number, discussion.id),
        engagement=_engagement(post, own, topic, number),
        deleted=own.isHidden or topic.isHidden or bool(own.hiddenAt or topic.hiddenAt),
    )


def posts_of(discussion: Item, included: Mapping[tuple[str, str], Item]) -> Iterator[Item]:
    """The opening post, as far as the answer holds it, and the post that the search found in the discussion."""
    first, relevant = discussion.of("firstPost"), discussion.of("mostRelevantPost")
    author = {"user": discussion.relationships.get("user")}
    opening = Item(id=first[1] if first else "", type="posts", attributes={"number": 1}, relationships=author)
    yield included.get(first, opening) if first else opening
    if relevant and relevant != first and relevant in included:
        yield included[relevant]


def _related_item(item: Item, name: str, included: Mapping[tuple[str, str], Item]) -> Item:
    key = item.of(name)
    return included.get(key, Item(id="")) if key else Item(id="")


def _slug(number: str, slug: str) -> str:
    """Flarum 2 writes the number into the slug, Flarum 1 does not."""
    return slug if slug.startswith(number) else "-".join(filter(None, (number, slug)))


def _parent(own: Attributes, number: int, discussion: str) -> str | None:
    """The post that the first mention in the text links to, if it is in this discussion; else the opening post."""
    if number == 1:
        return None
    tag = ANSWERS_TO.search(own.contentHtml)
    where, above = (LINK_TO.search(tag[1]), NUMBER.search(tag[1])) if tag else (None, None)
    here = above and (where is None or where[1] == discussion)
    return f"{discussion}/{above[1] if above and here else 1}"


def _engagement(post: Item, own: Attributes, topic: Attributes, number: int) -> dict[str, int]:
    likes = post.relationships.get("likes")
    listed = likes.get("data") if isinstance(likes, dict) else None
    counts = {
        "likes": own.likesCount if own.likesCount is not None else len(listed) if isinstance(listed, list) else None,
        "comments": max(topic.commentCount - 1, 0) if number == 1 and topic.commentCount is not None else None,
        "views": topic.viewCount if number == 1 else None,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _index(values: object) -> dict[tuple[str, str], Item]:
    items: dict[tuple[str, str], Item] = {}
    for value in values if isinstance(values, list) else []:
        try:
            item = Item.model_validate(value)
        except ValueError:
            continue
        items[item.type, item.id] = item
    return items


def _next(document: Document, offset: int) -> int | None:
    link = document.links.get("next") if isinstance(document.links, dict) else None
    if not isinstance(link, str) or not document.data:
        return None
    stated = parse_qs(urlsplit(link).query, max_num_fields=50).get("page[offset]", [""])[0]
    is_further = stated.isascii() and stated.isdigit() and offset < int(stated) < 10**9
    return int(stated) if is_further else offset + len(document.data)
