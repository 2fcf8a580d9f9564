"""What a collector is: a declaration, and a function that yields pages of raw mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

import httpx2
from pydantic import BaseModel

from ground.notice import Json, Notice

Cursor = Mapping[str, Json]
"""What the next run must know of this one: validators, ids, dates. JSON, so that it fits in a column."""

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RawMention:
    """One public message as its platform gave it. Nothing here is trusted or cleaned yet.

    Either `external_id` or `url` identifies it within its collector's kind. `published_at` is aware, or None when
    the platform does not say, or says something that is no date: `date_spelling` is what it said then. `html` tells
    whether `title` and `text` are markup. `rating` counts from 0 to `rating_scale`. `engagement` holds counts as
    given: likes, shares, comments, views.
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
    date_spelling: str = ""
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
    `reached` is told by a backfill: everything from there to the end of its window has been given.
    """

    mentions: tuple[RawMention, ...]
    cursor: Cursor
    asked: timedelta | None = None
    moved_to: str | None = None
    warning: Notice | None = None
    broken: tuple[tuple[str, str], ...] = ()
    unchanged: bool = False
    reached: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, both ends aware: from `since`, up to but without `until`."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether what was written at that moment belongs to this window. What has no date always does.

        A backfill that left it out would lose it in silence; stored, it is dated where its page begins, and its date
        is marked as a guess.
        """
        return at is None or self.since <= at < self.until


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


class SourceOverBudget(SourceBusy):
    """Reading on would cost more than was allowed: nothing was asked. `left` is what may still be spent."""

    def __init__(self, text: str, *, left: int = 0, wait: timedelta | None = None, **args: Json) -> None:
        super().__init__(text, wait=wait, **args)
        self.left = left


class SourceChanged(SourceError):
    """The platform answers in another shape than it promised: whoever maintains the collector has to look."""


class SourceRefused(SourceError):
    """Asking again changes nothing until a person does something: the source pauses. `gone` means for ever (410)."""

    def __init__(self, text: str, *, gone: bool = False, **args: Json) -> None:
        super().__init__(text, **args)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Spend:
    """What a request uses up of a meter: at most `most`; `of` tells from the answer how much it was in the end.

    It travels as `extensions={"spend": Spend(…)}` of the request. The client that production gives to collectors takes
    it from the allowance before anything is sent, and raises SourceOverBudget where too little is left; any other
    client ignores it.
    """

    meter: str
    most: int
    of: Callable[[httpx2.Response], int] | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that runs out: money, or calls that a platform counts.

    `limit` is a whole number of units per `period`, or the name of the field of the params that holds it, in units
    divided by `scale` (dollars, where the unit is a millionth of one). Days begin at midnight in `zone`. What is
    counted is shared by all sources that use the same secrets (`whose="key"`), or counted for each source.
    """

    limit: int | str
    period: Literal["day", "month"]
    scale: int = 1
    whose: Literal["source", "key"] = "source"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request that a platform or a tool sent to the address of a source. Header names are in lower case."""

    method: Literal["GET", "POST"]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a survey: `score` from 0 to 10, `answered_at` aware, `respondent` the tool's own reference."""

    external_id: str
    score: int
    answered_at: datetime
    comment: str = ""
    channel: str = ""
    respondent: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What an inbound request came to: mentions, answers to a survey, things to look up at the next reading.

    `inbox` holds what only names something (an id to be asked for): it is kept, the source is read at once, and its
    `pages` find all that is kept as the list `inbox` in their cursor. `broken` is as in Page. `reply` is the text to
    answer with, where the platform expects one (a challenge); `status` is the one it takes for success, where it is not
    content with any of the 200s. `delivery` names this delivery, where the sender names it: the same one is taken once
    within a day.
    """

    mentions: tuple[RawMention, ...] = ()
    answers: tuple[Answer, ...] = ()
    inbox: tuple[Json, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    reply: str | None = None
    status: int = 202
    delivery: str = ""


class Unsigned(Exception):
    """An inbound request is not from whom it claims to be: its signature is missing, wrong or too old."""


Group = Literal["own", "web", "forums", "social", "video", "reviews", "surveys"]
Ids = Literal["platform", "link", "source"]
"""How far an id reaches: it is one mention on a whole host (`platform`), at one `link`, or of one `source`."""


@dataclass(frozen=True, slots=True)
class Collector(Generic[P]):
    """The declaration of one kind of source: the scheduler, the cost guard, the forms, the API and the docs read it.

    Texts are {"en": …, "fr": …}, and come from the Markdown file beside the kind by `**texts_of(__name__)`: `title`
    names the kind, `help` says in a sentence or two what it brings, `steps` say, one by one, how to get the key or the
    address it asks for, `blind` says, one by one, what it cannot see, `history` says how far back the first run can go,
    and `units` name what each of the `meters` counts. `history_days` is the bound that the platform sets to its history
    (None: none is known). `platform` is the name that its mentions carry, in lower case.

    `cost` is money per mention in US dollars, or None when reading is free; `meters` are what runs out, by name.
    `polled` is false for kinds that are sent to us. `retention_days` and `may_train` state the platform's terms, None
    and True when it has none; `deletions` tells whether what is deleted there is deleted here.

    `pages` reads what is new since the cursor. `backfill`, where there is one, reads what was published in a window,
    with a cursor of its own, and may be stopped and gone on with. `stream` never ends by itself: it yields pages as
    things happen, in a process of its own; a page without mentions only moves its cursor. `receive` reads what was
    sent to the source's own address; it raises Unsigned, or SourceError for what cannot be read.

    `ids` tells how far the ids of its mentions reach. On a `platform` the same id on the same host is the same mention,
    whichever source brings it. Feeds of one host may each count from 1: their items are told apart by `link`. Ids that
    the sender makes up hold within the `source`. Stored fingerprints depend on it: another value takes a migration.
    `family` is the kind whose ids these are, where several kinds read one platform: what two of them bring is one
    mention.

    `address` names the param that holds the address that is read, or the host; "" where nothing is read. When a source
    has moved for good, its new address is written there. `brings` says what arrives: mentions, or answers to a survey,
    in which nothing says about which brand they are, so that the source needs one. `rank` puts a kind that people begin
    with before the others of its group, 1 first.

    `gap` is the least pause between two requests to the host, whoever makes them.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    pages: Callable[[P, Cursor, httpx2.Client], Iterator[Page]]
    help: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    blind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    platform: str = ""
    ids: Ids = "platform"
    family: str = ""
    address: str = ""
    brings: Literal["mentions", "answers"] = "mentions"
    group: Group = "web"
    rank: int | None = None
    auth: Literal["none", "key", "token", "password", "oauth"] = "none"
    min_interval: timedelta = timedelta(minutes=15)
    default_interval: timedelta = timedelta(hours=1)
    gap: timedelta | None = None
    history: Mapping[str, str] = field(default_factory=dict)
    history_days: int | None = None
    backfill: Callable[[P, Cursor, Window, httpx2.Client], Iterator[Page]] | None = None
    stream: Callable[[P, Cursor, httpx2.Client], Iterator[Page]] | None = None
    receive: Callable[[P, Inbound], Received] | None = None
    cost: float | None = None
    meters: Mapping[str, Meter] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    retention_days: int | None = None
    may_train: bool = True
    deletions: bool = False
    polled: bool = True
    hidden: bool = False


AnyCollector = Collector[Any]
