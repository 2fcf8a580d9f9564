"""Links to the page of a reputation, through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.things import shared


def test_a_link_is_shown_once_opens_the_page_and_is_revoked(
    us: Any, anonymous: TestClient, brand: dict[str, Any]
) -> None:
    made = us.admin.post("/api/v1/share-links", json={**shared(brand["id"]), "period": "90"}).json()
    path = "/shared/" + made["url"].rpartition("/")[2]
    assert made["choice"] == {"period": "90", "weight": "stories"}
    page = anonymous.get(path)
    assert page.status_code == 200
    assert page.headers["x-robots-tag"].startswith("noindex")
    listed = us.reader.get("/api/v1/share-links").json()["items"]
    assert [(one["id"], one["opened"], "url" in one) for one in listed] == [(made["id"], 1, False)]
    actions = [one["action"] for one in us.admin.get("/api/v1/audit-log").json()["items"]]
    assert actions[:2] == ["share-link.open", "share-link.create"]
    assert us.admin.delete(f"/api/v1/share-links/{made['id']}").status_code == 204
    assert anonymous.get(path).status_code == 404


@pytest.mark.parametrize("end", [-timedelta(minutes=1), timedelta(days=400)])
def test_a_link_ends_and_not_too_late(us: Any, brand: dict[str, Any], end: timedelta) -> None:
    asked = {**shared(brand["id"]), "expires_at": (datetime.now(UTC) + end).isoformat()}
    refused = us.admin.post("/api/v1/share-links", json=asked)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "expires_at"


def test_a_brand_of_others_is_not_shared(us: Any, them: Any, brand: dict[str, Any]) -> None:
    assert them.admin.post("/api/v1/share-links", json=shared(brand["id"])).status_code == 404
