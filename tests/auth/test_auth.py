"""Passwords, sessions, keys, links, and what slows guessing down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.actions import accounts
from app.auth import keys, links, login, passwords, sessions, throttle
from app.db import Database
from app.models import LoginAttempts, LoginSession, Member, User
from app.pipeline.sweep import clean
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GOOD = "une girafe sous la pluie"
EMAIL = "ana@example.com"


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])


@pytest.fixture
def ana(db: Database, viewer: Viewer) -> User:
    with db.writing() as session:
        return accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=GOOD), "editor")


@pytest.mark.parametrize(
    "password",
    ["short", "a" * 11, "x" * 129, "motdepasse123", "MotDePasse123", "password1234", "aaaaaaaaaaaaaaaa", EMAIL],
)
def test_a_password_that_is_short_long_or_common_is_refused(password: str) -> None:
    with pytest.raises(Problem) as refused:
        passwords.check(password, EMAIL)
    assert refused.value.status == 422


def test_a_long_sentence_is_a_fine_password() -> None:
    passwords.check(GOOD, EMAIL)
    passwords.check("x" * 100 + "abcdefg", EMAIL)


def test_a_password_is_kept_as_argon2id_of_46_mib_and_recognised() -> None:
    kept = passwords.hash_of(GOOD)
    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert passwords.matches(kept, GOOD)
    assert not passwords.matches(kept, GOOD + "!")
    assert not passwords.matches(None, GOOD)
    assert not passwords.matches("no hash at all", GOOD)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=2", "t=1"))


def test_logging_in_takes_the_account_and_its_password(db: Database, ana: User, workspace_id: UUID) -> None:
    account = login.authenticate(db, " ANA@example.com ", GOOD)
    assert account is not None
    assert (account.user_id, account.workspace_id) == (ana.id, workspace_id)
    assert login.authenticate(db, EMAIL, "another girafe") is None
    assert login.authenticate(db, "nobody@example.com", GOOD) is None


def test_an_old_hash_is_made_anew_when_its_owner_logs_in(db: Database, ana: User) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    with db.writing() as session:
        session.get_one(User, ana.id).password_hash = weak
    assert login.authenticate(db, EMAIL, GOOD) is not None
    with db.reading() as session:
        assert "m=47104" in session.get_one(User, ana.id).password_hash


def test_an_address_has_one_account(db: Database, viewer: Viewer, ana: User) -> None:
    with db.writing() as session, pytest.raises(Problem) as refused:
        accounts.create(session, viewer, accounts.NewAccount(email="Ana@Example.com", password=GOOD))
    assert refused.value.status == 409


def opened(db: Database, user: User, workspace_id: UUID, now: datetime = NOW, old: str = "") -> str:
    with db.writing() as session:
        return sessions.log_in(session, user.id, workspace_id, now, "browser", old)


def holds(db: Database, value: str, now: datetime) -> bool:
    with db.reading() as session:
        return sessions.login_of(session, value, now) is not None


@pytest.mark.parametrize(
    ("later", "holding"),
    [
        (timedelta(hours=7, minutes=59), True),
        (timedelta(hours=8), False),
        (timedelta(days=8), False),
    ],
)
def test_a_session_ends_when_nobody_uses_it(
    db: Database, ana: User, workspace_id: UUID, later: timedelta, holding: bool
) -> None:
    assert holds(db, opened(db, ana, workspace_id), NOW + later) is holding


def test_a_session_that_is_used_ends_after_seven_days_all_the_same(db: Database, ana: User, workspace_id: UUID) -> None:
    value, now = opened(db, ana, workspace_id), NOW
    while holds(db, value, now):
        with db.writing() as session:
            found = sessions.login_of(session, value, now)
            assert found is not None
            sessions.touch(session, found.token_hash, now)
        now += timedelta(hours=6)
    assert now - NOW == timedelta(days=7)


def test_logging_in_gives_a_new_token_and_ends_the_old_one(db: Database, ana: User, workspace_id: UUID) -> None:
    first = opened(db, ana, workspace_id)
    second = opened(db, ana, workspace_id, old=first)
    assert first != second
    assert (holds(db, first, NOW), holds(db, second, NOW)) == (False, True)
    with db.reading() as session:
        kept = session.scalars(select(LoginSession.token_hash)).all()
    assert second.encode() not in b"".join(kept)


def test_a_token_that_was_not_given_opens_nothing(db: Database, ana: User) -> None:
    assert not holds(db, "chosen-by-an-attacker", NOW)


def test_a_new_role_counts_from_the_next_request_on(db: Database, ana: User, workspace_id: UUID) -> None:
    value = opened(db, ana, workspace_id)
    with db.writing() as session:
        session.get_one(Member, (workspace_id, ana.id)).role = "viewer"
    with db.reading() as session:
        found = sessions.login_of(session, value, NOW)
    assert found is not None
    assert found.viewer.scopes == {"read"}
    with db.writing() as session:
        session.delete(session.get_one(Member, (workspace_id, ana.id)))
    assert not holds(db, value, NOW)


def test_a_new_password_ends_every_other_session(db: Database, ana: User, workspace_id: UUID) -> None:
    mine, other = opened(db, ana, workspace_id), opened(db, ana, workspace_id)
    with db.writing() as session:
        found = sessions.login_of(session, mine, NOW)
        assert found is not None
        with pytest.raises(Problem):
            accounts.change_password(session, found.viewer, "wrong", "deux girafes au soleil", found.token_hash)
        accounts.change_password(session, found.viewer, GOOD, "deux girafes au soleil", found.token_hash)
    assert (holds(db, mine, NOW), holds(db, other, NOW)) == (True, False)


def test_old_sessions_are_forgotten(db: Database, ana: User, workspace_id: UUID) -> None:
    opened(db, ana, workspace_id)
    with db.writing() as session:
        clean(session, NOW + timedelta(days=8))
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


@given(st.text(alphabet=keys.ALPHABET, min_size=40, max_size=40), st.integers(0, 45), st.sampled_from(keys.ALPHABET))
def test_the_checksum_of_a_key_tells_any_letter_changed(body: str, place: int, letter: str) -> None:
    key = f"vig_{body}{keys.checksum(body)}"
    changed = key[: 4 + place] + letter + key[5 + place :]
    assert keys.well_formed(key)
    assert keys.well_formed(changed) is (changed == key)


def test_keys_differ_and_have_their_shape() -> None:
    made = {keys.new_key() for _ in range(100)}
    assert len(made) == 100
    for key, public_id in made:
        assert len(key) == 50
        assert key[4:12] == public_id


def test_a_link_works_once_for_its_purpose_and_its_time(db: Database) -> None:
    with db.writing() as session:
        value = links.new_link(session, links.SETUP, NOW)
        assert links.is_valid(session, value, links.SETUP, NOW)
        assert not links.is_valid(session, value, "other", NOW)
        assert not links.is_valid(session, value, links.SETUP, NOW + links.LASTS)
        assert not links.spend(session, value, "other", NOW)
        assert links.spend(session, value, links.SETUP, NOW)
        assert not links.spend(session, value, links.SETUP, NOW)


def test_a_new_link_replaces_the_one_before(db: Database) -> None:
    with db.writing() as session:
        first = links.new_link(session, links.SETUP, NOW)
        links.new_link(session, links.SETUP, NOW)
        assert not links.is_valid(session, first, links.SETUP, NOW)


def test_of_eight_who_spend_a_link_at_once_one_succeeds(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        value = links.new_link(session, links.SETUP, NOW)
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        new = accounts.NewAccount(email=f"a{number}@example.com", password=GOOD)
        try:
            with db.writing() as session:
                accounts.set_up(session, viewer, value, new, NOW)
            outcomes.append("made")
        except Problem as problem:
            outcomes.append(problem.code)

    in_parallel([lambda n=n: attempt(n) for n in range(8)])  # type: ignore[misc] # bound now
    assert sorted(outcomes) == ["link-spent"] * 7 + ["made"]


def in_parallel(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (14, 512), (15, 900), (1_000, 900)],
)
def test_each_failure_makes_the_next_try_wait_longer_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert throttle.pause(failures, 5) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_counts_with_its_network(address: str, network: str) -> None:
    assert throttle.network(address) == network


def test_a_thousand_guesses_take_days_and_lock_nobody_out(db: Database) -> None:
    now, tries = NOW, 0
    while now < NOW + timedelta(hours=24):
        with db.writing() as session:
            try:
                throttle.check(session, EMAIL, "192.0.2.7", now)
            except Problem as problem:
                now += timedelta(seconds=int(problem.headers["Retry-After"]))
                continue
            throttle.note_failure(session, EMAIL, "192.0.2.7", now)
            tries += 1
    assert tries < 120
    with db.writing() as session:
        throttle.check(session, EMAIL, "198.51.100.1", now + timedelta(minutes=15))
        throttle.forgive(session, EMAIL)
        throttle.check(session, EMAIL, "198.51.100.1", now)


def test_accounts_that_do_not_exist_wait_just_the_same(db: Database) -> None:
    for email in ("ana@example.com", "nobody@example.com"):
        with db.writing() as session:
            for _ in range(6):
                throttle.note_failure(session, email, "192.0.2.8", NOW)
            with pytest.raises(Problem, match="wait"):
                throttle.check(session, email, "203.0.113.9", NOW)


def test_failures_are_forgiven_after_a_day(db: Database) -> None:
    with db.writing() as session:
        for _ in range(9):
            throttle.note_failure(session, EMAIL, "192.0.2.9", NOW)
        throttle.note_failure(session, EMAIL, "192.0.2.9", NOW + timedelta(days=2))
        throttle.check(session, EMAIL, "192.0.2.9", NOW + timedelta(days=2))
        clean(session, NOW + timedelta(days=4))
        assert session.scalar(select(func.count()).select_from(LoginAttempts)) == 0
