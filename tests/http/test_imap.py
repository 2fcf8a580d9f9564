"""Which mailboxes may be opened at all. tests/collectors/test_email_on_dovecot.py reads from a real mail server."""

from __future__ import annotations

import pytest

from app.http import Blocked, Gate, NameNotFound
from app.http.imap import Security


@pytest.mark.parametrize(
    ("host", "port", "tls", "reason"),
    [
        ("127.0.0.1", 993, "tls", "this address is not allowed"),
        ("mail.example.org", 25, "tls", "this address is not allowed"),
        ("mail.example.org", 143, "none", "without encryption: choose TLS, or STARTTLS"),
        ("mail example.org", 993, "tls", "it is not well formed"),
        ("", 993, "tls", "this address is not allowed"),
    ],
)
def test_a_mailbox_that_may_not_be_opened_is_refused_before_anything_is_sent(
    host: str, port: int, tls: Security, reason: str
) -> None:
    with (
        Gate(resolve=lambda _host, _port: pytest.fail("a name was looked up")) as gate,
        pytest.raises(Blocked, match=reason),
    ):
        gate.mailbox(host, port, tls, 5)


def test_a_name_that_nobody_has_is_said() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with Gate(resolve=resolve) as gate, pytest.raises(NameNotFound):
        gate.mailbox("mail.example.org", 993, "tls", 5)


def test_a_name_that_stands_for_a_private_address_is_refused() -> None:
    with Gate(resolve=lambda _host, _port: ["10.0.0.1"]) as gate, pytest.raises(Blocked):
        gate.mailbox("mail.example.org", 993, "starttls", 5)
