"""What Meta sends to the address of a Page: confirmed, stored, edited, deleted, and read for what it only names."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Mention
from tests.api.test_inbound import path_of, source_row

PAGE, SECRET, WORD = "104200000000001", "app-secret-of-the-test", "aubépine-42"


@pytest.fixture
def page(us: Any, brand: dict[str, Any]) -> dict[str, Any]:
    params = {"page": PAGE, "token": "EAAB-invented", "app_secret": SECRET, "verify_token": WORD}
    new = {"collector": "facebook", "name": "Our Page", "params": params, "brand_id": brand["id"]}
    answer = us.editor.post("/api/v1/sources", json=new)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


Send = Callable[..., Any]


@pytest.fixture
def send(page: dict[str, Any], anonymous: TestClient) -> Send:
    def sent(field: str = "feed", secret: str = SECRET, **value: Any) -> Any:
        changes = [{"field": field, "value": value}]
        body = json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1772700000, "changes": changes}]}).encode()
        mac = hmac.new(secret.encode(), body, sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={mac}", "Content-Type": "application/json"}
        return anonymous.post(path_of(page), content=body, headers=headers)

    return sent


def said(message: str, **more: Any) -> dict[str, Any]:
    ids = {"post_id": f"{PAGE}_5", "comment_id": "5_77", "parent_id": f"{PAGE}_5"}
    at = {"item": "comment", "verb": "add", "created_time": 1772700000, "from": {"id": "7", "name": "Léa"}}
    return {**ids, **at, "message": message, **more}


def texts(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Mention.text)))


@pytest.mark.parametrize(("word", "status", "reply"), [(WORD, 200, "1158201444"), ("wrong", 403, None)])
def test_meta_is_told_that_the_address_is_ours_when_it_knows_the_word(
    page: dict[str, Any], anonymous: TestClient, word: str, status: int, reply: str | None
) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "1158201444"}
    answer = anonymous.get(path_of(page), params=asked)
    assert answer.status_code == status
    assert (answer.text == "1158201444") is (reply is not None)


def test_a_comment_is_stored_when_it_is_sent_edited_and_deleted_with_it(send: Send, db: Database) -> None:
    assert send(**said("Acme is down")).status_code == 200
    assert texts(db) == ["Acme is down"]
    assert send(**said("Acme is up", verb="edited")).status_code == 200
    assert texts(db) == ["Acme is up"]
    assert send(item="comment", verb="remove", post_id=f"{PAGE}_5", comment_id="5_77").status_code == 200
    assert texts(db) == []


def test_what_is_signed_with_another_secret_is_not_stored(send: Send, db: Database) -> None:
    assert send(secret="guessed", **said("Acme is down")).status_code == 403
    assert texts(db) == []


def test_a_tag_without_words_is_kept_to_be_looked_up(send: Send, page: dict[str, Any], db: Database) -> None:
    assert send("mention", item="post", verb="add", post_id="9_1", sender_name="Tom").status_code == 200
    assert [one["item"] for one in source_row(db, page).inbox] == [{"post": "9_1"}]
