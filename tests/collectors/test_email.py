"""E-mail: what a mail server may say, and what letters may hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest

from collectors.base import Broken, Page, RawMention, SourceBusy, SourceError, SourceRefused, Window
from collectors.email import Mailbox, backfill, collector, pages
from collectors.email.letter import Letter, read_letters
from collectors.email.letters import Whose, mention
from collectors.email.mailbox import Fact
from collectors.email.quotes import own_words, unflow
from tests.collectors.mailhost import MailHost


def params(mail: MailHost, **given: Any) -> Mailbox:
    known = {"host": "127.0.0.1", "port": mail.port, "security": "none", "username": mail.username}
    return Mailbox.model_validate({**known, "password": mail.password, **given})


def letter(number: int, body: str = "Bonjour", **headers: str) -> bytes:
    lines = {"From": f"Ann {number} <ann{number}@a.example>", "Message-ID": f"<{number}@a.example>", **headers}
    return (
        "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in lines.items()).encode() + f"\n{body}".encode()
    )


def read(site: Any, http: httpx2.Client, cursor: Any = None, **given: Any) -> list[Page]:
    return list(pages(params(site.mail, **given), cursor or {}, http))


def mentions(found: list[Page]) -> list[RawMention]:
    return [mention for page in found for mention in page.mentions]


def parsed(raw: bytes) -> Letter:
    (found,) = read_letters([raw])
    assert isinstance(found, Letter)
    return found


def test_letters_are_read_once_and_only_looked_at(site: Any, http: httpx2.Client) -> None:
    for number in range(3):
        site.mail.add(letter(number))
    first = read(site, http)
    assert len(mentions(first)) == 3
    site.mail.add(letter(3))
    again = read(site, http, first[-1].cursor)
    assert [mention.external_id for mention in mentions(again)] == ["mid:3@a.example"]
    assert [page.unchanged for page in read(site, http, again[-1].cursor)] == [True]
    fetched = [asked for asked in site.mail.asked if "BODY" in asked]
    assert fetched
    assert all("BODY.PEEK[]" in asked for asked in fetched)
    assert not [asked for asked in site.mail.asked if asked.startswith(("SELECT", "UID STORE"))]


def test_an_empty_mailbox_waits_for_its_first_letter(site: Any, http: httpx2.Client) -> None:
    (page,) = read(site, http)
    assert (page.mentions, page.unchanged) == ((), False)
    site.mail.add(letter(1), ago=timedelta())
    assert len(mentions(read(site, http, page.cursor))) == 1


def test_letters_come_in_batches_and_a_stopped_run_goes_on_without_loss(site: Any, http: httpx2.Client) -> None:
    for number in range(120):
        site.mail.add(letter(number))
    found = read(site, http)
    assert [len(page.mentions) for page in found] == [50, 50, 20]
    (begun,) = islice(pages(params(site.mail), {}, http), 1)
    rest = read(site, http, json.loads(json.dumps(dict(begun.cursor))))
    assert len(mentions([begun, *rest])) == len({mention.external_id for mention in mentions([begun, *rest])}) == 120


def test_more_than_two_thousand_letters_are_read_over_several_readings(site: Any, http: httpx2.Client) -> None:
    for number in range(2_030):
        site.mail.add(letter(number))
    first = read(site, http)
    assert len(mentions(first)) == 2_000
    assert str(first[-1].warning).startswith("2030 messages were waiting")
    second = read(site, http, first[-1].cursor)
    assert (len(mentions(second)), second[-1].warning) == (30, None)


def test_letters_numbered_anew_are_read_again_and_known_by_their_message_id(site: Any, http: httpx2.Client) -> None:
    site.mail.add(letter(1), ago=timedelta(days=20))
    site.mail.add(letter(2), ago=timedelta(hours=5))
    first = read(site, http)
    site.mail.validity, site.mail.posts = 2, []
    for number in (2, 3):
        site.mail.add(letter(number), uid=100 + number)
    again = read(site, http, first[-1].cursor)
    assert [mention.external_id for mention in mentions(again)] == ["mid:2@a.example", "mid:3@a.example"]
    assert again[-1].cursor["validity"] == 2


def test_a_backfill_goes_on_where_it_was_stopped(site: Any, http: httpx2.Client) -> None:
    for number in range(130):
        site.mail.add(letter(number), arrived=datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=number // 2))
    window = Window(datetime(2026, 2, 1, 3, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    whole = list(backfill(params(site.mail), {}, window, http))
    assert len(mentions(whole)) == 124
    begun = list(islice(backfill(params(site.mail), {}, window, http), 1))
    rest = list(backfill(params(site.mail), begun[-1].cursor, window, http))
    ids = [mention.external_id for mention in mentions(begun + rest)]
    assert len(ids) == len(set(ids)) == 124
    assert rest[-1].reached == window.since
    site.mail.validity = 2
    anew = list(backfill(params(site.mail), begun[-1].cursor, window, http))
    assert {mention.external_id for mention in mentions(begun + anew)} == set(ids)


def test_a_letter_over_25_megabytes_is_told_and_passed_over(site: Any, http: httpx2.Client) -> None:
    site.mail.add(letter(1, "x" * (25 << 20)))
    site.mail.add(letter(2))
    (page,) = read(site, http)
    assert [mention.external_id for mention in page.mentions] == ["mid:2@a.example"]
    assert page.broken == (Broken("letter 1", "it is too large to be read: 25 MB"),)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials", SourceRefused, "refuses the name or the password"),
        ("{tag} NO [ALERT] Application-specific password required", SourceRefused, "requires an app password"),
        ("{tag} NO [WEBALERT] Web login required", SourceRefused, "requires an app password"),
        ("{tag} NO [EXPIRED] Password expired", SourceRefused, "has expired"),
        ("{tag} NO [PRIVACYREQUIRED] Plaintext authentication disallowed", SourceRefused, "without encryption"),
        ("{tag} NO [UNAVAILABLE] Temporary authentication failure", SourceBusy, "come back later"),
        ("{tag} NO [LIMIT] Too many simultaneous connections", SourceBusy, "come back later"),
        ("* BYE going down", SourceError, "connection to the mail server|broke off|cannot be reached"),
        ("", SourceError, "broke off"),
        ("gibberish", SourceError, "broke off"),
    ],
)
def test_a_refused_login_says_what_to_do(
    site: Any, http: httpx2.Client, said: str, kind: type[SourceError], words: str
) -> None:
    site.mail.says["AUTHENTICATE"] = said
    with pytest.raises(SourceError, match=words) as refused:
        read(site, http)
    assert type(refused.value) is kind
    assert site.mail.password not in str(refused.value)


def test_a_wrong_password_is_refused_by_both_ways_in(site: Any, http: httpx2.Client) -> None:
    for capabilities in ("IMAP4rev1 AUTH=PLAIN", "IMAP4rev1"):
        site.mail.capabilities = capabilities
        with pytest.raises(SourceRefused, match="refuses the name or the password"):
            read(site, http, password="wrong")
        assert read(site, http)
    site.mail.capabilities = "IMAP4rev1 LOGINDISABLED"
    with pytest.raises(SourceRefused, match="without encryption"):
        read(site, http)


def test_a_password_with_accents_is_sent_as_it_is(site: Any, http: httpx2.Client) -> None:
    site.mail.password = "clé à molette"
    assert read(site, http)
    site.mail.capabilities = "IMAP4rev1"
    with pytest.raises(SourceRefused, match="accents"):
        read(site, http)


def test_an_authorization_is_renewed_before_each_reading(site: Any, http: httpx2.Client) -> None:
    site.mail.token = "ya29.fresh"
    site.mail.add(letter(1))
    url = site.says("/token", '{"access_token": "ya29.fresh", "expires_in": 3599, "token_type": "Bearer"}')
    oauth = {"client_id": "me", "client_secret": "sesame", "refresh_token": "1//r", "token_url": url, "password": ""}
    assert len(mentions(read(site, http, **oauth))) == 1
    assert site.sent[-1] == b"grant_type=refresh_token&client_id=me&refresh_token=1%2F%2Fr&client_secret=sesame"
    site.mail.token = "another"
    with pytest.raises(SourceRefused, match="check that IMAP is switched on"):
        read(site, http, **oauth)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, '{"error": "invalid_grant", "error_description": "Token has been revoked."}', "was withdrawn"),
        (401, '{"error": "invalid_client"}', "does not know this client id"),
        (400, "<html>", "refuses to renew"),
        (200, '{"scope": "mail"}', "access_token is missing"),
    ],
)
def test_an_authorization_that_is_not_renewed_says_why(
    site: Any, http: httpx2.Client, status: int, body: str, words: str
) -> None:
    url = site.says("/token", body, status)
    with pytest.raises(SourceError, match=words):
        read(site, http, client_id="me", refresh_token="1//r", token_url=url, password="")


def test_a_folder_that_is_not_there_names_those_that_are(site: Any, http: httpx2.Client) -> None:
    with pytest.raises(SourceRefused, match="«Avis» in this mailbox; it has: INBOX, Réclamations, Sent"):
        read(site, http, folder="Avis")
    site.mail.folder = "R&AOk-clamations &- avis"
    assert read(site, http, folder="Réclamations & avis")


def test_a_name_never_becomes_a_command() -> None:
    for name in ("folder", "username"):
        with pytest.raises(ValueError, match="one line"):
            params(MailHost(port=143), **{name: "INBOX\r\nA1 DELETE INBOX"})


@pytest.mark.parametrize(
    "host", ["http://imap.example.org", "imap.example.org:993", "a b", "user@imap.example.org", ""]
)
def test_a_mail_server_is_a_name_alone(host: str) -> None:
    with pytest.raises(ValueError, match="only the name of the mail server"):
        params(MailHost(port=143), host=host)


def test_a_way_in_is_needed() -> None:
    with pytest.raises(ValueError, match="give a password, or a refresh token"):
        params(MailHost(port=143), password="")


def test_a_client_that_opens_no_mailbox_says_so(site: Any) -> None:
    with httpx2.Client(trust_env=False) as plain, pytest.raises(SourceError, match="cannot be read from here"):
        list(pages(params(site.mail), {}, plain))


def test_addresses_and_numbers_never_leave_the_mailbox(site: Any, http: httpx2.Client) -> None:
    body = (
        "Écrivez à jean.petit+avis@courriel.example, ou +33 6 12 34 56 78. Commande 4012345678, 12 mars 2026, 1.500 km."
    )
    site.mail.add(letter(1, body, From="jean.petit@courriel.example", Content_Type="text/plain; charset=utf-8"))
    (found,) = mentions(read(site, http))
    assert found.text == "Écrivez à […], ou […]. Commande 4012345678, 12 mars 2026, 1.500 km."
    assert found.author == ""
    assert "jean" not in json.dumps([found.author_id, found.title, found.text])
    assert found.author_id


@pytest.mark.parametrize(
    "private",
    [
        "josé.müller@example.org",
        "marie@société.example",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u202f12\u202f34\u202f56\u202f78",
        "+33\u202f6 12 34 56 78",
        "06/12/34/56/78",
        "(0) 6 12 34 56 78",
        "020 7946 0958",
        "0151 23456789",
        "(555) 123-4567",
        "555-123-4567",
        "+1 (555) 123-4567",
        "tel.0612345678",
        "https://x.example/?mail=marie%40example.org",
    ],
)
def test_whoever_writes_them_otherwise_is_blotted_out_too(private: str) -> None:
    left = mention(
        Letter("", f"Re: {private}", f"Appelez {private}, merci.", f"Ann {private}", "", None, (), ""),
        Fact(1, 1, datetime(2026, 3, 1, tzinfo=UTC)),
        Whose("imap.example.org", "us", split_alerts=False),
    )
    assert "[…]" in left.title
    assert not re.search(r"\d\d|@|%40|jos|marie", left.title + left.text + left.author)


@pytest.mark.parametrize(
    "said",
    ["le 01/02/2024 à 10:30", "01.02.2024 10:30", "2024-05-06", "10.0.0.1", "n° 20240506-1234", "1.500.000 km", "5,90"],
)
def test_dates_and_orders_stay(said: str) -> None:
    letter = Letter("", said, said, "", "", None, (), "")
    assert mention(letter, Fact(1, 1, datetime.now(UTC)), Whose("h", "u", split_alerts=False)).text == said


def test_the_same_person_has_another_pseudonym_in_another_mailbox(site: Any, http: httpx2.Client) -> None:
    site.mail.add(letter(1))
    (here,) = mentions(read(site, http))
    site.mail.username = "other@example.org"
    (there,) = mentions(read(site, http))
    assert here.author_id != there.author_id


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-replied (vacation)"[:12]},
        {"X-Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Return-Path": "<>"},
        {"From": "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"},
        {"Content-Type": 'multipart/report; report-type=feedback-report; boundary="b"'},
        {"Content-Type": 'multipart/report; report-type=disposition-notification; boundary="b"'},
    ],
)
def test_what_machines_write_is_no_mention(headers: dict[str, str]) -> None:
    assert read_letters([letter(1, **headers)]) == [None]


def test_a_letter_that_says_it_is_no_automatic_one_is_read() -> None:
    assert parsed(letter(1, Auto_Submitted="no")).text == "Bonjour"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: =?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9?=", "café"),
        (b"Subject: =?iso-8859-1?q?a_b?= =?utf-8?b?w6k=?= c", "a bé c"),
        (b"Subject: =?utf-8?b?broken!!?= x", "x"),
        (b"Subject: =?nonsense?q?=E9?=", "é"),
        (b"Subject: d\xe9j\xe0", "déjà"),
        (b"Subject: d\xc3\xa9j\xc3\xa0\n  vu", "déjà vu"),
        (b"Subject: =?us-ascii?q?=C3=A9?=", "é"),
        (b"Subject: =?utf-8*fr?q?=C3=A9t=C3=A9?=", "été"),
        (b"Subject:", ""),
    ],
)
def test_subjects_are_read_however_they_are_encoded(raw: bytes, subject: str) -> None:
    assert parsed(b"From: a@a.example\n" + raw + b"\n\nx").subject == subject


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Top.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@a.example> wrote:\n> earlier", "Top."),
        ("Haut.\n\nLe lun. 2 mars 2026 à 10:00, Ann\n<a@a.example> a écrit :\n\nsans chevrons", "Haut."),
        ("> earlier\n\nBottom.", "Bottom."),
        ("Ann wrote:\n> one\nYes.\n> two\nNo.", "Yes.\nNo."),
        ("Hello\n-- \nAnn\nCobalt Bikes", "Hello"),
        ("Vu.\nEnvoyé de mon iPhone", "Vu."),
        ("Vu.\n\nDe : Ann\nEnvoyé : lundi\nÀ : Ben\nObjet : x\n\nancien", "Vu."),
        ("Seen.\n________________________________\nFrom: Ann\nancient", "Seen."),
        ("Hi,\nDe : ce que je sais, rien.\nBye", "Hi,\nDe : ce que je sais, rien.\nBye"),
        ("-----Original Message-----\nFrom: Ann\nSent: Monday\n\nIt broke.", "It broke."),
        ("He wrote: never again.\nMe too.", "He wrote: never again.\nMe too."),
        ("", ""),
    ],
)
def test_what_is_quoted_and_how_it_is_signed_is_left_out(text: str, kept: str) -> None:
    assert own_words(text) == kept


def test_flowed_lines_are_whole_again() -> None:
    assert unflow("a \nb\nc \n> d \n> e\n-- \nf") == "a b\nc \n> d e\n-- \nf"
    assert unflow("a \nb", delsp=True) == "ab"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un</p><p>deux<br>trois</p><script>x()</script>", "Un\ndeux\ntrois"),
        ('<div>Oui</div><blockquote type="cite">non</blockquote>', "Oui"),
        ('<div>Oui</div><div id="divRplyFwdMsg">De : x</div><div>ancien</div>', "Oui"),
        ('<div class="gmail_quote">Fwd: seulement ceci</div>', "Fwd: seulement ceci"),
        ("&lt;b&gt; &amp; <b>gras</b>", "<b> & gras"),
    ],
)
def test_html_alone_is_read_as_it_is_seen(html: str, text: str) -> None:
    assert parsed(letter(1, html, Content_Type="text/html; charset=utf-8")).text == text


def test_a_multipart_without_its_parts_is_read_as_text() -> None:
    assert parsed(letter(1, "Just words", Content_Type='multipart/alternative; boundary="none"')).text == "Just words"


@pytest.mark.parametrize("depth", [50, 5_000])
def test_parts_within_parts_cost_one_letter_at_most(depth: int, site: Any, http: httpx2.Client) -> None:
    nested = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(depth))
    site.mail.add(letter(1, nested, Content_Type='multipart/mixed; boundary="b0"', Subject="x"))
    site.mail.add(letter(2))
    (page,) = read(site, http)
    assert "mid:2@a.example" in [mention.external_id for mention in page.mentions]
    assert len(page.mentions) + len(page.broken) == 2


def test_dates_are_never_ahead_of_the_arrival(site: Any, http: httpx2.Client) -> None:
    for number, date in enumerate(("Fri, 01 Jan 2100 00:00:00 +0000", "yesterday", "Mon, 02 Mar 2026 10:00:00 -0000")):
        site.mail.add(letter(number, Date=date), arrived=datetime.now(UTC).replace(microsecond=0))
    future, none, known = (mention.published_at for mention in mentions(read(site, http)))
    assert future == none == site.mail.posts[0].arrived
    assert known == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_the_declaration_keeps_private_letters_short_and_out_of_training() -> None:
    assert (collector.retention_days, collector.may_train, collector.platform) == (180, False, "email")
