"""A POST that is sent twice under one key is done once."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import func, select

from app.db import Database
from app.models import ApiKey, Brand, IdempotentAnswer


def test_the_same_post_under_one_key_is_done_once(us: Any, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"name": "Acme", "query": "acme"}
    first, second = (us.editor.post("/api/v1/brands", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert count(db, Brand) == 1


def test_another_post_under_the_same_key_is_refused(us: Any, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers=headers)
    other = us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:vigie:problem:idempotency-key-reused"
    assert count(db, Brand) == 1


def test_a_refused_post_leaves_its_key_free(us: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    assert us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "("}, headers=headers).status_code == 422
    assert us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers=headers).status_code == 201


def test_the_keys_of_two_workspaces_are_apart(us: Any, them: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    made = [who.editor.post("/api/v1/brands", json={"name": "A", "query": "a1"}, headers=headers) for who in (us, them)]
    assert made[0].json()["id"] != made[1].json()["id"]


def test_what_one_api_key_was_answered_is_not_told_to_another(us: Any) -> None:
    headers, body = {"Idempotency-Key": "once"}, {"name": "Acme", "query": "acme"}
    assert us.editor.post("/api/v1/brands", json=body, headers=headers).status_code == 201
    other = us.admin.post("/api/v1/brands", json=body, headers=headers)
    assert (other.status_code, "idempotency-replayed" in other.headers) == (409, False)


def test_twenty_posts_at_once_under_one_key_are_done_once(us: Any, db: Database) -> None:
    answers: list[Any] = []

    def post() -> None:
        answers.append(
            us.editor.post(
                "/api/v1/brands", json={"name": "Acme", "query": "acme"}, headers={"Idempotency-Key": "race"}
            )
        )

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(db, Brand) == 1


def test_a_remembered_answer_does_not_lay_a_key_open(us: Any, db: Database) -> None:
    made = us.admin.post(
        "/api/v1/api-keys", json={"name": "k", "scopes": ["read"]}, headers={"Idempotency-Key": "k"}
    ).json()
    again = us.admin.post("/api/v1/api-keys", json={"name": "k", "scopes": ["read"]}, headers={"Idempotency-Key": "k"})
    assert again.json()["key"] == made["key"]
    with db.reading() as session:
        kept = session.scalars(select(IdempotentAnswer)).one()
        stored = [bytes(kept.body or b""), *session.scalars(select(ApiKey.secret_hash))]
    assert all(made["key"].encode() not in each and made["key"][12:].encode() not in each for each in stored)


def count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
