"""The rules in the form of a channel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AlertRule, Channel
from app.web.ties import is_id, label_of, notifies

HOOK = {
    "kind": "webhook",
    "name": "Hook",
    "params.url": "https://hooks.example.com/in",
    "language": "fr",
    "timezone": "Europe/Paris",
    "enabled": "1",
}


@pytest.mark.parametrize(
    ("rule", "brand", "label"),
    [
        ("Bad buzz", "Acme", "Bad buzz · Acme"),
        ("Bad buzz · ACME", "Acme", "Bad buzz · ACME"),
        ("Bad buzz", "", "Bad buzz"),
    ],
)
def test_a_rule_is_called_by_its_name_and_its_brand(rule: str, brand: str, label: str) -> None:
    assert label_of(rule, brand) == label


def test_a_rule_that_names_channels_does_not_take_a_new_one() -> None:
    assert notifies(AlertRule(channels=None), None)
    assert not notifies(AlertRule(channels=[]), None)
    assert notifies(AlertRule(channels=[UUID(int=1)]), Channel(id=UUID(int=1)))
    assert not notifies(AlertRule(channels=[UUID(int=2)]), Channel(id=UUID(int=1)))


@pytest.mark.parametrize(("text", "valid"), [(str(UUID(int=1)), True), ("1; drop", False), ("", False)])
def test_what_is_no_id_is_left_out(text: str, valid: bool) -> None:
    assert is_id(text) is valid


def rules_of(db: Database) -> dict[str, Any]:
    with db.reading() as session:
        return {row.name: (row.id, row.channels) for row in session.scalars(select(AlertRule))}


def test_a_channel_is_notified_of_what_is_ticked_in_its_form(browser: TestClient, db: Database) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    browser.post("/setup/brand", data={"name": "Brumelo", "query": "brumelo"})
    ids = {name.rpartition(" ")[2]: row[0] for name, row in rules_of(db).items()}
    page = browser.get("/settings/channels/new?kind=webhook").text
    assert page.count('name="rules"') == page.count(" checked> <span>Negative buzz") == 2
    offered = [str(each) for each in ids.values()]
    browser.post("/settings/channels/new", data={**HOOK, "offered": offered, "rules": [str(ids["Acme"])]})
    assert [chosen for _, chosen in rules_of(db).values()] == [None, []]
    with db.reading() as session:
        hook = session.scalars(select(Channel.id)).one()
    browser.post(f"/settings/channels/{hook}", data={**HOOK, "offered": offered, "rules": [str(ids["Brumelo"])]})
    assert [chosen for _, chosen in rules_of(db).values()] == [[], [hook]]
