"""The page of one's own account."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_a_language_and_a_time_zone_are_remembered(browser: TestClient) -> None:
    page = browser.post("/settings/account", data={"name": "Ana", "language": "fr", "timezone": "Europe/Paris"})
    assert "Vos réglages sont enregistrés." in page.text
    assert '<html lang="fr">' in browser.get("/", headers={"accept-language": "en"}).text


def test_how_it_looks_and_what_is_told_by_mail_are_remembered(browser: TestClient) -> None:
    assert '<html lang="en">' in browser.get("/").text
    data = {"name": "", "language": "", "timezone": "UTC", "appearance": "dark", "occasions": ["incident"]}
    page = browser.post("/settings/account", data=data).text
    assert '<html lang="en" data-appearance="dark">' in page
    assert [name for name in ("assigned", "mentioned", "incident") if f'value="{name}" checked' in page] == ["incident"]
    assert "No mail server is set up here yet" in page
    browser.post("/settings/account", data={"name": "", "timezone": "UTC", "appearance": ""})
    assert "data-appearance" not in browser.get("/").text
    wrong = browser.post("/settings/account", data={**data, "appearance": "pink"})
    assert wrong.status_code == 422
