from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts.base import DeliveryError
from app.http import Gate, Mailer, Wire
from app.http.mail import read_url


class Inbox:
    """Keeps what arrives; `rcpt` and `data` are the replies it gives."""

    def __init__(self, rcpt: dict[str, str] | None = None, data: str = "250 OK") -> None:
        self.envelopes: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.rcpt = rcpt or {}
        self.data = data

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return self.data


Start = Callable[..., int]


@pytest.fixture
def smtp() -> Iterator[Start]:
    """`smtp(inbox, …)` starts a mail server and gives its port."""
    running: list[Controller] = []

    def start(inbox: Inbox, **given: object) -> int:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        running.append(Controller(inbox, hostname="127.0.0.1", port=port, **given))
        running[-1].start()
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def script() -> Iterator[Start]:
    """`script(*replies)` is a mail server that gives these lines in turn and then says nothing more."""
    done = threading.Event()
    threads: list[threading.Thread] = []
    listeners: list[socket.socket] = []

    def run(listener: socket.socket, replies: tuple[bytes, ...], hang_up: bool) -> None:
        conn, _ = listener.accept()
        with conn, suppress(OSError):
            for reply in replies:
                conn.sendall(reply)
                conn.recv(65536)
            if not hang_up:
                done.wait(20)

    def start(*replies: bytes, hang_up: bool = False) -> int:
        listeners.append(socket.create_server(("127.0.0.1", 0)))
        threads.append(threading.Thread(target=run, args=(listeners[-1], replies, hang_up)))
        threads[-1].start()
        return int(listeners[-1].getsockname()[1])

    yield start
    done.set()
    for thread in threads:
        thread.join(10)
    for listener in listeners:
        listener.close()


