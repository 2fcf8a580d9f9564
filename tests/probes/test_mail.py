"""The probe of the mail server, on a real one."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.probes.mail import mail


class Refusing:
    """An inbox that no mail should reach."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        raise AssertionError("a probe sends nothing")


def of_ana(_server: object, _session: object, _envelope: object, _mechanism: object, given: object) -> AuthResult:
    known = isinstance(given, LoginPassword) and given.password == b"girafe"
    return AuthResult(success=known, handled=False)


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a mail server that knows one password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    controller = Controller(Refusing(), hostname="127.0.0.1", port=number, authenticator=of_ana, auth_require_tls=False)
    controller.start()
    yield number
    controller.stop()


def test_the_mail_server_lets_us_in_or_says_why_not(server: int) -> None:
    assert mail(f"smtp://ana:girafe@127.0.0.1:{server}?from=vigie@example.org").state == "ok"
    wrong = mail(f"smtp://ana:autruche@127.0.0.1:{server}?from=vigie@example.org")
    assert wrong.state == "bad"
    assert wrong.text.startswith("the mail server refused the user name or the password: check VIGIE_SMTP_URL")


@pytest.mark.parametrize(
    ("url", "state", "words"),
    [
        (None, "note", "VIGIE_SMTP_URL is not set"),
        ("smtp://127.0.0.1:1", "bad", "refused the connection"),
        ("smtp://mail.invalid", "bad", "name of the mail server was not found"),
        ("mail.example.org", "bad", "VIGIE_SMTP_URL must look like smtp://"),
    ],
)
def test_what_is_missing_or_wrong_is_told(url: str | None, state: str, words: str) -> None:
    found = mail(url)
    assert found.state == state
    assert words in found.text
