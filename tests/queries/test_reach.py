"""What notifies nobody, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow
from app.pipeline.tell.reach import Reach
from app.queries.reach import (
    Nobody,
    Sent,
    brands_of_nobody,
    incidents_of_nobody,
    messages_of,
    of_brand,
    of_incident,
    of_rule,
    reaches,
    rules_of_nobody,
)
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import NOW, brand_row, channel_row, next_id

SPACE, BRAND, RULE = UUID(int=1), UUID(int=2), UUID(int=3)
CHANNEL = Channel(workspace_id=SPACE, id=UUID(int=4), name="Hook")
WELL, SILENT = Reach((CHANNEL,)), Reach((), "off", CHANNEL)
NOTHING, ARRIVED, WAITING = Sent(), Sent(arrived=True), Sent(waiting=True)


def rule(**more: Any) -> AlertRule:
    return AlertRule(workspace_id=SPACE, id=RULE, brand_id=BRAND, enabled=True, **more)


@pytest.mark.parametrize(
    ("state", "reach", "sent", "why"),
    [
        ("pending", SILENT, NOTHING, None),
        ("firing", WELL, NOTHING, None),  # it is written within seconds, or when quiet hours end
        ("firing", SILENT, NOTHING, "off"),
        ("firing", SILENT, ARRIVED, None),
        ("firing", SILENT, WAITING, "off"),
        ("firing", WELL, WAITING, None),
        ("firing", WELL, Sent(given_up=CHANNEL), "undelivered"),
        ("firing", WELL, Sent(given_up=CHANNEL, waiting=True), None),
        ("firing", WELL, Sent(given_up=CHANNEL, arrived=True), None),
        ("firing", SILENT, Sent(told=True), "off"),
        ("resolved", SILENT, NOTHING, "off"),
        ("resolved", WELL, NOTHING, "too_late"),
        ("resolved", SILENT, Sent(told=True), None),  # its channel was deleted since, and the log with it
        ("resolved", SILENT, ARRIVED, None),
    ],
)
def test_an_incident_says_why_nobody_was_notified(state: str, reach: Reach, sent: Sent, why: str | None) -> None:
    found = of_incident(IncidentRow(state=state, brand_id=BRAND), rule(), reach, sent)
    assert (found.why if found else None) == why


def test_an_incident_whose_rule_was_switched_off_hears_nothing_more() -> None:
    off = rule()
    off.enabled = False
    found = of_incident(IncidentRow(state="firing", brand_id=BRAND), off, WELL, NOTHING)
    assert found == Nobody("rules_off", BRAND, RULE)


@pytest.mark.parametrize(
    ("kind", "query", "enabled", "reach", "why"),
    [
        ("own", "acme", None, WELL, "no_rule"),
        ("competitor", "acme", None, WELL, None),
        ("own", "acme AND (", True, WELL, "bad_query"),
        ("own", "acme", False, WELL, "rules_off"),
        ("competitor", "acme", False, WELL, "rules_off"),
        ("own", "acme", True, SILENT, "off"),
        ("own", "acme", True, WELL, None),
    ],
)
def test_a_brand_says_why_nobody_is_notified(
    kind: str, query: str, enabled: bool | None, reach: Reach, why: str | None
) -> None:
    watching = [] if enabled is None else [rule()]
    for each in watching:
        each.enabled = bool(enabled)
    found = of_brand(Brand(id=BRAND, kind=kind, query=query), watching, {RULE: reach})
    assert (found.why if found else None) == why


def test_a_brand_is_well_when_one_of_its_rules_is() -> None:
    other = rule()
    other.id = UUID(int=9)
    brand = Brand(id=BRAND, kind="own", query="acme")
    assert of_brand(brand, [rule(), other], {RULE: SILENT, other.id: WELL}) is None
    assert of_rule(rule(), SILENT) == Nobody("off", BRAND, RULE, CHANNEL)
    assert of_rule(rule(), WELL) is None


def test_rules_brands_and_incidents_are_looked_up_in_the_viewers_workspace(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])
    own = {"workspace_id": workspace_id}
    brand, hook = brand_row(workspace_id, "Brumelo"), channel_row(workspace_id, "Hook")
    given = {**own, "brand_id": brand.id, "kind": "threshold", "params": {}}
    well = AlertRule(**given, id=next_id(), name="All")
    silent = AlertRule(**given, id=next_id(), name="None", channels=[])
    off = AlertRule(**given, id=next_id(), name="Off", channels=[], enabled=False)
    rows = [
        IncidentRow(
            **own, id=next_id(), rule_id=each.id, brand_id=brand.id, kind="threshold", state="resolved",
            severity="warning", opened_at=NOW, explanation={}, memory={},
        )
        for each in (well, silent, silent)
    ]  # fmt: skip
    to_hook = {"channel_id": hook.id, "why": "opened", "sequence": 1, "message": {}, "next_try_at": NOW}
    with db.writing() as session:
        for batch in ([brand, hook], [well, silent, off], rows):
            session.add_all(batch)
            session.flush()
        session.add(Delivery(**own, id=next_id(), incident_id=rows[0].id, state="dead", **to_hook))
        told = {"channels": ["Gone"]}
        session.add(IncidentEvent(**own, id=next_id(), incident_id=rows[1].id, at=NOW, kind="opened", details=told))
    with db.reading() as session:
        found = reaches(session, viewer, [well, silent, off], mail=True)
        assert [found[each.id].why_nobody for each in (well, silent, off)] == [None, "none_chosen", "none_chosen"]
        assert list(rules_of_nobody(session, viewer, [well, silent, off], mail=True)) == [silent.id]
        assert brands_of_nobody(session, viewer, [brand], mail=True) == {}
        assert messages_of(session, viewer, [rows[2].id]) == {rows[2].id: NOTHING}
        pairs = list(zip(rows, (well, silent, silent), strict=True))
        warnings = incidents_of_nobody(session, viewer, pairs, mail=True)
    assert {row_id: nobody.why for row_id, nobody in warnings.items()} == {
        rows[0].id: "undelivered", rows[2].id: "none_chosen",
    }  # fmt: skip
