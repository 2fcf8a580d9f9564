"""How a Flarum forum is asked (JSON:API), and what a post of it is as a mention."""

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
    Refusal(SourceError, "{host} is no Flarum forum, or not at this address: check it", status={404}),
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
    """A resource: what it is, its number, and its parts as they come."""

    id: str
    type: Text = ""
    attributes: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(default_factory=dict)
    relationships: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        Said.model_validate(self.attributes)
        return self

    def of(self, name: str) -> tuple[str, str] | None:
        """The type and number of what it is related to."""
        found = self.relationships.get(name)
        data = found.get("data") if isinstance(found, dict) else None
        return (str(data.get("type")), str(data.get("id"))) if isinstance(data, dict) else None


class Document(Part):
    data: Annotated[list[Any], Field(max_length=1_000)]
    included: Any = None
    links: Any = None


class Said(Part):
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
class Answer:
    """One page: its items as they come, what is included with them, and where the next begins."""

    items: list[Any]
    included: Mapping[tuple[str, str], Item]
    next: int | None


@dataclass(frozen=True, slots=True)
class Forum:
    base: str
    http: httpx2.Client
    token: str = ""
    asked: list[str] = field(default_factory=list)
    """What was asked so far."""

    @property
    def host(self) -> str:
        return host_of(self.base)

    def get(self, path: str, query: Mapping[str, str], offset: int) -> Answer:
        """Of the address of the next page only the offset is taken."""
        asked: dict[str, str | int] = {**query, "page[offset]": offset, "page[limit]": PAGE}
        headers = {"Accept": "application/vnd.api+json"} | (
            {"Authorization": f"Token {self.token}"} if self.token else {}
        )
        self.asked.append(path)
        refusals = (WITH_TOKEN if self.token else WITHOUT_TOKEN).about(host=self.host)
        answer = fetch(self.http, f"{self.base}/api/{path}", params=asked, headers=headers, refusals=refusals)
        document = answer_of(Document, answer)
        return Answer(document.data, _index(document.included), _next(document, offset))


def mention_of(post: Item, discussion: Item, included: Mapping[tuple[str, str], Item], base: str) -> RawMention | None:
    """A post as a mention. Its id is discussion/number, so that the post replied to has its own. None for what is no
    message: that a title was changed, and the like."""
    said, about = Said.model_validate(post.attributes), Said.model_validate(discussion.attributes)
    if said.contentType not in ("", "comment"):
        return None
    number = said.number or 1
    who = Said.model_validate(_related(post, "user", included).attributes)
    return RawMention(
        external_id=f"{discussion.id}/{number}",
        url=f"{base}/d/{_slug(discussion.id, about.slug)}/{number}",
        title=html.escape(about.title, quote=False),
        text=said.contentHtml,
        html=True,
        author=who.displayName or who.username,
        author_id=who.username,
        platform="flarum",
        outlet=host_of(base),
        published_at=moment(said.createdAt) or (moment(about.createdAt) if number == 1 else None),
        edited_at=moment(said.editedAt),
        thread_id=f"{discussion.id}/1",
        parent_id=_parent(said, number, discussion.id),
        engagement=_engagement(post, said, about, number),
        deleted=said.isHidden or about.isHidden or bool(said.hiddenAt or about.hiddenAt),
    )


def posts_of(discussion: Item, included: Mapping[tuple[str, str], Item]) -> Iterator[Item]:
    """The opening post, as far as it is given, and the one that a search finds in the discussion."""
    first, relevant = discussion.of("firstPost"), discussion.of("mostRelevantPost")
    author = {"user": discussion.relationships.get("user")}
    opening = Item(id=first[1] if first else "", type="posts", attributes={"number": 1}, relationships=author)
    yield included.get(first, opening) if first else opening
    if relevant and relevant != first and relevant in included:
        yield included[relevant]


def _related(item: Item, name: str, included: Mapping[tuple[str, str], Item]) -> Item:
    key = item.of(name)
    return included.get(key, Item(id="")) if key else Item(id="")


def _slug(number: str, slug: str) -> str:
    """Flarum 2 writes the number into the slug, Flarum 1 does not."""
    return slug if slug.startswith(number) else "-".join(filter(None, (number, slug)))


def _parent(said: Said, number: int, discussion: str) -> str | None:
    """The post that the first mention in the text leads to, when it is of this discussion; else the opening one."""
    if number == 1:
        return None
    tag = ANSWERS_TO.search(said.contentHtml)
    where, above = (LINK_TO.search(tag[1]), NUMBER.search(tag[1])) if tag else (None, None)
    here = above and (where is None or where[1] == discussion)
    return f"{discussion}/{above[1] if above and here else 1}"


def _engagement(post: Item, said: Said, about: Said, number: int) -> dict[str, int]:
    likes = post.relationships.get("likes")
    listed = likes.get("data") if isinstance(likes, dict) else None
    given = {
        "likes": said.likesCount if said.likesCount is not None else len(listed) if isinstance(listed, list) else None,
        "comments": max(about.commentCount - 1, 0) if number == 1 and about.commentCount is not None else None,
        "views": about.viewCount if number == 1 else None,
    }
    return {name: count for name, count in given.items() if count is not None}


def _index(values: object) -> dict[tuple[str, str], Item]:
    found: dict[tuple[str, str], Item] = {}
    for value in values if isinstance(values, list) else []:
        try:
            item = Item.model_validate(value)
        except ValueError:
            continue
        found[item.type, item.id] = item
    return found


def _next(document: Document, offset: int) -> int | None:
    link = document.links.get("next") if isinstance(document.links, dict) else None
    if not isinstance(link, str) or not document.data:
        return None
    told = parse_qs(urlsplit(link).query, max_num_fields=50).get("page[offset]", [""])[0]
    return (
        int(told) if told.isascii() and told.isdigit() and offset < int(told) < 10**9 else offset + len(document.data)
    )
