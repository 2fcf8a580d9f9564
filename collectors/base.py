"""What a collector is: a declaration, and a function that yields pages of raw mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import httpx2
from pydantic import BaseModel

from ground.notice import Json, Notice
from ground.place import Place

Cursor = Mapping[str, Json]
"""What the next run needs to know of this one: validators, ids, dates. JSON, so that it fits in a column."""

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RawMention:
    """One public message as its platform gave it. Nothing here is trusted or cleaned yet.

    Either `external_id` or `url` identifies it within its collector's kind. Where the collector made `external_id` up
    from what is said and when, `undated_id` is made up of the same without the date: by it a reading that knows the
    date and one that does not find what the other has stored. `published_at` is aware, or None when
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
    undated_id: str = ""


class Broken(NamedTuple):
    """An item that could not be read: its id or "", why, and the start of its words where they were found."""

    id: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some mentions, and the cursor that is true once they are stored: the two are written together or not at all.

    `asked` is the pause the platform asks for (Retry-After, ttl, sy:updatePeriod). `moved_to` is the new permanent
    address of the source. `warning` is a sentence for the person who set up the source, for instance that a cap was
    reached. `broken` lists items that could not be read: they are quarantined, never dropped in
    silence. A backfill sets `reached`: everything from there to the end of its window has been given.
    """

    mentions: tuple[RawMention, ...]
    cursor: Cursor
    asked: timedelta | None = None
    moved_to: str | None = None
    warning: Notice | None = None
    broken: tuple[Broken, ...] = ()
    unchanged: bool = False
    reached: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, both ends aware: from `since`, up to but without `until`."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a mention of that date belongs to this window. One without a date always does.

        A backfill that left it out would lose it in silence. It is stored with the date at which its page begins, which
        is marked as a guess.
        """
        return at is None or self.since <= at < self.until


class SourceError(Exception):
    """The source could not be read. The text tells the person who set it up what happened, and what to do about it."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))


class SourceBusy(SourceError):
    """The platform asks us to come back later. `wait` is the least pause; None when it names none."""

    def __init__(self, text: str, *, wait: timedelta | None = None, **args: Json) -> None:
        super().__init__(text, **args)
        self.wait = wait


class SourceOverBudget(SourceBusy):
    """The next request would cost more than is left, so it was not sent. `left` is what may still be spent."""

    def __init__(self, text: str, *, left: int = 0, wait: timedelta | None = None, **args: Json) -> None:
        super().__init__(text, wait=wait, **args)
        self.left = left


class SourceChanged(SourceError):
    """The platform answers in another shape than it documents: the maintainers of the collector have to look."""


class SourceRefused(SourceError):
    """Asking again is useless until a person does something, so the source pauses. `gone` means for ever (410)."""

    def __init__(self, text: str, *, gone: bool = False, **args: Json) -> None:
        super().__init__(text, **args)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Spend:
    """What a request uses up of a meter: at most `most`; `of` computes from the answer how much it was in the end.

    It travels as `extensions={"spend": Spend(…)}` of the request. Production's client takes it from the allowance
    before it sends anything, and raises SourceOverBudget where too little is left; any other client ignores it.
    """

    meter: str
    most: int
    of: Callable[[httpx2.Response], int] | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that runs out: money, or calls that a platform counts.

    `limit` is a whole number of units per `period`, or the name of the field of the params that holds it, in units
    divided by `scale` (dollars, where the unit is a millionth of one). Days begin at midnight in `zone`. The count is
    shared by all sources that use the same secrets (`whose="key"`), or kept for each source.
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
    """The content of an inbound request: mentions, answers to a survey, things to look up at the next reading.

    `inbox` holds what only names something, such as an id to ask for. It is stored, the source is read at once, and its
    `pages` find all of it as the list `inbox` in their cursor. `broken` is as in Page. `reply` is the text to answer
    with, where the platform expects one (a challenge). `status` is the status to answer with, where the platform does
    not accept just any of the 200s as success. `delivery` is the name that the sender gave to this delivery: the same
    one is taken once within a day.
    """

    mentions: tuple[RawMention, ...] = ()
    answers: tuple[Answer, ...] = ()
    inbox: tuple[Json, ...] = ()
    broken: tuple[Broken, ...] = ()
    reply: str | None = None
    status: int = 202
    delivery: str = ""


class Unsigned(Exception):
    """We cannot tell that an inbound request is from its alleged sender: its signature is missing, wrong or too old."""


Group = Literal["own", "web", "forums", "social", "video", "reviews", "surveys"]
Ids = Literal["platform", "feed", "source"]
"""Within what an id is unique: on a whole host (`platform`), in one `source`, or nowhere for sure (`feed`)."""


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
    with a cursor of its own, and can be stopped and resumed. `stream` never ends by itself: it yields pages as things
    happen, in a process of its own; a page without mentions only moves its cursor. `receive` reads a request to the
    source's own address; it raises Unsigned, or SourceError for what cannot be read.

    `ids` says within what the ids of its mentions are unique. On a `platform` the same id on the same host is the same
    mention, whichever source brings it. A `feed` promises nothing about its guids: each item is known by guid, link and
    words together. Ids that the sender makes up are unique within the `source`. Stored fingerprints depend on it:
    another value takes a migration. Where several kinds read one platform, `family` is the kind whose ids they share,
    so that the same id from two of them is one mention.

    `address` names the param that holds the address to read, or the host; "" where nothing is read. When a source has
    moved for good, its new address is written there. `brings` says what arrives: mentions, or answers to a survey,
    which do not say what brand they are about, so that their source needs one. `rank` puts a kind that people begin
    with before the others of its group, 1 first.

    `gap` is the least pause between two requests to the host, whoever makes them.

    `recognise` looks at an address that somebody pasted, or at the name of a brand, and returns the params with which
    this kind reads it: none where it is not for this kind, several where there are several things to read. It asks
    nobody: what the page says was read before. Where a key is needed, the params are what is known without it.
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
    recognise: Callable[[Place], Sequence[Mapping[str, Json]]] | None = None
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
