"""The part of a channel's form that says which rules notify it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.models import AlertRule, Channel
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rules
from app.web.forms import SentForm
from app.web.page import Visit

MOST = 60
"""How many rules the form offers; a workspace with more chooses in its rules."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A rule, what it is called there, and whether it notifies the channel."""

    id: UUID
    label: str
    checked: bool


def ties_of(visit: Visit, session: Session, row: Channel | None, sent: Mapping[UUID, bool] | None) -> list[Tie]:
    """The rules that are switched on, each with whether it notifies the channel `row`, or would a new one (None).

    `sent` is what a form said that comes back with a mistake in it.
    """
    offered = [rule for rule in rules(session, visit.viewer, limit=LIMIT_MAX).items if rule.enabled][:MOST]
    names = {brand.id: brand.name for brand in brands(session, visit.viewer, limit=LIMIT_MAX).items}
    return [
        Tie(rule.id, label_of(rule.name, names.get(rule.brand_id, "")), (sent or {}).get(rule.id, notifies(rule, row)))
        for rule in offered
    ]


def label_of(rule: str, brand: str) -> str:
    """The name of a rule with that of its brand, unless it holds it already."""
    return rule if not brand or brand.casefold() in rule.casefold() else f"{rule} · {brand}"


def notifies(rule: AlertRule, row: Channel | None) -> bool:
    """Whether the rule notifies the channel. One that follows every channel notifies a new one (None) too; one that
    names some was narrowed by somebody, and does not unless it is told to."""
    return rule.channels is None or (row is not None and row.id in rule.channels)


def read_ties(sent: SentForm) -> dict[UUID, bool]:
    """Which of the rules that the form offered were ticked."""
    ticked = set(sent.all("rules"))
    return {UUID(each): each in ticked for each in sent.all("offered") if is_id(each)}


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
