"""A rule tried on the past, under its form: redrawn while the form changes, or by a button where there is no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from alerts.wording import sentences
from app.actions.backtest import RuleToTry, rule_to_try
from app.actions.fields import validate
from app.models import AlertRule
from app.problems import Problem, not_found
from app.queries.backtest import Backtest, Trial, WouldFire, backtest
from app.queries.rules import rule
from app.web import rules
from app.web.charts import label
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, member

router = APIRouter(prefix="/alerts/rules")

USUAL = 90
WIDTH, HEIGHT, NARROWEST = 1000.0, 100.0, 4.0
"""The pictures are drawn in these units; a firing is never narrower than the last."""
STANCES = {"detractors": "detractor", "promoters": "promoter"}
CORRECTABLE = frozenset({404, 409, 422})


@dataclass(frozen=True, slots=True)
class Bar:
    """One firing on the axis of time."""

    x: float
    width: float
    severity: str
    false_alarm: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One firing in words, and when it opened. `feed` opens the mentions that it counted."""

    each: WouldFire
    when: str
    what: str
    feed: str

    @property
    def lasting(self) -> timedelta | None:
        ended = self.each.firing.resolved_at
        return ended - self.each.firing.opened_at if ended else None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the dial. `x` and `y` place it on the curve; `chosen`: it is the one in the form."""

    level: float
    per_month: float
    x: float
    y: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel shows: `found`, or the `problem` for which nothing could be tried."""

    days: int
    problem: Problem | None = None
    found: Backtest | None = None
    bars: Sequence[Bar] = ()
    unknown: float = 0
    """How far the axis of time is before the first mention."""
    lines: Sequence[Line] = ()
    levels: Sequence[Level] = ()
    dial: str = ""
    suggestion: float | None = None

    @property
    def measured(self) -> int:
        """Of how many days there is data."""
        if self.found is None or self.found.data_since is None:
            return 0
        return ceil((self.found.end - max(self.found.start, self.found.data_since)) / timedelta(days=1))

    @property
    def reads_late(self) -> bool:
        """Whether a part of the time is from before the first mention was collected."""
        found = self.found
        return (
            found is not None and found.known_since is not None and found.known_since > found.start + timedelta(days=1)
        )

    @property
    def top(self) -> float:
        """What the top of the curve stands for."""
        return most_of(self.levels)


@router.get("/backtest")
def show_saved(visit: Visit = Depends(member)) -> Response:
    """The saved rule that the address names, tried: the panel for a script, else the page of the rule with it."""
    parameters = visit.request.query_params
    row = find(visit, parameters.get("rule_id", ""))
    if row is None:
        raise not_found("alert rule")
    days = days_of(parameters.get("days", ""))
    shown = tried(visit, RuleToTry(rule_id=row.id, days=days))
    return panel(visit, shown) if is_part(visit) else rules.show_form(visit, rules.form_of(visit, row), shown)


