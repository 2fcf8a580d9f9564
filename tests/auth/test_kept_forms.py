"""A form is kept for one person, for half an hour, and only the last one."""

from __future__ import annotations

from datetime import UTC, datetime

from app.auth.kept_forms import LARGEST, LASTS, Kept, keep, kept
from app.crypto import Seal
from app.db import Database
from app.models import User, uuid7

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEAL = Seal("a secret key for tests only")
FORM = Kept("/here", "/here?x=1", (("text", "bonjour"), ("password", "secret"), ("params.password", "kept")))


def test_it_is_read_by_its_owner_until_it_is_old(db: Database, ana: User) -> None:
    with db.writing() as session:
        first, second = keep(session, SEAL, ana.id, FORM, NOW), keep(session, SEAL, ana.id, FORM, NOW)
        assert first
        assert second
        found = kept(session, SEAL, second, ana.id, NOW)
        assert found
        assert found.fields == (("text", "bonjour"), ("params.password", "kept"))
        assert kept(session, SEAL, first, ana.id, NOW) is None
        assert kept(session, SEAL, second, uuid7(), NOW) is None
        assert kept(session, SEAL, second, ana.id, NOW + LASTS) is None
        assert kept(session, Seal("another secret key altogether"), second, ana.id, NOW) is None


def test_what_is_too_large_is_not_kept(db: Database, ana: User) -> None:
    with db.writing() as session:
        assert keep(session, SEAL, ana.id, Kept("/", "/", (("text", "x" * LARGEST),)), NOW) is None
