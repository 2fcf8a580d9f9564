"""A rule tried on the past, through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import AlertRule, Brand, IncidentRow
from tests.rows import match_row, mention_row

PATH = "/api/v1/alert-rules/backtest"
HOUR = timedelta(hours=1)


@pytest.fixture
def history(us: Any, db: Database, brand: dict[str, Any]) -> datetime:
    """40 days of calm, and 30 detractors in one hour ten days ago. Returns the beginning of that hour."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    burst = now - timedelta(days=10)
    hours = [(now - n * HOUR, "passive", n % 4 == 0) for n in range(1, 40 * 24, 3)]
    said = [(at + timedelta(minutes=1), "detractor" if bad else stance) for at, stance, bad in hours]
    said += [(burst + timedelta(minutes=n), "detractor") for n in range(30)]
    with db.writing() as session:
        row = session.get_one(Brand, (us.workspace_id, UUID(brand["id"])))
        for number, (at, stance) in enumerate(said):
            mention = mention_row(row.workspace_id, f"broken handlebar {number}", at, author=f"a{number}")
            session.add(mention)
            session.flush()
            session.add(match_row(mention, row, stance=stance))
    return burst


def rule_of(brand: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"brand_id": brand["id"], "kind": "negative_spike", "params": {}, **more}


def test_a_rule_that_is_not_saved_is_tried_on_the_past(us: Any, brand: dict[str, Any], history: datetime) -> None:
    found = us.reader.post(PATH, json=rule_of(brand, days=30)).json()
    assert set(found) == {"from", "to", "known_since", "firings", "per_month", "sensitivity", "suggestion"}
    begin, end = (datetime.fromisoformat(found[name]) for name in ("from", "to"))
    assert end - begin == timedelta(days=30)
    [firing] = found["firings"]
    opened = datetime.fromisoformat(firing["opened_at"])
    assert history < opened <= history + HOUR
    assert datetime.fromisoformat(firing["resolved_at"]) > opened
    assert (firing["notified_at"], firing["incident_id"], firing["judged"]) == (firing["opened_at"], None, None)
    assert firing["severity"] in ("warning", "critical")
    assert firing["explanation"]["observed"] >= 5
    assert firing["explanation"]["samples"][0]["text"].startswith("broken handlebar")
    assert found["per_month"] == 1
    assert {"level": 3.0, "per_month": 1.0} in found["sensitivity"]
    assert found["suggestion"]["per_month"] <= 1


def test_a_saved_rule_is_tried_as_it_is_or_with_changes(us: Any, brand: dict[str, Any], history: datetime) -> None:
    made = us.editor.post("/api/v1/alert-rules", json={"name": "R", **rule_of(brand)}).json()
    assert len(us.reader.post(PATH, json={"rule_id": made["id"], "days": 30}).json()["firings"]) == 1
    strict = {"rule_id": made["id"], "days": 30, "params": {"min_negatives": 500}}
    assert us.reader.post(PATH, json=strict).json()["firings"] == []


def test_a_firing_names_the_real_incident_and_what_people_said_of_it(
    us: Any, db: Database, brand: dict[str, Any], history: datetime
) -> None:
    made = us.editor.post("/api/v1/alert-rules", json={"name": "R", **rule_of(brand)}).json()
    with db.writing() as session:
        rule = session.query(AlertRule).filter_by(id=UUID(made["id"])).one()
        row = IncidentRow(
            workspace_id=rule.workspace_id, rule_id=rule.id, brand_id=rule.brand_id, kind=rule.kind, state="resolved",
            severity="warning", opened_at=history + HOUR, resolved_at=history + 8 * HOUR, explanation={}, memory={},
            false_alarm=True,
        )  # fmt: skip
        session.add(row)
        session.flush()
        incident_id = str(row.id)
    [firing] = us.reader.post(PATH, json={"rule_id": made["id"], "days": 30}).json()["firings"]
    assert (firing["incident_id"], firing["judged"]) == (incident_id, "false_alarm")


def test_without_any_mention_it_says_that_nothing_is_known(us: Any, brand: dict[str, Any]) -> None:
    found = us.reader.post(PATH, json=rule_of(brand)).json()
    assert (found["known_since"], found["firings"], found["per_month"]) == (None, [], 0)
    assert (found["sensitivity"], found["suggestion"]) == ([], None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"params": {"threshold": 99}}, "params.threshold"),
        ({"kind": "none"}, "kind"),
        ({"kind": None}, "kind"),
        ({"brand_id": None}, "brand_id"),
        ({"surprise": 1}, "surprise"),
        ({"for_minutes": -1}, "for_minutes"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_its_field(
    us: Any, brand: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    refused = us.reader.post(PATH, json={**rule_of(brand), **changes})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_what_belongs_to_another_workspace_is_not_found(us: Any, them: Any, brand: dict[str, Any]) -> None:
    made = us.editor.post("/api/v1/alert-rules", json={"name": "R", **rule_of(brand)}).json()
    assert them.reader.post(PATH, json={"rule_id": made["id"]}).status_code == 404
    assert them.reader.post(PATH, json=rule_of(brand)).status_code == 404


def test_a_rule_keeps_its_kind(us: Any, brand: dict[str, Any]) -> None:
    made = us.editor.post("/api/v1/alert-rules", json={"name": "R", **rule_of(brand)}).json()
    refused = us.reader.post(PATH, json={"rule_id": made["id"], "kind": "threshold"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "kind")
