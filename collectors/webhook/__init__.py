"""Mentions that any tool sends as JSON to the address of a source; paths say where each field is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from collectors._kit.answers import excerpt_of
from collectors._kit.fields import Line, Params
from collectors._kit.inbound import json_of, pages
from collectors._kit.signatures import check_standard, check_vigie
from collectors._kit.texts import texts_of
from collectors.base import Broken, Collector, Inbound, RawMention, Received, SourceError, Unsigned
from ground.dates import Order, order_of, read_date
from ground.notice import Json

from .paths import at, steps_of

ITEMS_MAX = 1_000


def _path(text: str) -> str:
    steps_of(text)
    return text


Path = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_path)]


class Webhook(Params):
    """Where each field of a mention is, in the JSON that is sent."""

    items: Path = Field(
        "",
        title="Where the mentions are",
        description="The path of the list, for instance data.items. Left empty, the whole body is one mention, or a "
        "list of them.",
        examples=["data.items"],
    )
    id: Path = Field(
        "id", title="Id", description="Relative to the mention; a path that begins with $. starts from the whole body."
    )
    text: Path = Field("text", title="Text", description="Several are joined: blocks[*].text.", examples=["body"])
    title: Path = Field("title", title="Title")
    link: Path = Field("url", title="Link", description="The address of the mention.")
    author: Path = Field("author", title="Author", examples=["user.name"])
    author_id: Path = Field("author_id", title="Id of the author")
    author_followers: Path = Field("author_followers", title="Followers of the author")
    date: Path = Field(
        "published_at", title="Date", description="ISO 8601, Unix time or in words; without a zone, UTC."
    )
    language: Path = Field("language", title="Language")
    rating: Path = Field("rating", title="Rating")
    rating_scale: float = Field(5, gt=0, le=1_000, title="Highest rating", description="5 for stars, 10, 20 or 100.")
    platform: Path = Field("platform", title="Platform")
    platform_name: Line = Field(
        "", title="Name of the platform", description="Used where the JSON does not say it.", examples=["zendesk"]
    )
    outlet: Path = Field("outlet", title="Outlet")
    thread_id: Path = Field("thread_id", title="Id of the thread")
    parent_id: Path = Field("parent_id", title="Id of what it replies to")
    likes: Path = Field("likes", title="Likes")
    shares: Path = Field("shares", title="Reshares")
    comments: Path = Field("comments", title="Comments")
    reach: Path = Field("reach", title="Reach")
    html: bool = Field(False, title="Texts are HTML")
    secret: SecretStr | None = Field(
        None,
        title="Secret",
        description="What the sender signs with, as X-Vigie-Signature or as Standard Webhooks. Without one, whoever "
        "knows the address may send.",
    )


class _Unread(ValueError):
    """An item cannot be read. The text says why."""


def receive(params: Webhook, request: Inbound) -> Received:
    """The mentions of one request. Raises Unsigned, SourceError."""
    if request.method != "POST":
        return Received()
    delivery = _check_signature(params, request)
    body = json_of(request)
    mentions: list[RawMention] = []
    broken: list[Broken] = []
    items = _items(params, body)
    order = order_of(_line(_first(params.date, item, body)) for item in items)
    for number, item in enumerate(items, start=1):
        try:
            mentions.append(_mention(params, item, body, order))
        except _Unread as error:
            broken.append(
                Broken(_line(_first(params.id, item, body)) or f"item {number}", str(error), excerpt_of(item))
            )
    return Received(tuple(mentions), broken=tuple(broken), delivery=delivery)


def _check_signature(params: Webhook, request: Inbound) -> str:
    """The name of the delivery. Raises Unsigned when there is a secret and the request is not signed with it."""
    if params.secret is None:
        return (request.headers.get("webhook-id") or request.headers.get("idempotency-key") or "")[:255]
    secret = params.secret.get_secret_value()
    if "x-vigie-signature" in request.headers:
        return check_vigie(secret, request.headers, request.body, request.now)
    if "webhook-signature" in request.headers:
        return check_standard(secret, request.headers, request.body, request.now)
    raise Unsigned("sign the request: X-Vigie-Signature, or the headers of Standard Webhooks")


def _items(params: Webhook, body: Json) -> list[Json]:
    values = [*at(params.items, body)] if params.items else [body]
    if params.items and not values:
        raise SourceError("there is nothing at {path}: check where the mentions are", path=params.items)
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    if len(items) > ITEMS_MAX:
        raise SourceError("more than {n} mentions came at once: send them in parts", n=ITEMS_MAX)
    return items


def _mention(params: Webhook, item: Json, body: Json, order: Order | None) -> RawMention:
    if not isinstance(item, dict):
        raise _Unread("it is not a JSON object")

    def first(path: str) -> Json:
        return _first(path, item, body)

    title, link, author = (_line(first(path)) for path in (params.title, params.link, params.author))
    text = "\n".join(filter(None, map(_line, _values(params.text, item, body))))
    if not (text or title):
        raise _Unread(f"there is no text at {params.text!r} and no title at {params.title!r}")
    date = _line(first(params.date))
    published = _moment(date, order)
    rating = _rating(first(params.rating), params.rating_scale)
    external_id, undated_id = _ids(_line(first(params.id)) or link, published, author, title, text)
    return RawMention(
        external_id=external_id,
        undated_id=undated_id,
        url=link or None,
        title=title,
        text=text,
        html=params.html,
        author=author,
        author_id=_line(first(params.author_id)),
        author_followers=_count(first(params.author_followers)),
        platform=_line(first(params.platform)) or params.platform_name,
        outlet=_line(first(params.outlet)),
        language=_line(first(params.language)) or None,
        published_at=published,
        date_spelling="" if published else date,
        thread_id=_line(first(params.thread_id)) or None,
        parent_id=_line(first(params.parent_id)) or None,
        rating=rating,
        rating_scale=params.rating_scale if rating is not None else None,
        reach=_count(first(params.reach)),
        engagement=_engagement(params, first),
    )


def _moment(spelling: str, order: Order | None) -> datetime | None:
    """The date in UTC, which it is taken to be in where it names no zone."""
    read = read_date(spelling, order=order, zone=UTC)
    return read.astimezone(UTC) if read else None


def _engagement(params: Webhook, first: Callable[[str], Json]) -> dict[str, int]:
    counts = {name: _count(first(getattr(params, name))) for name in ("likes", "shares", "comments")}
    return {name: count for name, count in counts.items() if count is not None}


def _rating(value: Json, scale: float) -> float | None:
    """A rating from 0 to `scale`; None for any other."""
    rating = _number(value)
    return rating if rating is not None and 0 <= rating <= scale else None


def _ids(given: str, published: datetime | None, author: str, *words: str) -> tuple[str, str]:
    """The id of a mention, made up where none was given, and then the one that it has where its date is not known."""
    if given:
        return given, ""
    return _digest(author, str(published), *words), _digest(author, str(None), *words)


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _values(path: str, item: Json, body: Json) -> Iterator[Json]:
    """The values at a path: within the item, or within the whole body where it begins with `$`."""
    return at(path, body if path.startswith("$") else item) if path else iter(())


def _first(path: str, item: Json, body: Json) -> Json:
    return next(_values(path, item, body), None)


def _line(value: Json) -> str:
    """A text, or a number as text, exact even beyond 2^53; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _number(value: Json) -> float | None:
    try:
        return None if isinstance(value, bool) else float(str(value).strip().replace(",", "."))
    except ValueError:
        return None


def _count(value: Json) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number < 2**53 else None


collector = Collector(
    kind="webhook",
    **texts_of(__name__),
    params=Webhook,
    pages=pages,
    receive=receive,
    ids="source",
    group="own",
    auth="none",
    polled=False,
)
