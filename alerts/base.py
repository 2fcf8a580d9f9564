"""What a rule, a verdict, a message and a channel are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
class HourCounts:
    """What one hour brought for a brand. `mentions` counts all of them; the stances count stories, not copies. The
    `stories` of no stance are those of which the model is unsure."""

    start: datetime
    mentions: int = 0
    stories: int = 0
    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    @property
    def unsure(self) -> int:
        return max(0, self.stories - self.promoters - self.passives - self.detractors)


@dataclass(frozen=True, slots=True)
class BrandHours:
    """All that a rule knows of a brand: its hours, oldest first and without holes, the last one perhaps unfinished.

    `born` is when the brand's first mention was published: detectors are stricter in the fortnight after.
    """

    now: datetime
    counts: Sequence[HourCounts]
    born: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one evaluation. `level` against `threshold` says how sure it is; the rest are facts to explain it.

    Of the `total` stories in the last `window_hours`, `observed` were `counted`, where `expected` would have been
    usual; `unsure` are to check and may be among them; `since` is the start of that window. Shares are 0 to 1. A rule
    leaves out what it does not know.
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
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known of a brand at one moment of its past, while a rule is tried on it.

    The `counts` begin at the same hour at every moment of one replay, and are good until the next moment is asked for;
    `changed` is the index of the first that differs from the moment before, their number where none does.
    """

    now: datetime
    counts: Sequence[HourCounts]
    born: datetime
    changed: int


@dataclass(frozen=True, slots=True)
class Dial(Generic[P]):
    """The one param that makes a kind of rule speak more or less often: a higher value means fewer alarms.

    A verdict fires from that value on, whatever else it depends on. `levels` are the values worth comparing, from the
    lowest, for a rule with these params.
    """

    param: str
    levels: Callable[[P], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """The declaration of one kind of rule.

    `sentence` says what a rule does, for the list of rules; it is given the params and the name of the brand.
    `history` is how much past `evaluate` needs. `replay` gives the verdict at each moment, as `evaluate` would from
    scratch, in less time: of one that does not fire, only that counts. `dial` is what a back-test varies.
    `not_replayed` says why a kind cannot be tried on the past, where what it looks at is not kept.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    evaluate: Callable[[P, BrandHours], Verdict]
    sentence: Callable[[P, str], Notice]
    help: Mapping[str, str] = field(default_factory=dict)
    history: timedelta = timedelta(days=60)
    replay: Callable[[P, Iterable[Moment]], Iterator[Verdict]] | None = None
    dial: Dial[P] | None = None
    not_replayed: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A mention as a message shows it, in plain text."""

    text: str
    author: str
    outlet: str
    url: str | None
    published_at: datetime
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class OneText:
    """A text that several passed on: how many mentions it makes, by how many accounts, and which share of them all."""

    mentions: int
    accounts: int
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts of an incident: what changed, since when, what people say, who started, how far it reaches.

    The window began at `since`, what it found at `beginning`: the first hour above the usual range. `words` are phrases
    of one to three words, `quote` is one sentence that holds them. `unsure` counts the stories of the window that are
    to check. Explanations of former versions are stored without the fields from `beginning` on.
    """

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
    unsure: int = 0
    beginning: datetime | None = None
    quote: str | None = None
    one_text: OneText | None = None


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """What a message says about an incident, and `why` now. `sequence` counts the messages of one reason, from 1."""

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

To whoever adds a kind, such as a source or a digest, mypy shows what depends on it: `render.content` for people,
`webhook.payload` for programs.
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends: a notice of its `subject`, in the reader's language and time zone.

    `id` is stable across retries. `url` is our page about the subject. Times are aware; `timezone` is an IANA name.
    A `test` says that it is one. It stands for as many `suppressed` ones, which the channel did not want in one hour.
    """

    id: str
    at: datetime
    url: str
    subject: Subject
    language: Language = "en"
    timezone: str = "UTC"
    test: bool = False
    suppressed: int = 0


class Wire(Protocol):
    """The way out, which the caller passes in: channels open no sockets themselves."""

    @property
    def http(self) -> httpx2.Client: ...
    def mail(self, message: EmailMessage) -> None:
        """Hands a mail to the configured server. Raises DeliveryError."""
        ...


class DeliveryError(Exception):
    """A message did not arrive. The text is a sentence for whoever set the channel up.

    `permanent`: trying again is useless. `wait`: the receiver asks for a pause. `ambiguous`: it may have arrived
    anyway, because the time ran out after sending; a repeat carries the same id. `gone`: the address is closed for
    ever, so the channel must be disabled.
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

    `new_secret` makes the param `secret` of a new channel whose owner gave none; it is shown to the owner once.
    `by_mail`: it can send only where a mail server is set up. `hosts`: where its addresses lead, over https; none where
    they may lead anywhere.
    """

    kind: str
    title: Mapping[str, str]
    params: type[P]
    send: Callable[[P, Message, Wire], None]
    help: Mapping[str, str] = field(default_factory=dict)
    new_secret: Callable[[], str] | None = None
    by_mail: bool = False
    hosts: tuple[str, ...] = ()


AnyRule = Rule[Any]
AnyChannel = ChannelKind[Any]
