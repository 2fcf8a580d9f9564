"""What notifies nobody: rules, brands and incidents, each with the reason and with what to mend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow
from app.pipeline.tell.reach import Reach, WhyNobody, reach_of
from app.viewer import Viewer, may
from matching.query import QueryError, parse

Why = Literal[WhyNobody, "no_rule", "rules_off", "bad_query", "undelivered", "too_late"]
"""Why a rule reaches nobody; beyond that, of a brand: no rule watches it, its rules are switched off, its query cannot
be read; of an incident: every message about it was given up, or it was over before anybody could be told."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Why nobody is notified, and what to mend: the rule, the channel or the brand."""

    why: Why
    brand_id: UUID
    rule_id: UUID | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages about an incident. `told`: the timeline names a channel, which may be gone since."""

    arrived: bool = False
    waiting: bool = False
    given_up: Channel | None = None
    told: bool = False


@may("read")
def reaches(session: Session, viewer: Viewer, rules: Iterable[AlertRule], *, mail: bool) -> dict[UUID, Reach]:
    """Whom each of the rules notifies, by its id. `mail`: whether a mail server is set up."""
    channels = session.scalars(
        select(Channel).where(Channel.workspace_id == viewer.workspace_id).order_by(Channel.id)
    ).all()
    return {rule.id: reach_of(rule.channels, channels, mail=mail) for rule in rules}


@may("read")
def rules_of_nobody(session: Session, viewer: Viewer, rules: Sequence[AlertRule], *, mail: bool) -> dict[UUID, Nobody]:
    """Those of the rules that notify nobody, by their ids; one that is switched off is not expected to."""
    found = reaches(session, viewer, rules, mail=mail)
    return by_id((rule.id, of_rule(rule, found[rule.id])) for rule in rules if rule.enabled)


@may("read")
def brands_of_nobody(session: Session, viewer: Viewer, brands: Sequence[Brand], *, mail: bool) -> dict[UUID, Nobody]:
    """Those of the brands about which nobody is notified, by their ids. A competitor needs no rule."""
    here = (AlertRule.workspace_id == viewer.workspace_id, AlertRule.brand_id.in_([brand.id for brand in brands]))
    rules = session.scalars(select(AlertRule).where(*here).order_by(AlertRule.id)).all()
    found = reaches(session, viewer, rules, mail=mail)
    return by_id((brand.id, of_brand(brand, [r for r in rules if r.brand_id == brand.id], found)) for brand in brands)


@may("read")
def incidents_of_nobody(
    session: Session, viewer: Viewer, incidents: Sequence[tuple[IncidentRow, AlertRule]], *, mail: bool
) -> dict[UUID, Nobody]:
    """Those of the incidents of which nobody was notified, by their ids, each given with its rule."""
    found = reaches(session, viewer, [rule for _, rule in incidents], mail=mail)
    sent = messages_of(session, viewer, [row.id for row, _ in incidents])
    return by_id((row.id, of_incident(row, rule, found[rule.id], sent[row.id])) for row, rule in incidents)


@may("read")
def messages_of(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Sent]:
    """What became of the messages about each of the incidents."""
    written = session.execute(
        select(Delivery.incident_id, Delivery.state, Channel)
        .join(Channel, (Channel.workspace_id == Delivery.workspace_id) & (Channel.id == Delivery.channel_id))
        .where(Delivery.workspace_id == viewer.workspace_id, Delivery.incident_id.in_(ids))
        .order_by(Delivery.id)
    ).all()
    names = func.jsonb_path_exists(IncidentEvent.details, cast("$.channels[0]", JSONPATH))
    here = (IncidentEvent.workspace_id == viewer.workspace_id, IncidentEvent.incident_id.in_(ids))
    told = set(session.scalars(select(IncidentEvent.incident_id).where(*here, names)))
    return {each: _sent_state([(row[1], row[2]) for row in written if row[0] == each], each in told) for each in ids}


def _sent_state(rows: Sequence[tuple[str, Channel]], told: bool) -> Sent:
    states = {state for state, _ in rows}
    given_up = next((channel for state, channel in rows if state == "dead"), None)
    return Sent("sent" in states, "pending" in states, given_up, told)


def of_rule(rule: AlertRule, reach: Reach) -> Nobody | None:
    """Why the rule notifies nobody; None when it does."""
    return Nobody(reach.why_nobody, rule.brand_id, rule.id, reach.culprit) if reach.why_nobody else None


def of_brand(brand: Brand, rules: Sequence[AlertRule], found: dict[UUID, Reach]) -> Nobody | None:
    """Why nobody is notified about the brand, which has these rules; None when somebody is."""
    try:
        parse(brand.query)
    except QueryError:
        return Nobody("bad_query", brand.id)
    if not rules:
        return Nobody("no_rule", brand.id) if brand.kind == "own" else None
    enabled = [rule for rule in rules if rule.enabled]
    if not enabled:
        return Nobody("rules_off", brand.id, rules[0].id)
    silent = [of_rule(rule, found[rule.id]) for rule in enabled]
    return silent[0] if all(silent) else None


def of_incident(row: IncidentRow, rule: AlertRule, reach: Reach, sent: Sent) -> Nobody | None:
    """Why nobody was notified of the incident; None when somebody was, or is about to be."""
    if row.state == "pending" or sent.arrived or (sent.waiting and not reach.why_nobody):
        return None
    if sent.given_up and not sent.waiting:
        return Nobody("undelivered", row.brand_id, rule.id, sent.given_up)
    if row.state == "resolved":
        over = of_rule(rule, reach) or Nobody("too_late", row.brand_id, rule.id)
        return None if sent.told else over
    return of_rule(rule, reach) if rule.enabled else Nobody("rules_off", row.brand_id, rule.id)


def by_id(found: Iterable[tuple[UUID, Nobody | None]]) -> dict[UUID, Nobody]:
    return {each: nobody for each, nobody in found if nobody}
