"""A Telegram bot: updates that are forgotten once they are confirmed, and a token that is part of the address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors.base import Inbound, Page, Received, SourceBusy, SourceChanged, SourceError, SourceRefused, Unsigned
from collectors.telegram_bot import MOST_PAGES, Bot, collector
from tests.collectors.conftest import Answer, Rule

TOKEN = "123456:AAE-of_nobody"
PATH = f"/bot{TOKEN}/getUpdates"
GROUP = {"id": -1001, "type": "supergroup", "title": "Riders"}
NOW = datetime.now(UTC)


def update(number: int, text: str = "said", chat: Any = None, **more: Any) -> dict[str, Any]:
    said = {"message_id": number, "chat": chat or GROUP, "date": 1772449800, "text": text, **more}
    return {"update_id": number, "message": said}


def answer(*updates: Any) -> Answer:
    return Answer(json.dumps({"ok": True, "result": updates}).encode())


def failure(status: int, description: str, **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return Answer(json.dumps(body).encode(), status)


def when(site: Any, said: Answer, offset: str = "-") -> None:
    site.rules.append(Rule(PATH, said, method="POST", form={"offset": offset}))


def bot(site: Any, **more: Any) -> Bot:
    return Bot.model_validate({"base_url": site.base, "token": TOKEN, **more})


def run(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(bot(site, **more), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def offsets(site: Any) -> list[int | None]:
    return [json.loads(body).get("offset") for body in site.sent]


def test_updates_are_confirmed_by_the_call_after_their_page_was_stored(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(7)))
    when(site, answer(), "8")
    reading = collector.pages(bot(site), {}, http)
    first = next(reading)
    assert (offsets(site), first.cursor["offset"]) == ([None], 8)
    assert list(reading) == []
    assert offsets(site) == [None, 8]


def test_a_run_that_ends_before_its_page_is_stored_gets_the_same_updates_again(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(7)))
    when(site, answer(), "8")
    next(collector.pages(bot(site), {}, http))
    assert ids(run(site, http)) == ["-1001/7"]


def test_a_quiet_bot_is_unchanged(site: Any, http: httpx2.Client) -> None:
    when(site, answer())
    (page,) = run(site, http)
    assert page.unchanged


def test_after_a_quiet_week_no_offset_is_sent_for_telegram_may_count_anew(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(3)))
    when(site, answer(), "4")
    old = {"offset": 900, "at": (NOW - timedelta(days=8)).isoformat()}
    assert ids(run(site, http, old)) == ["-1001/3"]
    when(site, answer(), "900")
    run(site, http, {**old, "at": NOW.isoformat()})
    assert offsets(site) == [None, 4, 900]


def test_a_server_that_does_not_forget_is_no_circle(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(7)))
    when(site, answer(update(7)), "8")
    assert ids(run(site, http)) == ["-1001/7"]
    assert offsets(site) == [None, 8]


def test_an_update_that_cannot_be_read_is_set_aside_and_not_asked_for_for_ever(site: Any, http: httpx2.Client) -> None:
    when(site, answer({"update_id": 7, "message": "x"}, "what", update(6)))
    when(site, answer(), "8")
    pages = run(site, http)
    assert (ids(pages), [item.id for item in pages[0].broken]) == (["-1001/6"], ["7", ""])


def test_what_is_told_to_the_bot_in_private_is_not_read(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(7, chat={"id": 5, "type": "private"}), update(8, chat={"id": 6, "type": "new kind"})))
    when(site, answer(), "9")
    assert ids(run(site, http)) == []


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        (failure(401, "Unauthorized"), SourceRefused, "does not accept this token"),
        (failure(404, "Not Found"), SourceRefused, "does not accept this token"),
        (
            failure(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"),
            SourceRefused,
            "sends its messages to an address",
        ),
        (failure(409, "Conflict: terminated by other getUpdates request"), SourceRefused, "another program"),
        (failure(500, "Internal"), SourceError, "problem of its own"),
        (Answer(b'{"ok": false, "result": []}'), SourceError, "could not be read"),
        (Answer(b'{"ok": true, "result": [1, 2]}'), SourceChanged, "update_id"),
        (Answer(b"<html>", 502), SourceError, "502"),
    ],
)
def test_errors_are_told_apart_and_none_shows_the_token(
    site: Any, http: httpx2.Client, said: Answer, kind: type[Exception], sentence: str
) -> None:
    when(site, said)
    with pytest.raises(kind, match=sentence) as raised:
        run(site, http)
    assert "AAE" not in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "wait"), [(35, timedelta(seconds=35)), ("soon", None), (-1, None), (10**9, None), (True, None)]
)
def test_how_long_to_wait_is_in_the_body(site: Any, http: httpx2.Client, seconds: Any, wait: timedelta | None) -> None:
    when(site, failure(429, "Too Many Requests: retry after 35", retry_after=seconds))
    with pytest.raises(SourceBusy) as busy:
        run(site, http)
    assert busy.value.wait == wait


def test_the_token_is_in_no_error_when_the_server_is_not_there(http: httpx2.Client) -> None:
    for base in ("http://127.0.0.1:1", "http://127.0.0.1:1/deep"):
        with pytest.raises(SourceError) as raised:
            list(collector.pages(Bot.model_validate({"base_url": base, "token": TOKEN}), {}, http))
        assert "AAE" not in str(raised.value)


@pytest.mark.parametrize("token", ["", "1:a/../x", "1:a?b", "1:a b", "é"])
def test_what_is_no_token_is_not_put_into_an_address(site: Any, http: httpx2.Client, token: str) -> None:
    with pytest.raises(SourceRefused):
        list(collector.pages(Bot.model_validate({"base_url": site.base, "token": token}), {}, http))
    assert site.asked == []


def test_a_bot_that_sends_its_messages_is_not_asked(site: Any, http: httpx2.Client) -> None:
    (page,) = run(site, http, {"offset": 3}, webhook_secret="s3cret")
    assert (page.unchanged, page.cursor, site.asked) == (True, {"offset": 3}, [])


def sent(body: bytes, given: str | None, secret: str = "s3cret") -> Received:
    assert collector.receive
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    wanted = Bot.model_validate({"token": TOKEN, "webhook_secret": secret})
    return collector.receive(wanted, Inbound("POST", headers, {}, body, NOW))


def test_what_is_sent_with_the_secret_is_read() -> None:
    assert [one.external_id for one in sent(json.dumps(update(7)).encode(), "s3cret").mentions] == ["-1001/7"]
    broken = sent(b'{"update_id": 7, "message": 5}', "s3cret")
    assert [item.id for item in broken.broken] == ["7"]


@pytest.mark.parametrize(
    ("given", "secret"), [(None, "s3cret"), ("", "s3cret"), ("wrong", "s3cret"), ("", ""), ("é", "e")]
)
def test_what_is_sent_without_the_secret_is_refused(given: str | None, secret: str) -> None:
    with pytest.raises(Unsigned):
        sent(json.dumps(update(7)).encode(), given, secret)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"5", b"[" * 10_000])
def test_what_is_sent_and_is_no_update_is_said_so(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        sent(body, "s3cret")


def test_a_bot_with_more_updates_than_one_reading_takes_says_so_and_goes_on(site: Any, http: httpx2.Client) -> None:
    when(site, answer(update(0)))
    for number in range(1, MOST_PAGES + 2):
        when(site, answer(update(number)), str(number))
    when(site, answer(), str(MOST_PAGES + 2))
    pages = run(site, http)
    assert (len(pages), len(site.sent)) == (MOST_PAGES, MOST_PAGES)
    assert [bool(page.warning) for page in pages] == [False] * (MOST_PAGES - 1) + [True]
    assert ids(run(site, http, pages[-1].cursor)) == [f"-1001/{MOST_PAGES}", f"-1001/{MOST_PAGES + 1}"]
