"""What a rule, a verdict, a message and a channel are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Generic, Literal, Protocol, TypeVar

import httpx2
from pydantic import BaseModel

from ground.notice import Notice

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
State = Literal["pending", "firing", "recovering", "resolved"]
Why = Literal["opened", "worsened", "reminder", "resolved"]
Language = Literal["en", "fr"]
Counted = Literal["detractors", "promoters", "mentions"]

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was said of one brand over one hour. `mentions` counts all, the stances count stories, not copies."""

    start: datetime
    mentions: int = 0
    stories: int = 0
    promoters: int = 0
    passives: int = 0
    detractors: int = 0


@dataclass(frozen=True, slots=True)
class BrandHours:
    """All a rule may know: the hours of a brand, oldest first and without holes, the last one perhaps unfinished.

    `born` is when the first mention of the brand was published or collected: detectors are stricter in its first
    fortnight.
    """

    now: datetime
    buckets: Sequence[Bucket]
    born: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """One evaluation. `level` against `threshold` tells how sure; the rest are the facts that explain it.

    `observed` of `total` stories in the last `window_hours` were `counted`, where `expected` would have been usual;
    `since` is the start of that window. Shares are 0 to 1. A rule leaves out what it does not know.
    """

    firing: bool
    level: float
    threshold: float
    severity: Severity = "warning"
    observed: float = 0
    expected: float | None = None
    total: int = 0
    share: float | None = None
    usual_share: float | None = None
    window_hours: int = 1
    since: datetime | None = None
    counted: Counted = "detractors"


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """The declaration of one kind of rule.

    `sentence` says what a rule does, for the list of rules; it is given the params and the name of the brand.
    `history` is how much past `evaluate` needs.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    evaluate: Callable[[P, BrandHours], Verdict]
    sentence: Callable[[P, str], Notice]
    help: Mapping[str, str] = field(default_factory=dict)
    history: timedelta = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Sample:
    """A mention that is shown in a message, already plain text."""

    text: str
    author: str
    outlet: str
    url: str | None
    published_at: datetime
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why it rings, in facts: what changed, since when, what they say, who started, how far it reaches."""

    observed: float
    expected: float | None
    total: int
    share: float | None
    usual_share: float | None
    window_hours: int
    since: datetime | None
    words: tuple[str, ...] = ()
    first_mention: Sample | None = None
    top_source: str | None = None
    samples: tuple[Sample, ...] = ()
    reach: int | None = None
    customers_at_risk: tuple[int, int] | None = None
    counted: Counted = "detractors"


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """What is told of an incident, and `why` now. `sequence` counts the messages of one reason, from 1."""

    id: str
    why: Why
    sequence: int
    brand: str
    rule: str
    rule_kind: str
    severity: Severity
    state: State
    opened_at: datetime
    explanation: Explanation
    kind: Literal["incident"] = "incident"

    @property
    def opens_thread(self) -> bool:
        """Whether it is the first message about this incident, which later ones refer to."""
        return self.why == "opened"


Subject = IncidentNotice
"""What a message is about: a union by `kind`, of one so far. Each has an `id`, which threads its messages, and a `why`.

Whoever adds a kind, such as a source or a digest, is led by mypy to what depends on it: `render.content` for people,
`webhook.payload` for programs.
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends: a notice of its `subject`, in the reader's language and time zone.

    `id` is stable across retries. `url` is our page about the subject. Times are aware; `timezone` is an IANA name.
    A `test` says that it is one.
    """

    id: str
    at: datetime
    url: str
    subject: Subject
    language: Language = "en"
    timezone: str = "UTC"
    test: bool = False


class Wire(Protocol):
    """The way out, given by the caller: leaves open no socket of their own."""

    @property
    def http(self) -> httpx2.Client: ...
    def mail(self, message: EmailMessage) -> None:
        """Hands a mail to the configured server. Raises DeliveryError."""
        ...


class DeliveryError(Exception):
    """A message did not arrive. `permanent`: trying again is useless. `wait`: the receiver asks for a pause.

    `ambiguous`: it may have arrived (time-out after sending): a repeat carries the same id.
    `gone`: the address is closed for ever, the channel is to be disabled.
    """

    def __init__(
        self,
        text: str,
        *,
        permanent: bool = False,
        wait: timedelta | None = None,
        ambiguous: bool = False,
        gone: bool = False,
    ) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.wait = wait
        self.ambiguous = ambiguous
        self.gone = gone


@dataclass(frozen=True, slots=True)
class ChannelKind(Generic[P]):
    """The declaration of one kind of channel. Fields of `params` that are SecretStr are sealed at rest and masked.

    `new_secret` makes the param `secret` of a new channel whose owner gave none; it is shown to them once.
    `by_mail`: it can send only where a mail server is set up.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    send: Callable[[P, Message, Wire], None]
    help: Mapping[str, str] = field(default_factory=dict)
    new_secret: Callable[[], str] | None = None
    by_mail: bool = False


AnyRule = Rule[Any]
AnyChannel = ChannelKind[Any]
