"""Who sent it: each scheme takes what was signed with the secret, and nothing else."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from collectors._kit.signatures import check_hub, check_standard, check_typeform, check_vigie, hub_challenge
from collectors.base import Unsigned

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
BODY = '{"texte": "déçu, très déçu"}'.encode()
SECRET = "a secret of both"  # made up
KEY = "whsec_" + b64encode(b"twenty-four random bytes").decode()
Signed = Callable[[str, bytes, datetime], dict[str, str]]
Check = Callable[[str, Mapping[str, str], bytes, datetime], Any]


def mac(secret: bytes, message: bytes) -> bytes:
    return hmac.new(secret, message, sha256).digest()


def by_hub(secret: str, body: bytes, at: datetime) -> dict[str, str]:  # one shape for all
    return {"x-hub-signature-256": f"sha256={mac(secret.encode(), body).hex()}"}


def by_typeform(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"typeform-signature": f"sha256={b64encode(mac(secret.encode(), body)).decode()}"}


def by_vigie(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    t = str(int(at.timestamp()))
    return {"x-vigie-signature": f"t={t},v1={mac(secret.encode(), t.encode() + b'.' + body).hex()}"}


def by_standard(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    t = str(int(at.timestamp()))
    key = b"twenty-four random bytes" if secret == KEY else secret.encode()
    signed = b64encode(mac(key, b"msg_1." + t.encode() + b"." + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": t, "webhook-signature": f"v1,{signed}"}


SCHEMES: dict[str, tuple[Signed, Check, str]] = {
    "hub": (by_hub, lambda secret, headers, body, _: check_hub(secret, headers, body), SECRET),
    "typeform": (by_typeform, lambda secret, headers, body, _: check_typeform(secret, headers, body), SECRET),
    "vigie": (by_vigie, check_vigie, SECRET),
    "standard": (by_standard, check_standard, KEY),
    "standard with a secret in clear": (by_standard, check_standard, SECRET),
}
all_schemes = pytest.mark.parametrize(("sign", "check", "secret"), SCHEMES.values(), ids=SCHEMES)
timed = pytest.mark.parametrize(("sign", "check", "secret"), list(SCHEMES.values())[2:], ids=list(SCHEMES)[2:])


@all_schemes
def test_what_was_signed_with_the_secret_is_taken(sign: Signed, check: Check, secret: str) -> None:
    check(secret, sign(secret, BODY, NOW), BODY, NOW)


@all_schemes
def test_another_secret_is_refused(sign: Signed, check: Check, secret: str) -> None:
    with pytest.raises(Unsigned, match="check the secret on both sides"):
        check(secret, sign("another secret", BODY, NOW), BODY, NOW)


@all_schemes
def test_an_altered_body_is_refused(sign: Signed, check: Check, secret: str) -> None:
    with pytest.raises(Unsigned, match="does not fit"):
        check(secret, sign(secret, BODY, NOW), BODY + b" ", NOW)


@all_schemes
def test_nothing_signed_is_refused(sign: Signed, check: Check, secret: str) -> None:
    with pytest.raises(Unsigned):
        check(secret, {}, BODY, NOW)


@all_schemes
def test_an_empty_secret_proves_nothing(sign: Signed, check: Check, secret: str) -> None:
    with pytest.raises(Unsigned):
        check("", sign("", BODY, NOW), BODY, NOW)


@all_schemes
@pytest.mark.parametrize("value", ["é\udc80", "sha256=", "t=1,v1=", "v1,", "=" * 10_000, ",,,,", "t=99999999999,v1=é"])
def test_nonsense_in_the_header_is_refused(sign: Signed, check: Check, secret: str, value: str) -> None:
    headers = dict.fromkeys(sign(secret, BODY, NOW), value)
    with pytest.raises(Unsigned):
        check(secret, headers, BODY, NOW)


@timed
@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24, -60 * 24])
def test_a_clock_that_is_far_away_is_refused(sign: Signed, check: Check, secret: str, minutes: int) -> None:
    with pytest.raises(Unsigned, match="five minutes"):
        check(secret, sign(secret, BODY, NOW + timedelta(minutes=minutes)), BODY, NOW)


@timed
@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_a_little_off_is_taken(sign: Signed, check: Check, secret: str, minutes: int) -> None:
    assert check(secret, sign(secret, BODY, NOW + timedelta(minutes=minutes)), BODY, NOW)


def test_the_time_is_part_of_what_is_signed() -> None:
    headers = by_vigie(SECRET, BODY, NOW - timedelta(hours=1))
    later = {name: value.replace(f"t={int(NOW.timestamp()) - 3600}", f"t={int(NOW.timestamp())}") for name, value in headers.items()}  # fmt: skip  # noqa: E501
    with pytest.raises(Unsigned, match="does not fit"):
        check_vigie(SECRET, later, BODY, NOW)


def test_the_id_is_part_of_what_is_signed() -> None:
    with pytest.raises(Unsigned, match="does not fit"):
        check_standard(KEY, by_standard(KEY, BODY, NOW) | {"webhook-id": "msg_2"}, BODY, NOW)


def test_while_a_secret_is_changed_both_signatures_are_sent() -> None:
    new, old = by_standard(KEY, BODY, NOW), by_standard("old", BODY, NOW)
    both = new | {"webhook-signature": f"{old['webhook-signature']} {new['webhook-signature']} v1a,other"}
    assert check_standard(KEY, both, BODY, NOW) == "msg_1"
    mine, other = by_vigie(SECRET, BODY, NOW)["x-vigie-signature"], by_vigie("old", BODY, NOW)["x-vigie-signature"]
    assert check_vigie(SECRET, {"x-vigie-signature": f"{other},{mine.split(',')[1]}"}, BODY, NOW)


def test_a_delivery_has_a_name_of_its_own() -> None:
    assert check_standard(KEY, by_standard(KEY, BODY, NOW), BODY, NOW) == "msg_1"
    first = check_vigie(SECRET, by_vigie(SECRET, BODY, NOW), BODY, NOW)
    assert first == check_vigie(SECRET, by_vigie(SECRET, BODY, NOW), BODY, NOW)
    assert first != check_vigie(SECRET, by_vigie(SECRET, b"other", NOW), b"other", NOW)


ASKED = {"hub.mode": "subscribe", "hub.verify_token": "mine", "hub.challenge": "1158201444"}


def test_a_challenge_of_the_hub_is_given_back() -> None:
    assert hub_challenge(ASKED, "mine") == "1158201444"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": "other"},
        {"hub.verify_token": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>alert(1)</script>"},
        {"hub.challenge": "1" * 300},
    ],
)
def test_a_challenge_of_somebody_else_is_not(wrong: dict[str, str]) -> None:
    with pytest.raises(Unsigned):
        hub_challenge(ASKED | wrong, "mine")


def test_a_challenge_without_a_token_of_ours_is_refused() -> None:
    with pytest.raises(Unsigned):
        hub_challenge(ASKED | {"hub.verify_token": ""}, "")