def mail(to: str = "camille@example.org", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["To"] = to
    message["Subject"] = "Bad buzz détecté"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Une phrase accentuée.\n.\nAprès un point seul.")
    return message


def test_a_mail_arrives(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox)
    sent = mail(Cc="dominique@example.org", Bcc="secret@example.org")
    Mailer(f"smtp://127.0.0.1:{port}?from=Vigie%20%3Calerts%40acme.example%3E").send(sent)
    (envelope,) = inbox.envelopes
    assert envelope.mail_from == "alerts@acme.example"
    assert sorted(envelope.rcpt_tos) == ["camille@example.org", "dominique@example.org", "secret@example.org"]
    text = bytes(envelope.content or b"")
    assert b"From: Vigie <alerts@acme.example>\r\n" in text
    assert b"Date: " in text
    assert b"secret@example.org" not in text
    assert "From" not in sent


def test_a_mail_keeps_the_sender_it_shows(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox)
    Mailer(f"smtp://127.0.0.1:{port}?from=alerts@acme.example").send(mail(From="Acme <acme@acme.example>"))
    assert b"From: Acme <acme@acme.example>\r\n" in bytes(inbox.envelopes[0].content or b"")
    assert inbox.envelopes[0].mail_from == "alerts@acme.example"


@pytest.mark.parametrize(("reply", "permanent"), [("550 no such user", True), ("451 try again", False)])
def test_a_refused_address_is_told(smtp: Start, reply: str, permanent: bool) -> None:
    port = smtp(Inbox(rcpt={"camille@example.org": reply}))
    with pytest.raises(DeliveryError, match=f"refused the addresses: camille@example.org .{reply}") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(mail())
    assert (failed.value.permanent, failed.value.ambiguous) == (permanent, False)


def test_a_mail_that_reached_some_is_not_sent_again(smtp: Start) -> None:
    inbox = Inbox(rcpt={"gone@example.org": "550 gone"})
    port = smtp(inbox)
    with pytest.raises(DeliveryError, match=r"not to these addresses: gone@example\.org") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(mail("camille@example.org, gone@example.org"))
    assert failed.value.permanent
    assert inbox.envelopes[0].rcpt_tos == ["camille@example.org"]


@pytest.mark.parametrize(("reply", "permanent"), [("554 spam", True), ("452 full", False)])
def test_a_refused_text_is_told(smtp: Start, reply: str, permanent: bool) -> None:
    port = smtp(Inbox(data=reply))
    with pytest.raises(DeliveryError, match=f"refused the mail: {reply}") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(mail())
    assert (failed.value.permanent, failed.value.ambiguous) == (permanent, False)


def test_a_mail_to_nobody_is_told(smtp: Start) -> None:
    message = mail()
    del message["To"]
    port = smtp(Inbox())
    with pytest.raises(DeliveryError, match="nobody to mail to") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(message)
    assert failed.value.permanent


def checks(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"vigie@acme.example", b"p@ss/word")
    return AuthResult(success=good, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_user_and_password_are_percent_encoded_and_the_user_is_the_sender(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox, authenticator=checks, auth_required=True, auth_require_tls=False)
    Mailer(f"smtp://vigie%40acme.example:p%40ss%2Fword@127.0.0.1:{port}").send(mail())
    assert inbox.envelopes[0].mail_from == "vigie@acme.example"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_is_told(smtp: Start) -> None:
    port = smtp(Inbox(), authenticator=checks, auth_required=True, auth_require_tls=False)
    with pytest.raises(DeliveryError, match="refused the user name or the password") as failed:
        Mailer(f"smtp://vigie:wrong@127.0.0.1:{port}").send(mail())
    assert failed.value.permanent


def test_a_password_is_not_sent_unencrypted_to_another_machine(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox)  # 127.1 is a name like any other here: only the plain loopback spellings are this machine
    with pytest.raises(DeliveryError, match="the password was not sent") as failed:
        Mailer(f"smtp://vigie:secret@127.1:{port}").send(mail())
    assert failed.value.permanent
    with pytest.raises(DeliveryError, match="cannot do this"):
        Mailer(f"smtp://vigie:secret@127.1:{port}?tls=none").send(mail())


def test_a_password_for_a_server_without_logins_is_told(smtp: Start) -> None:
    port = smtp(Inbox())
    with pytest.raises(DeliveryError, match="cannot do this") as failed:
        Mailer(f"smtp://vigie:secret@127.0.0.1:{port}").send(mail())
    assert failed.value.permanent


@pytest.mark.parametrize("replies", [(), (b"220 hello\r\n",), (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n")])
def test_a_server_that_hangs_before_the_text_surely_did_not_take_it(script: Start, replies: tuple[bytes, ...]) -> None:
    with pytest.raises(DeliveryError, match=r"did not finish within 0\.4 seconds") as failed:
        Mailer(f"smtp://127.0.0.1:{script(*replies)}", deadline=0.4).send(mail())
    assert (failed.value.permanent, failed.value.ambiguous) == (False, False)


BEFORE_THE_END = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


@pytest.mark.parametrize("hang_up", [True, False])
def test_a_server_that_is_lost_after_the_text_may_have_taken_it(script: Start, hang_up: bool) -> None:
    port = script(*BEFORE_THE_END, hang_up=hang_up)
    with pytest.raises(DeliveryError) as failed:
        Mailer(f"smtp://127.0.0.1:{port}", deadline=1.0).send(mail())
    assert (failed.value.permanent, failed.value.ambiguous) == (False, True)


def test_a_server_that_drips_ends_with_the_total_time() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            conn, _ = listener.accept()
            with conn, suppress(OSError):
                while not stop.wait(0.05):
                    conn.sendall(b"220-a\r\n")

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(DeliveryError, match=r"did not finish within 0\.5 seconds"):
            Mailer(f"smtp://127.0.0.1:{listener.getsockname()[1]}", deadline=0.5).send(mail())
        stop.set()
        thread.join(10)


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"421 busy\r\n", b"nonsense\r\n"])
def test_a_server_that_does_not_want_us_is_told(script: Start, greeting: bytes) -> None:
    with pytest.raises(DeliveryError, match="refused the mail") as failed:
        Mailer(f"smtp://127.0.0.1:{script(greeting)}", deadline=5).send(mail())
    assert failed.value.permanent == greeting.startswith(b"5")


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(DeliveryError, match="refused the connection") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(mail())
    assert not failed.value.permanent


def test_a_server_whose_name_is_unknown_is_told() -> None:
    with pytest.raises(DeliveryError, match="name of the mail server was not found"):
        Mailer("smtp://a..example").send(mail())


@pytest.fixture
def trusted(certificate: Path) -> tuple[ssl.SSLContext, str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context, str(certificate)


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls"])
def test_starttls_is_used_when_it_is_offered(smtp: Start, trusted: tuple[ssl.SSLContext, str], scheme: str) -> None:
    context, pem = trusted
    inbox = Inbox()
    port = smtp(inbox, tls_context=context)
    Mailer(f"{scheme}://127.0.0.1:{port}", ca_file=pem).send(mail())
    assert inbox.encrypted == [True]


def test_starttls_is_left_out_when_the_operator_says_so(smtp: Start, trusted: tuple[ssl.SSLContext, str]) -> None:
    inbox = Inbox()
    port = smtp(inbox, tls_context=trusted[0])
    Mailer(f"smtp://127.0.0.1:{port}?tls=none").send(mail())
    assert inbox.encrypted == [False]


def test_smtps_speaks_tls_from_the_first_byte(trusted: tuple[ssl.SSLContext, str], smtp: Start) -> None:
    context, pem = trusted
    inbox = Inbox()
    port = smtp(inbox, ssl_context=context)
    Mailer(f"smtps://127.0.0.1:{port}", ca_file=pem).send(mail())
    assert len(inbox.envelopes) == 1


def test_a_certificate_that_is_not_valid_is_told(smtp: Start, trusted: tuple[ssl.SSLContext, str]) -> None:
    inbox = Inbox()
    port = smtp(inbox, tls_context=trusted[0])
    with pytest.raises(DeliveryError, match="certificate of the mail server is not valid") as failed:
        Mailer(f"smtp://127.0.0.1:{port}").send(mail())
    assert failed.value.permanent
    assert inbox.envelopes == []


def test_starttls_that_must_be_and_is_not_offered_is_told(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox)
    with pytest.raises(DeliveryError, match="STARTTLS") as failed:
        Mailer(f"smtp+starttls://127.0.0.1:{port}").send(mail())
    assert failed.value.permanent
    assert inbox.envelopes == []


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "sender"),
    [
        ("smtp://mail.example", "mail.example", 25, "", "", "vigie@mail.example"),
        ("smtps://a%40b.example:p%3A%40@mail.example", "mail.example", 465, "a@b.example", "p:@", "a@b.example"),
        ("smtp+starttls://u:p@mail.example/", "mail.example", 587, "u", "p", "vigie@mail.example"),
        ("smtp://[::1]:2525?from=x@y.example", "::1", 2525, "", "", "x@y.example"),
    ],
)
def test_the_grammar_of_the_url(url: str, host: str, port: int, user: str, password: str, sender: str) -> None:
    read = read_url(url)
    assert (read.host, read.port, read.user, read.password, read.sender) == (host, port, user, password, sender)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example/path",
        "smtp://mail.example?form=a@b",
        "smtp://mail.example?from=nobody",
        "smtp://mail.example?from=a%0A@b",
        "smtp://mail.example?tls=maybe",
        "smtps://mail.example?tls=none",
    ],
)
def test_a_wrong_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="VIGIE_SMTP_URL"):
        Mailer(url.replace("://", "://user:hunter2@") if url != "smtp://" else url)


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in repr(read_url("smtp://user:hunter2@mail.example"))
    with pytest.raises(ValueError, match="VIGIE_SMTP_URL") as wrong:
        Mailer("smtp://user:hunter2@mail.example:port")
    assert "hunter2" not in str(wrong.value)


def test_the_wire_hands_mails_to_the_mailer(smtp: Start) -> None:
    inbox = Inbox()
    port = smtp(inbox)
    with Gate() as gate:
        wire = Wire(gate, Mailer(f"smtp://127.0.0.1:{port}"))
        wire.mail(mail())
        assert wire.http is gate
    assert len(inbox.envelopes) == 1


def test_a_wire_without_a_mail_server_says_what_to_do() -> None:
    with (
        Gate() as gate,
        pytest.raises(DeliveryError, match="no mail server is configured: set VIGIE_SMTP_URL") as failed,
    ):
        Wire(gate).mail(mail())
    assert failed.value.permanent
