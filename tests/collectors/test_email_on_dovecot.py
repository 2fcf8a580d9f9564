"""E-mail through the gate, on a real mail server: Debian's dovecot-imapd."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.http import BadAnswer, BadCertificate, Blocked, CutShort, Gate, TooSlow, Unreachable
from collectors.base import Page, SourceError, SourceRefused, Window
from collectors.email import Mailbox, backfill, pages
from tests.collectors.dovecot import BINARY, PASSWORD, USER, Dovecot, free_port, running

LETTER = (
    "From: Odile <odile@courriel.example>\nSubject: Vélo {n}\nMessage-ID: <{n}@courriel.example>\n"
    "Content-Type: text/plain; charset=utf-8\n\nLe vélo Cobalt numéro {n}.\n"
)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if BINARY is None:
        if os.environ.get("CI"):
            pytest.fail("dovecot-imapd is not installed: apt-get install dovecot-imapd")
        pytest.skip("dovecot-imapd is not installed")
    with contextmanager(running)() as server:
        yield server


@pytest.fixture
def mail(dovecot: Dovecot) -> Dovecot:
    dovecot.empty("Avis")
    return dovecot


@pytest.fixture
def gate(dovecot: Dovecot) -> Iterator[Gate]:
    with Gate(allowed_private_hosts=["127.0.0.1"], ca_file=dovecot.certificate) as made:
        yield made


def params(mail: Dovecot, **given: Any) -> Mailbox:
    known = {"host": "127.0.0.1", "port": mail.tls, "username": USER, "password": PASSWORD, "folder": "Avis"}
    return Mailbox.model_validate({**known, **given})


def letter(number: int) -> bytes:
    return LETTER.format(n=number).encode()


def ids(found: list[Page]) -> list[str]:
    return [mention.external_id for page in found for mention in page.mentions]


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_letters_are_read_by_every_way_in_and_stay_unread(mail: Dovecot, gate: Gate, security: str) -> None:
    for number in range(3):
        mail.deliver(letter(number), "Avis")
    way = params(mail, security=security, port=mail.tls if security == "tls" else mail.plain)
    first = list(pages(way, {}, gate))
    assert ids(first) == [f"mid:{number}@courriel.example" for number in range(3)]
    assert first[0].mentions[0].text == "Le vélo Cobalt numéro 0."
    mail.deliver(letter(3), "Avis")
    cursor = json.loads(json.dumps(dict(first[-1].cursor)))
    assert ids(list(pages(way, cursor, gate))) == ["mid:3@courriel.example"]
    with mail.owner() as box:
        box.select("Avis")
        assert box.search(None, "UNSEEN")[1] == [b"1 2 3 4"]


def test_nothing_new_is_an_unchanged_page(mail: Dovecot, gate: Gate) -> None:
    mail.deliver(letter(1), "Avis")
    first = list(pages(params(mail), {}, gate))
    assert [page.unchanged for page in pages(params(mail), first[-1].cursor, gate)] == [True]


def test_a_folder_made_anew_is_read_again_under_the_same_ids(mail: Dovecot, gate: Gate) -> None:
    mail.deliver(letter(1), "Avis")
    first = list(pages(params(mail), {}, gate))
    before = first[-1].cursor["validity"]
    mail.empty("Avis")
    for number in (1, 2):
        mail.deliver(letter(number), "Avis", ago=timedelta(minutes=30))
    again = list(pages(params(mail), first[-1].cursor, gate))
    assert again[-1].cursor["validity"] != before
    assert ids(again) == ["mid:1@courriel.example", "mid:2@courriel.example"]


def test_the_first_reading_is_of_seven_days_and_a_backfill_goes_further(mail: Dovecot, gate: Gate) -> None:
    for number, days in enumerate((40, 20, 1)):
        mail.deliver(letter(number), "Avis", ago=timedelta(days=days))
    assert ids(list(pages(params(mail), {}, gate))) == ["mid:2@courriel.example"]
    now = datetime.now(UTC)
    window = Window(now - timedelta(days=30), now - timedelta(days=7))
    found = list(backfill(params(mail), {}, window, gate))
    assert ids(found) == ["mid:1@courriel.example"]
    assert found[-1].reached == window.since


def test_what_is_deleted_between_two_readings_is_no_trouble(mail: Dovecot, gate: Gate) -> None:
    for number in range(3):
        mail.deliver(letter(number), "Avis")
    first = list(pages(params(mail), {}, gate))
    with mail.owner() as box:
        box.select("Avis")
        box.store("1:3", "+FLAGS", r"\Deleted")
        box.expunge()
    assert ids(list(pages(params(mail), first[-1].cursor, gate))) == []
    mail.deliver(letter(9), "Avis")
    assert ids(list(pages(params(mail), first[-1].cursor, gate))) == ["mid:9@courriel.example"]


def test_a_folder_with_accents_is_found_and_a_missing_one_is_named(mail: Dovecot, gate: Gate) -> None:
    mail.empty("R&AOk-clamations")
    mail.deliver(letter(1), "R&AOk-clamations")
    assert ids(list(pages(params(mail, folder="Réclamations"), {}, gate))) == ["mid:1@courriel.example"]
    with pytest.raises(SourceRefused, match="it has: Avis, INBOX, Réclamations"):
        list(pages(params(mail, folder="Nowhere"), {}, gate))


def test_a_wrong_password_is_refused(mail: Dovecot, gate: Gate) -> None:
    with pytest.raises(SourceRefused, match="refuses the name or the password"):
        list(pages(params(mail, password="wrong"), {}, gate))


def test_a_large_letter_comes_whole(mail: Dovecot, gate: Gate) -> None:
    boundary = 'Content-Type: multipart/mixed; boundary="b"\nMessage-ID: <big@courriel.example>\n\n'
    attached = "--b\nContent-Type: application/pdf\nContent-Disposition: attachment\n\n" + ("x" * 75 + "\n") * 200_000
    mail.deliver((boundary + attached + "--b\nContent-Type: text/plain\n\nAfter 15 MB.\n--b--\n").encode(), "Avis")
    (page,) = pages(params(mail), {}, gate)
    assert [mention.text for mention in page.mentions] == ["After 15 MB."]


def test_a_certificate_that_nobody_vouches_for_is_refused(mail: Dovecot) -> None:
    with Gate(allowed_private_hosts=["127.0.0.1"]) as gate:
        for security, port in (("tls", mail.tls), ("starttls", mail.plain)):
            with pytest.raises(BadCertificate, match="the certificate of the server is not valid"):
                gate.mailbox("127.0.0.1", port, security, 10)
            with pytest.raises(SourceError, match="certificate"):
                list(pages(params(mail, security=security, port=port), {}, gate))


def test_only_what_the_operator_opened_is_dialled(mail: Dovecot) -> None:
    with Gate() as closed:
        for host in ("127.0.0.1", "localhost", "::1", "0x7f.1", "10.0.0.1"):
            with pytest.raises(Blocked, match="this address is not allowed"):
                closed.mailbox(host, 993, "tls", 5)
        for port in (25, 80, 443, 8143, 0, 70_000):
            with pytest.raises(Blocked, match="this address is not allowed"):
                closed.mailbox("192.0.43.8", port, "tls", 5)
        with pytest.raises(Blocked, match="without encryption"):
            closed.mailbox("imap.example.org", 143, "none", 5)
        for host in ("", "a b", "user@host", "host/path", "host\r\nX"):
            with pytest.raises(Blocked):
                closed.mailbox(host, 993, "tls", 5)
    with Gate(allowed_private_hosts=[f"127.0.0.1:{mail.tls}"]) as one_port, pytest.raises(Blocked):
        one_port.mailbox("127.0.0.1", mail.plain, "none", 5)


def test_a_name_that_leads_inside_is_blocked() -> None:
    def inside(host: str, port: int) -> list[str]:
        return ["203.0.113.5" if port == 25 else "127.0.0.1"]

    with Gate(resolve=inside) as gate, pytest.raises(Blocked, match="this address is not allowed"):
        gate.mailbox("imap.example.org", 993, "tls", 5)


@contextmanager
def saying(*pieces: bytes, stays: bool = False) -> Iterator[int]:
    """A server that says these bytes to whoever comes, then hangs up or says nothing more."""
    import threading

    listener, done = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        conn, _ = listener.accept()
        with conn:
            for piece in pieces:
                conn.sendall(piece)
            if stays:
                done.wait(10)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    done.set()
    thread.join()
    listener.close()


GREETING = b"* OK ready\r\n"


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), BadAnswer),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), BadAnswer),
        ((b"* BYE too many connections\r\n",), Unreachable),
        ((b"",), CutShort),
        ((GREETING, b"* CAPABILITY POP3\r\n"), CutShort),
        ((b"* OK \x00\xff\r\n",), CutShort),
    ],
)
def test_what_is_no_mail_server_is_told(pieces: tuple[bytes, ...], kind: type[Exception]) -> None:
    with saying(*pieces) as port, Gate(allowed_private_hosts=["127.0.0.1"]) as gate, pytest.raises(kind):
        gate.mailbox("127.0.0.1", port, "none", 5)


def test_a_server_that_says_nothing_costs_no_more_than_its_time() -> None:
    for pieces in ((b"",), (GREETING,)):
        with saying(*pieces, stays=True) as port, Gate(allowed_private_hosts=["127.0.0.1"]) as gate:
            began = datetime.now(UTC)
            with pytest.raises(TooSlow):
                gate.mailbox("127.0.0.1", port, "none", 0.3)
            assert datetime.now(UTC) - began < timedelta(seconds=5)


def test_encryption_that_is_not_offered_sends_no_password(site: Any) -> None:
    with Gate(allowed_private_hosts=["127.0.0.1"]) as gate:
        with pytest.raises(BadCertificate, match="offers no encryption on this port"):
            gate.mailbox("127.0.0.1", site.mail.port, "starttls", 5)
        site.mail.capabilities, site.mail.says = "IMAP4rev1 STARTTLS", {"STARTTLS": "{tag} NO not today"}
        with pytest.raises(BadCertificate, match="did not begin to encrypt"):
            gate.mailbox("127.0.0.1", site.mail.port, "starttls", 5)
    assert set(site.mail.asked) <= {"CAPABILITY", "STARTTLS", "LOGOUT"}


def test_a_port_where_nobody_listens_is_told(site: Any) -> None:
    with Gate(allowed_private_hosts=["127.0.0.1"]) as gate, pytest.raises(Unreachable, match="refused the connection"):
        gate.mailbox("127.0.0.1", free_port(), "none", 5)


def test_an_answer_without_end_is_cut(site: Any) -> None:
    site.mail.says["EXAMINE"] = "* OK [X {{41943041}}]\r\n* SEARCH {{999999999}}"
    with Gate(allowed_private_hosts=["127.0.0.1"]) as gate, pytest.raises(SourceError, match="sent more than 40 MB"):
        list(pages(Mailbox(host="127.0.0.1", port=site.mail.port, security="none", username=site.mail.username,
                           password=site.mail.password), {}, gate))  # fmt: skip
