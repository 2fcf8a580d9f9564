"""Telegram: the message of a bot. Its token stands in the address, and nowhere else."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from alerts.channels.telegram import Telegram, escape, payload, send
from tests.alerts.messages import retold

from .failing import GENERAL, breaks, closed_port, failure, flags
from .hostile import TEXTS, URLS, filled

TOKEN = "123456:AAF-s3cret_s3cret"


def bot(url: str, **more) -> Telegram:
    return Telegram(token=TOKEN, chat_id="-1001234567890", api_url=url.removesuffix("/hook"), **more)


class Tags(HTMLParser):
    """The tags that are open; those of Telegram only."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag in {"b", "a", "blockquote"}
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check(made) -> str:
    assert made["parse_mode"] == "HTML"
    assert made["link_preview_options"] == {"is_disabled": True}
    assert 0 < len(made["text"]) <= 4_096
    tags = Tags()
    tags.feed(made["text"])
    tags.close()
    assert tags.open == []
    return made["text"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_telegram_is_given_one_message_with_its_facts(receiver, wire, message, why, language):
    receiver.body = b'{"ok": true, "result": {"message_id": 7}}'
    send(bot(receiver.url, topic_id=5), replace(retold(message, why=why), language=language), wire)
    (request,) = receiver.requests
    made = json.loads(request.body)
    assert request.path == f"/bot{TOKEN}/sendMessage"
    assert (made["chat_id"], made["message_thread_id"]) == ("-1001234567890", 5)
    shown = check(made)
    for fact in ("Lumen", "Bad buzz", "38", "Colis perdu, remboursement refusé", "Élise Fontaine", message.url):
        assert fact in shown


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("url", URLS)
def test_whatever_the_public_writes_the_message_is_whole_and_short(message, text, url):
    check(payload(bot("https://api.telegram.org"), filled(message, text, url)))


def test_foreign_text_calls_nobody_and_has_no_markup():
    assert escape("@anne /start #x <b>") == "@\u2060anne /\u2060start #\u2060x &lt;b&gt;"


@pytest.mark.parametrize(("status", "headers", "expected"), GENERAL)
def test_a_refusal_says_what_is_to_be_done(receiver, wire, message, status, headers, expected):
    receiver.status, receiver.headers = status, headers
    assert flags(failure(send, bot(receiver.url), message, wire)) == expected


@pytest.mark.parametrize(
    ("status", "description", "said"),
    [
        (401, "Unauthorized", "@BotFather"),
        (404, "Not Found", "@BotFather"),
        (403, "Forbidden: bot was blocked by the user", "has blocked the bot"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "add it again"),
        (403, "Forbidden: bot can't initiate conversation with a user", "press Start"),
        (400, "Bad Request: chat not found", "check the chat id"),
        (400, "Bad Request: group chat was upgraded to a supergroup chat", "new chat id"),
        (400, "Bad Request: can't parse entities", "send a test"),
    ],
)
def test_what_telegram_says_becomes_what_to_do(receiver, wire, message, status, description, said):
    receiver.status = status
    receiver.body = json.dumps({"ok": False, "error_code": status, "description": description}).encode()
    error = failure(send, bot(receiver.url), message, wire)
    assert flags(error) == {"permanent"}
    assert said in str(error)


def test_the_pause_that_telegram_asks_for_is_kept(receiver, wire, message):
    told = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 77}}
    receiver.status, receiver.body = 429, json.dumps(told).encode()
    error = failure(send, bot(receiver.url), message, wire)
    assert (flags(error), error.wait) == ({"wait"}, timedelta(seconds=77))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"ok": false}'])
def test_a_page_of_somebody_else_is_no_success(receiver, wire, message, body):
    receiver.body = body
    assert flags(failure(send, bot(receiver.url), message, wire)) == {"ambiguous"}


def test_the_token_stands_in_no_error_and_no_log(receiver, wire, message, wired, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # as app.log sets it, because it logs addresses
    logging.getLogger("httpcore2").setLevel(logging.WARNING)
    receiver.status, receiver.body = 500, f"no /bot{TOKEN}/sendMessage here: {TOKEN}".encode()
    errors = [failure(send, bot(receiver.url), message, wire), failure(send, bot(closed_port()), message, wire)]
    receiver.hang_up = True
    errors.append(failure(send, bot(receiver.url), message, wire))
    assert "s3cret" not in " ".join(map(str, errors)) + caplog.text
    breaks(send, bot(receiver.url), message, wired)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": "s3cret"}, "is like 123456"),
        ({"chat_id": "my group"}, "a chat is a number"),
        ({"api_url": "ftp://x.example"}, "must start with https"),
        ({"topic_id": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_the_token(given, said):
    with pytest.raises(ValidationError, match=said) as caught:
        Telegram(**{"token": TOKEN, "chat_id": "1", **given})
    assert "s3cret" not in str(caught.value)
    assert Telegram(token=TOKEN, chat_id=-5).chat_id == "-5"
