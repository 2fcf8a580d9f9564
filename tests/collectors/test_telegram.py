"""The public preview of a Telegram channel: its pages, what is no preview, and HTML that is not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceChanged, SourceError, SourceRefused, Window
from collectors.telegram import MOST_PAGES, TelegramChannel, collector
from collectors.telegram.preview import MOST_MESSAGES, count, read_preview
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)


def message(number: int, text: str = "said", hours: float = 1, inner: str = "") -> str:
    at = (NOW - timedelta(hours=hours)).isoformat()
    body = f'<div class="tgme_widget_message_text js-message_text">{text}</div>' if text else ""
    return (
        f'<div class="tgme_widget_message" data-post="cobalt/{number}">{inner}{body}'
        f'<a class="tgme_widget_message_date" href="#"><time datetime="{at}">x</time></a></div>'
    )


def preview(*messages: str, before: int | None = None) -> Answer:
    more = f'<a class="tme_messages_more" data-before="{before}"></a>' if before is not None else ""
    return Answer(f'<section class="tgme_channel_history">{more}{"".join(messages)}</section>'.encode())


def when(site: Any, answer: Answer, before: str = "-", times: int = 1_000) -> None:
    site.rules.append(Rule("/s/cobalt", answer, query={"before": before}, times=times))


def run(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    return list(collector.pages(TelegramChannel(base_url=site.base, channel="cobalt"), cursor or {}, http))


def ids(pages: Sequence[Page]) -> list[str]:
    return [one.external_id.removeprefix("cobalt/") for page in pages for one in page.mentions]


def read(html: str) -> list[str]:
    return [one.text for one in read_preview(html.encode()).messages]


def test_reading_goes_back_to_what_is_known_and_reads_the_newest_again(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(8), message(9), before=8))
    when(site, preview(message(6), message(7), before=6), "8")
    when(site, preview(message(4), message(5), before=4), "6")
    assert ids(run(site, http, {"newest": 5})) == ["9", "8", "7", "6", "5", "4"]
    assert ids(run(site, http, {"newest": 9})) == ["9", "8"]


def test_a_first_run_reads_a_week(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(8, hours=100), message(9), before=8))
    when(site, preview(message(6, hours=200), message(7, hours=101), before=6), "8")
    pages = run(site, http)
    assert (ids(pages), pages[-1].cursor) == (["9", "8", "7", "6"], {"newest": 9})


def test_a_run_cut_short_loses_nothing(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(9), before=9))
    when(site, preview(message(8)), "9")
    begun = next(collector.pages(TelegramChannel(base_url=site.base, channel="cobalt"), {"newest": 3}, http))
    assert begun.cursor == {"newest": 3}
    assert ids(run(site, http, dict(begun.cursor))) == ["9", "8"]


def test_a_message_without_words_moves_the_cursor_all_the_same(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(8), message(9, text="")))
    pages = run(site, http)
    assert (ids(pages), pages[-1].cursor) == (["8"], {"newest": 9})


def test_a_page_that_points_at_itself_is_read_twice_at_most(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(9), before=9))
    when(site, preview(message(9), before=9), "9")
    assert ids(run(site, http)) == ["9"]
    assert len(site.asked) == 2


def test_beyond_the_cap_a_warning_says_so(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(1_000), before=1_000))
    for number in range(999, 999 - MOST_PAGES, -1):
        when(site, preview(message(number), before=number), str(number + 1))
    pages = run(site, http, {"newest": 1})
    assert len(pages) == MOST_PAGES
    assert pages[-1].warning
    assert pages[-1].cursor == {"newest": 1_000}


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (
            '<div class="tgme_page_title">Cobalt riders</div><div class="tgme_page_extra">812 members</div>',
            "is a group",
        ),
        ('<div class="tgme_page_description">If you have Telegram, you can contact @cobalt</div>', "has no channel"),
    ],
)
def test_a_channel_without_a_preview_is_told_from_one_that_is_not_there(
    site: Any, http: httpx2.Client, page: str, sentence: str
) -> None:
    site.says("/s/cobalt", status=302, Location=site.url("/cobalt"))
    site.says("/cobalt", page)
    with pytest.raises(SourceRefused, match=sentence):
        run(site, http)


def test_a_preview_of_another_shape_is_said_so(site: Any, http: httpx2.Client) -> None:
    when(site, Answer(b"<html><body>Something new</body></html>"))
    with pytest.raises(SourceChanged, match="tgme_channel_history"):
        run(site, http)


@pytest.mark.parametrize(("status", "kind"), [(429, SourceBusy), (403, SourceRefused), (500, SourceError)])
def test_when_telegram_does_not_answer_it_is_no_news(
    site: Any, http: httpx2.Client, status: int, kind: type[Exception]
) -> None:
    when(site, Answer(b"", status, {"Retry-After": "30"} if status == 429 else {}))
    with pytest.raises(kind):
        run(site, http)


def test_a_backfill_goes_on_from_where_it_was_stopped(site: Any, http: httpx2.Client) -> None:
    when(site, preview(message(9, hours=1), before=9))
    when(site, preview(message(8, hours=30), before=8), "9")
    when(site, preview(message(7, hours=90), before=7), "8")
    assert collector.backfill
    params, window = TelegramChannel(base_url=site.base, channel="cobalt"), Window(NOW - timedelta(hours=48), NOW)
    begun = next(iter(collector.backfill(params, {}, window, http)))
    rest = list(collector.backfill(params, dict(begun.cursor), window, http))
    assert (ids([begun]), ids(rest), rest[-1].reached) == (["9"], ["8"], window.since)


@pytest.mark.parametrize(
    "pasted", ["cobalt", "@cobalt", "t.me/cobalt", "https://t.me/s/cobalt", "https://t.me/cobalt/93?single", " cobalt "]
)
def test_a_channel_may_be_pasted_in_any_form(pasted: str) -> None:
    assert TelegramChannel(channel=pasted).channel == "cobalt"


@pytest.mark.parametrize("pasted", ["", "abc", "https://t.me/+AbCdEf", "co balt", "../../x", "https://t.me/c/123/4"])
def test_what_is_no_public_channel_is_refused(pasted: str) -> None:
    with pytest.raises(ValidationError):
        TelegramChannel(channel=pasted)


@pytest.mark.parametrize(
    ("written", "number"),
    [("12", 12), ("1.2K", 1_200), ("3.12K", 3_120), ("1,5M", 1_500_000), ("2 K", 2_000), ("", None), ("views", None)],
)
def test_counts_are_read_as_they_are_written(written: str, number: int | None) -> None:
    assert count(written) == number


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br/>b<br><br>c", "a\nb\n\nc"),
        ('<i class="emoji"><b>🙏</b></i> merci', "🙏 merci"),
        ('<tg-emoji emoji-id="1"><i class="emoji"><b>👍</b></i></tg-emoji>', "👍"),
        ("<tg-spoiler>hidden</tg-spoiler>", "hidden"),
        ("a<blockquote>b</blockquote>c", "a\nc"),
        ("<blockquote>b</blockquote>", "b"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ('<a href="javascript:x()">link</a>', "link"),
    ],
)
def test_a_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert read(message(1, html)) == [text]


def test_the_quoted_message_is_not_part_of_the_answer() -> None:
    quoted = (
        '<a class="tgme_widget_message_reply" href="https://t.me/cobalt/3">'
        '<div class="tgme_widget_message_text js-message_text">theirs</div></a>'
    )
    (found,) = read_preview(message(4, "ours", inner=quoted).encode()).messages
    assert (found.text, found.reply_to) == ("ours", "cobalt/3")
    (other,) = read_preview(message(4, "ours", inner=quoted.replace("/cobalt/", "/velo/")).encode()).messages
    assert other.reply_to == ""


def test_a_page_without_end_is_read_to_a_bound() -> None:
    assert len(read("".join(message(n) for n in range(MOST_MESSAGES + 50)))) == MOST_MESSAGES


@pytest.mark.parametrize("post", ["cobalt", "cobalt/x", "cobalt/" + "9" * 40, "../1", ""])
def test_a_message_without_a_number_is_passed_over(post: str) -> None:
    assert read(message(1).replace("cobalt/1", post)) == []
