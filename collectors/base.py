"""What a collector is: a declaration, and a function that yields pages of raw mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

import httpx2
from pydantic import BaseModel

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Cursor = Mapping[str, Json]
"""What the next run must know of this one: validators, ids, dates. JSON, so that it fits in a column."""

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RawMention:
    """One public message as its platform gave it. Nothing here is trusted or cleaned yet.

    Either `external_id` or `url` identifies it within its collector's kind. `published_at` is aware, or None when
    the platform does not say. `html` tells whether `title` and `text` are markup. `rating` counts from 0 to
    `rating_scale`. `engagement` holds counts as given: likes, shares, comments, views.
    """

    external_id: str
    url: str | None = None
    title: str = ""
    text: str = ""
    html: bool = False
    author: str = ""
    author_id: str = ""
    author_followers: int | None = None
    platform: str = ""
    outlet: str = ""
    language: str | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    thread_id: str | None = None
    parent_id: str | None = None
    rating: float | None = None
    rating_scale: float | None = None
    reach: int | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some mentions, and the cursor that is true once they are stored: the two are written together or not at all.

    `asked` is the pause the platform asks for (Retry-After, ttl, sy:updatePeriod). `moved_to` is the new permanent
    address of the source. `warning` is a sentence for who set the source up, for instance that a cap was reached.
    `broken` lists items that could not be read, as (id or "", reason): they are quarantined, never lost in silence.
    """

    mentions: tuple[RawMention, ...]
    cursor: Cursor
    asked: timedelta | None = None
    moved_to: str | None = None
    warning: Notice | None = None
    broken: tuple[tuple[str, str], ...] = ()
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in English with {named} places, so that it can be translated before they are filled."""

    text: str
    args: Mapping[str, Json] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.args)


class SourceError(Exception):
    """The source could not be read. The text is for who set it up: what happened, and what to do about it."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))


class SourceBusy(SourceError):
    """The platform asks us to come back later: `wait` is the least pause, when it says one."""

    def __init__(self, text: str, *, wait: timedelta | None = None, **args: Json) -> None:
        super().__init__(text, **args)
        self.wait = wait


class SourceRefused(SourceError):
    """Asking again changes nothing until a person does something: the source pauses. `gone` means for ever (410)."""

    def __init__(self, text: str, *, gone: bool = False, **args: Json) -> None:
        super().__init__(text, **args)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Collector(Generic[P]):
    """The declaration of one kind of source: the scheduler, the forms, the API and the docs read it.

    `title` and `help` are {"en": …, "fr": …}. `history` says in words how far back the first run can go.
    `cost` is money per mention in US dollars, or None when reading is free. `polled` is false for kinds that are
    pushed to us. `retention_days` and `may_train` state the platform's terms, None and True when it has none.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    pages: Callable[[P, Cursor, httpx2.Client], Iterator[Page]]
    help: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    auth: Literal["none", "key", "token", "password", "oauth"] = "none"
    min_interval: timedelta = timedelta(minutes=15)
    default_interval: timedelta = timedelta(hours=1)
    history: Mapping[str, str] = field(default_factory=dict)
    cost: float | None = None
    retention_days: int | None = None
    may_train: bool = True
    polled: bool = True
    hidden: bool = False


AnyCollector = Collector[Any]
