"""Secrets at rest: what opens them, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import Seal, Sealed, SecretsLost, digest, generated_key, place_of, token

SEAL = Seal("a secret key for tests only")
VALUES = {"token": "sesame", "clé": "été"}


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=4))
def test_what_was_sealed_is_opened_in_its_place(values: dict[str, str]) -> None:
    assert SEAL.open(SEAL.seal(values, "source:1"), "source:1") == values


def test_nothing_sealed_opens_to_nothing() -> None:
    assert SEAL.open(None, "source:1") == {}


@pytest.mark.parametrize("what", get_args(Sealed))
def test_a_place_is_written_as_when_the_secrets_of_today_were_sealed(
    what: Sealed,
) -> None:
    assert place_of(what, UUID(int=1), UUID(int=2)) == (
        f"{what}:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000002"
    )


def test_another_place_or_key_or_a_changed_byte_opens_nothing() -> None:
    sealed = SEAL.seal(VALUES, "source:1")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for seal, data, place in (
        (SEAL, sealed, "source:2"),
        (Seal("another secret key for tests"), sealed, "source:1"),
        (SEAL, changed, "source:1"),
    ):
        with pytest.raises(SecretsLost, match="VIGIE_SECRET_KEY"):
            seal.open(data, place)


def test_the_same_secrets_are_sealed_differently_each_time_and_show_nothing() -> None:
    first, second = SEAL.seal(VALUES, "source:1"), SEAL.seal(VALUES, "source:1")
    assert first != second
    assert b"sesame" not in first


def test_a_fingerprint_depends_on_the_secrets_and_on_our_key_alone() -> None:
    assert SEAL.fingerprint({"a": "1", "b": "2"}) == SEAL.fingerprint({"b": "2", "a": "1"})
    assert len(SEAL.fingerprint(VALUES)) == 16
    others = {SEAL.fingerprint({}), SEAL.fingerprint({"a": "1"}), Seal("another key").fingerprint(VALUES)}
    assert SEAL.fingerprint(VALUES) not in others
    assert len(others) == 3


def test_a_generated_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = generated_key(folder)
    assert generated_key(folder) == key
    assert len(key) >= 40
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600


def test_tokens_differ_and_their_digests_have_32_bytes() -> None:
    first, second = token(), token()
    assert first != second
    assert digest(first) != digest(second)
    assert len(digest(first)) == 32
