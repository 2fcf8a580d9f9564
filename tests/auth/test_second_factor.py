"""A code works once, whether the app's or a recovery code; what is stored of either opens nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.auth import second_factor, totp
from app.crypto import Seal
from app.db import Database
from app.models import RecoveryCode, SecondFactor, User

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEAL = Seal("a secret key for tests only")
SECRET = totp.new_secret()


@pytest.fixture
def codes(db: Database, ana: User) -> list[str]:
    with db.writing() as session:
        return second_factor.switch_on(session, SEAL, ana.id, SECRET, totp.step_at(NOW) - 5)


def accepted(db: Database, user: User, typed: str, at: datetime = NOW, seal: Seal = SEAL) -> bool:
    with db.writing() as session:
        return second_factor.accept(session, seal, user.id, typed, at)


def code(at: datetime = NOW) -> str:
    return totp.code_of(SECRET, totp.step_at(at))


def test_a_code_of_the_app_works_once_and_no_earlier_one_after_it(db: Database, ana: User, codes: list[str]) -> None:
    assert accepted(db, ana, f" {code()[:3]} {code()[3:]} ")
    assert not accepted(db, ana, code())
    assert not accepted(db, ana, code(NOW - timedelta(seconds=30)))
    assert accepted(db, ana, code(NOW + timedelta(seconds=30)))


def test_the_code_that_switched_it_on_does_not_log_in(db: Database, ana: User) -> None:
    with db.writing() as session:
        second_factor.switch_on(session, SEAL, ana.id, SECRET, totp.step_at(NOW))
    assert not accepted(db, ana, code())


def test_of_many_at_once_one_gets_in_with_a_code(db: Database, ana: User, codes: list[str]) -> None:
    for typed in (code(), codes[0]):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda _, typed=typed: accepted(db, ana, typed), range(8))) == 1


def test_a_recovery_code_works_once_however_it_is_typed(db: Database, ana: User, codes: list[str]) -> None:
    assert len(set(codes)) == second_factor.CODES
    assert accepted(db, ana, codes[0].upper().replace("-", " "))
    assert not accepted(db, ana, codes[0])
    with db.writing() as session:
        assert second_factor.codes_left(session, ana.id) == 9
        renewed = second_factor.renew_codes(session, ana.id)
    assert not accepted(db, ana, codes[1])
    assert accepted(db, ana, renewed[1])


@pytest.mark.parametrize("typed", ["", "000000000", "abcdef", "１２３４５６", "x" * 500])
def test_nonsense_opens_nothing(db: Database, ana: User, codes: list[str], typed: str) -> None:
    assert not accepted(db, ana, typed)


def test_nothing_stored_opens_anything(db: Database, ana: User, codes: list[str]) -> None:
    with db.reading() as session:
        row = session.scalars(select(SecondFactor)).one()
        assert SECRET.encode() not in row.secret
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
        assert not any(one.replace("-", "").encode() in stored for one in codes for stored in hashes)


def test_with_another_key_recovery_codes_still_work(db: Database, ana: User, codes: list[str]) -> None:
    other = Seal("another secret key altogether")
    assert not accepted(db, ana, code(), seal=other)
    assert accepted(db, ana, codes[0], seal=other)


def test_switched_off_nothing_is_left(db: Database, ana: User, codes: list[str]) -> None:
    with db.writing() as session:
        second_factor.switch_off(session, ana.id)
        assert not second_factor.is_on(session, ana.id)
    assert not accepted(db, ana, codes[0])
    assert not accepted(db, ana, code())
