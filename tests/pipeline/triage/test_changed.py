"""Whoever listens to the database hears which mentions changed."""

from __future__ import annotations

import json
from uuid import UUID

import psycopg

from app.db import Database
from app.pipeline.triage.changed import CHANNEL, MOST, payload, tell_changed

HERE = UUID(int=1)


def test_a_listener_hears_the_ids_once_the_transaction_is_committed(db: Database) -> None:
    with psycopg.connect(db.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with db.writing() as session:
            tell_changed(session, HERE, [UUID(int=3), UUID(int=2)])
            tell_changed(session, HERE, [])
            assert list(listener.notifies(timeout=0.2)) == []
        [heard] = listener.notifies(timeout=5, stop_after=1)
    assert json.loads(heard.payload) == {"workspace": str(HERE), "mentions": [str(UUID(int=2)), str(UUID(int=3))]}


def test_many_mentions_are_not_named_so_that_the_message_fits() -> None:
    some, many = ([UUID(int=number) for number in range(most)] for most in (MOST, MOST + 1))
    assert len(payload(HERE, some)) < 8000
    assert len(json.loads(payload(HERE, some))["mentions"]) == MOST
    assert json.loads(payload(HERE, many))["mentions"] == []
