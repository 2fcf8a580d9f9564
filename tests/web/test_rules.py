"""The pages of alert rules."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Brand


def test_a_rule_is_written_as_a_sentence(browser: TestClient, brand: Brand, db: Database) -> None:
    data = {
        "kind": "threshold", "name": "Too many", "brand_id": str(brand.id), "params.counted": "detractors",
        "params.measure": "count", "params.limit": "12,5", "params.window_hours": "6", "params.min_mentions": "10",
        "params.severity": "warning", "severity": "warning", "for_minutes": "0", "repeat_hours": "4", "enabled": "1",
        "quiet_start": "22:00", "quiet_end": "07:00",
    }  # fmt: skip
    page = browser.post("/alerts/rules/new", data=data)
    assert "Fires when Brumelo gets 12.5 or more detractors in 6 hours." in page.text
    with db.reading() as session:
        row = session.scalars(select(AlertRule)).one()
    assert row.quiet_hours == {"start": "22:00", "end": "07:00", "timezone": "UTC"}
    wrong = browser.post(f"/alerts/rules/{row.id}", data={**data, "params.limit": "-1"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert browser.post(f"/alerts/rules/{row.id}/delete").url.path == "/alerts/rules"
