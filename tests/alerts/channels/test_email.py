from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from pydantic import ValidationError

from alerts.channels.email import Email, mail, send
from tests.alerts.messages import retold

from .hostile import TEXTS, URLS, filled

OURS = {"html", "head", "meta", "title", "body", "h1", "p", "strong", "ul", "li", "h2", "blockquote", "br", "a"}
TO = Email(to=["anne@lumen.example", "bilal@lumen.example"])


def read(raw: bytes):
    return message_from_bytes(raw, policy=default)


def parts(made) -> tuple[str, str]:
    return made.get_body(("plain",)).get_content(), made.get_body(("html",)).get_content()


def received(made) -> object:
    return read(made.as_bytes())


def test_a_mail_arrives_at_every_address_in_text_and_html(mailbox, wire, message):
    send(TO, message, replace(wire, port=mailbox.port))
    (raw,) = mailbox.mails
    assert mailbox.to == [["anne@lumen.example", "bilal@lumen.example"]]
    arrived = read(raw)
    text, html = parts(arrived)
    assert arrived["subject"] == "🔴 Lumen: 38 negative stories (usual 12) · colis"
    assert arrived["auto-submitted"] == "auto-generated"
    assert arrived["list-unsubscribe"] is None
    for shown in (text, html):
        for fact in ("38 negative stories", "colis", "Élise Fontaine", "https://forum.example/t/1", message.url):
            assert fact in shown


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_every_reason_has_its_subject_in_both_languages(message, why, language):
    made = received(mail(TO, replace(retold(message, why=why), language=language)))
    text, html = parts(made)
    assert made["subject"][2:].startswith("Lumen")
    assert text.split("\r\n")[0].split() == made["subject"].split()
    assert f'lang="{language}"' in html


def test_subjects_differ_by_reason(message):
    subjects = {
        mail(TO, replace(retold(message, why=why), language=language))["subject"]
        for why in ("opened", "worsened", "reminder", "resolved")
        for language in ("en", "fr")
    }
    assert len(subjects) == 8


def test_times_are_those_of_the_reader(message):
    assert "08:05 (Europe/Paris)" in parts(received(mail(TO, message)))[0]
    assert "02:05 (America/New_York)" in parts(received(mail(TO, replace(message, timezone="America/New_York"))))[0]


def test_the_same_message_is_the_same_mail(message):
    assert mail(TO, message).as_bytes() == mail(TO, message).as_bytes()


def test_the_mails_of_one_incident_hang_together(message):
    first = mail(TO, message)
    later = mail(TO, replace(retold(message, why="reminder"), id="0192-m2"))
    assert later["in-reply-to"] == later["references"] == first["message-id"]
    assert later["message-id"] == "<message.0192-m2@vigie.example>"
    assert first["in-reply-to"] is None
    other = mail(TO, retold(message, id="0192-i2"))
    assert other["message-id"] != first["message-id"]


@pytest.mark.parametrize(
    "url", ["", "nonsense", "https://[::1", "https://é.example/", "http://localhost:8000/incidents/1"]
)
def test_a_message_id_is_well_formed_whatever_the_address_of_the_service(message, url):
    made = mail(TO, replace(retold(message, why="reminder"), url=url, id="a<b>\r\nc d"))
    assert re.fullmatch(r"<message\.a-b---c-d@[a-z.]+>", made["message-id"])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("why", ["opened", "resolved"])
def test_whatever_the_public_writes_the_mail_is_safe_and_readable(message, text, why):
    hostile = retold(filled(message, text), why=why)
    made = received(mail(Email(to=["anne@lumen.example"]), hostile))
    plain, html = parts(made)
    assert len(" ".join(made["subject"].split())) <= 150
    assert made["bcc"] is None
    assert made["to"] == "anne@lumen.example"
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= OURS
    assert set(re.findall(r'href="([^"]*)"', html)) == {message.url}
    assert not re.search("[\u202e\u2067\x00\x07\x1b\u2028]", plain + html)
    assert len(made.as_bytes()) < 100_000
    assert not made.defects


def test_hostile_mails_pass_a_real_server(mailbox, wire, message):
    for text in TEXTS.values():
        send(TO, filled(message, text), replace(wire, port=mailbox.port))
    assert len(mailbox.mails) == len(TEXTS)


def test_foreign_templates_are_shown_and_never_filled_in(message):
    plain, html = parts(received(mail(TO, filled(message, TEXTS["template"]))))
    assert "{{7*7}}" in plain
    assert "{{7*7}}" in html
    assert "49" not in plain + html


@pytest.mark.parametrize("url", URLS)
def test_only_real_addresses_become_links(message, url):
    html = parts(received(mail(TO, filled(message, "x", url))))[1]
    assert re.findall(r'href="([^"]*)"', html) == [message.url]


def test_a_link_in_a_mail_shows_where_it_leads(message):
    html = parts(received(mail(TO, filled(message, "x", "https://forum.example/?a=1&b='2"))))[1]
    assert ">https://forum.example/?a=1&amp;b=&#39;2</a>" in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html


def test_a_test_says_that_it_is_one(message):
    made = received(mail(TO, replace(message, test=True)))
    assert made["subject"].startswith("TEST")
    assert all("This is a test message" in part for part in parts(made))
    french = received(mail(TO, replace(message, test=True, language="fr")))
    assert french["subject"].startswith("ESSAI")


def test_unsubscribing_is_offered_when_there_is_an_address_for_it(message):
    made = received(mail(Email(to=["a@b.example"], unsubscribe_url="https://vigie.example/u/1"), message))
    assert made["list-unsubscribe"] == "<https://vigie.example/u/1>"
    assert made["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert "https://vigie.example/u/1" in parts(made)[1]


WRONG = [
    "",
    "anne",
    "@x.example",
    "anne@",
    "a b@x.example",
    "a@x.example\r\nBcc: b@x.example",
    "a@-x.example",
    "a,b@x.example",
    "anne@é.example",
    "Anne <a@x.example>",
    ".a@x.example",
    "a..b@x.example",
    "a@x..example",
    "a@" + "x" * 64 + ".example",
]


@pytest.mark.parametrize("to", WRONG)
def test_an_address_that_cannot_be_one_is_refused(to):
    with pytest.raises(ValidationError, match=r"name@example\.com"):
        Email(to=[to])


def test_an_ordinary_address_is_taken_and_there_must_be_one():
    assert Email(to=[" anne.o'neil+x@mail.lumen.example "]).to == ["anne.o'neil+x@mail.lumen.example"]
    for wrong in ([], ["a@b.example"] * 21):
        with pytest.raises(ValidationError):
            Email(to=wrong)