@router.post("/backtest")
def show_typed(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """The rule as it stands in the form, tried. With `level`, the form gets that level of its dial first."""
    row = find(visit, sent.get("rule_id"))
    form = rules.read_form(sent, row)
    chosen = sent.get("level")
    if chosen and form.kind.dial:
        form.values["params"][form.kind.dial.param] = chosen
    days = days_of(sent.get("days"))

    def typed() -> Shown:
        fields = rules.fields_of_action(form.values, visit.viewer.timezone)
        own = {"rule_id": row.id} if row else {}
        wanted = validate(RuleToTry, {**fields, **own, "kind": form.kind.kind, "days": days})
        return tried(visit, wanted)

    shown = attempt(typed, lambda problem: Shown(days, problem), CORRECTABLE)
    if is_part(visit) and not chosen:
        return panel(visit, shown)
    return rules.show_form(visit, replace(form, problem=shown.problem), shown)


def is_part(visit: Visit) -> bool:
    """Whether a script asks for the panel alone."""
    return visit.request.headers.get("HX-Request") == "true"


def panel(visit: Visit, shown: Shown) -> Response:
    return visit.page(None, "backtest.html", trial=shown)


def find(visit: Visit, rule_id: str) -> AlertRule | None:
    """The rule of this id. Raises Problem 404 for one that there is not."""
    try:
        found = UUID(rule_id)
    except ValueError:
        return None
    with visit.services.db.reading() as session:
        return rule(session, visit.viewer, found)


def days_of(typed: str) -> int:
    """How far to go back: one of the periods."""
    return int(typed) if typed in map(str, rules.PERIODS) else USUAL


def tried(visit: Visit, wanted: RuleToTry) -> Shown:
    """Tries a rule, in a transaction of its own. Raises Problem 404, 422."""
    with visit.services.db.reading() as session:
        trial = Trial(*rule_to_try(session, visit.viewer, wanted), rule_id=wanted.rule_id)
        return shown_of(visit, trial, wanted.days, backtest(session, visit.viewer, trial, wanted.days, visit.now))


def shown_of(visit: Visit, trial: Trial, days: int, found: Backtest) -> Shown:
    """What the panel shows of a back-test."""
    dial = trial.kind.dial
    start = max(found.start, found.data_since or found.start)
    return Shown(
        days,
        found=found,
        bars=[bar_of(found, each) for each in found.firings],
        unknown=WIDTH * ((start - found.start) / (found.end - found.start)),
        lines=[line_of(visit, trial.brand_id, each) for each in reversed(found.firings)],
        levels=levels_of(found.sensitivity, getattr(trial.params, dial.param) if dial else None),
        dial=type(trial.params).model_fields[dial.param].title or "" if dial else "",
        suggestion=found.suggestion[0][dial.param] if found.suggestion and dial else None,
    )


def bar_of(found: Backtest, each: WouldFire) -> Bar:
    """Where a firing is on the axis of time."""
    whole = found.end - found.start
    ended = each.firing.resolved_at or found.end
    width = max(NARROWEST, WIDTH * ((ended - each.firing.opened_at) / whole))
    x = min(WIDTH * ((each.firing.opened_at - found.start) / whole), WIDTH - width)
    return Bar(round(x, 1), round(width, 1), each.firing.severity, each.false_alarm)


def line_of(visit: Visit, brand_id: UUID, each: WouldFire) -> Line:
    """A firing in words, and where its mentions are."""
    told = sentences(each.explanation, visit.tongue.code, visit.tongue.zone.key)
    when = label(visit.tongue, each.firing.opened_at, "hour")
    return Line(each, when, told[0] if told else "", "/?" + urlencode(feed_of(brand_id, each)))


def feed_of(brand_id: UUID, each: WouldFire) -> dict[str, str]:
    """The filter of the mentions that a firing counted."""
    until = each.firing.opened_at
    since = each.explanation.since or until - timedelta(hours=each.explanation.window_hours)
    stance = STANCES.get(each.explanation.counted)
    return {
        "brand": str(brand_id),
        **({"stance": stance} if stance else {}),
        "from": utc(since),
        "to": utc(until),
    }


def utc(at: datetime) -> str:
    """A moment as the feed takes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def levels_of(sensitivity: Sequence[tuple[float, float]], chosen: Any) -> list[Level]:
    """The points of the curve, from the lowest level."""
    top = max((rate for _, rate in sensitivity), default=0) or 1
    step = WIDTH / max(1, len(sensitivity) - 1)
    return [
        Level(level, rate, round(n * step, 1), round(HEIGHT * (1 - rate / top), 1), level == chosen)
        for n, (level, rate) in enumerate(sensitivity)
    ]


def most_of(levels: Sequence[Level]) -> float:
    """The most alarms a month of these levels, and at least one."""
    return max((level.per_month for level in levels), default=0) or 1
