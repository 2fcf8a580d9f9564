"""The page of one's own account."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_a_language_and_a_time_zone_are_remembered(browser: TestClient) -> None:
    page = browser.post("/settings/account", data={"name": "Ana", "language": "fr", "timezone": "Europe/Paris"})
    assert "Vos réglages sont enregistrés." in page.text
    assert '<html lang="fr">' in browser.get("/", headers={"accept-language": "en"}).text
