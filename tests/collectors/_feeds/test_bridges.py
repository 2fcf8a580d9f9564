"""A bridge's own error is no mention; what people write about errors is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors._feeds.bridges import failure_of_bridge, is_error, split_errors
from collectors.base import Page, RawMention, SourceError, Window
from collectors.rss import FeedAt, collector
from tests.collectors.test_rss import item, rss

PAST = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = "https://pont.example/?action=display&bridge=Tube&format=Atom"
ERROR = "Bridge returned error 403! (20786)"


@pytest.mark.parametrize(
    ("title", "url", "text"),
    [
        (ERROR, "https://pont.example/?action=display&bridge=Tube", "HttpException: 403 Forbidden"),
        (ERROR, "https://another.example/bridge01/?action=display&bridge=Tube", ""),
        ("Bridge returned error 0! (20786)", ADDRESS, ""),
        ("Bridge encountered an unexpected situation! (20786)", None, "Error message: `Undefined index`"),
        (ERROR, "https://tube.example/", "HttpException: https://tube.example/c resulted in 403 Forbidden"),
        (ERROR, "https://tube.example/", "<p>Details</p><p>Type: HttpException</p><p>Code: 403</p>"),
        ("RSS reader not yet whitelisted!", "https://pont.example/", "Please send an e-mail"),
        ("Error: this route is empty, please check the original site", "https://pont.example/", ""),
        ("Error 503: Service Unavailable", ADDRESS, ""),
        ("Unable to fetch the newsletter", "https://pont.example/?x=1", ""),
    ],
)
def test_an_item_that_leads_back_to_its_bridge_with_an_error_is_one(title: str, url: str | None, text: str) -> None:
    assert is_error(RawMention("1", url=url, title=title, text=text, html="<" in text), ADDRESS, alone=True)


@pytest.mark.parametrize(
    ("title", "url", "text"),
    [
        ("Bridge returned error 403! (20786)", "https://forge.example/rss/issues/48", "HttpException: since monday"),
        ("Cobaltine returns an error 403 when I log in", "https://forum.example/t/12", ""),
        ("Error 403 on the order page of Cobaltine", "https://forum.example/?t=12", ""),
        ("Why «Bridge returned error 404» is no news", "https://blog.example/why", ""),
        ("Bridge returned error, drivers stranded", "https://news.example/bridge", "The drawbridge of Port-Gris"),
        ("Our week", ADDRESS, "We had an error 403"),
        ("", ADDRESS, "error"),
    ],
)
def test_what_people_write_about_errors_is_a_mention(title: str, url: str, text: str) -> None:
    assert not is_error(RawMention("1", url=url, title=title, text=text), ADDRESS, alone=True)


def test_items_that_all_lead_to_the_feed_are_no_errors() -> None:
    told = [RawMention(str(n), url=ADDRESS, title=f"Error {n} is mended") for n in range(2)]
    assert split_errors(told, ADDRESS) == (tuple(told), "")


def test_the_failure_has_the_words_of_the_bridge() -> None:
    said = split_errors([RawMention("1", title=ERROR, text="\n403 Forbidden\nTrace")], ADDRESS)[1]
    assert said == "Bridge returned error 403! (20786): 403 Forbidden"
    assert f"at pont.example could not read its site: «{said}»" in str(failure_of_bridge("pont.example", said))


def bridged(*items: str) -> str:
    link = "<link>https://pont.example/?action=display&amp;bridge=Tube</link>"
    return rss(*items, f"<title>{ERROR}</title>{link}<guid>Tube_{len(items)}</guid>")


def read(http: httpx2.Client, url: str, cursor: Any, pages: list[Page]) -> None:
    pages.extend(collector.pages(FeedAt(url=url), cursor, http))


def test_a_feed_with_an_error_fails_after_its_sound_items_and_is_read_again(site: Any, http: httpx2.Client) -> None:
    url = site.says("/feed", rss(item(1)), ETag='"1"')
    pages: list[Page] = []
    read(http, url, {}, pages)
    before = pages[-1].cursor
    site.says("/feed", bridged(), ETag='"2"')
    for _ in range(2):
        with pytest.raises(SourceError, match=r"read its site: «Bridge returned error 403! \(20786\)»"):
            read(http, url, before, pages)
    assert len(pages) == 1
    site.says("/feed", bridged(item(2), item(1)), ETag='"3"')
    with pytest.raises(SourceError, match="could not read"):
        read(http, url, before, pages)
    assert [mention.external_id for mention in pages[-1].mentions] == ["urn:x:2", "urn:x:1"]
    assert pages[-1].cursor == before
    window = Window(PAST, PAST + timedelta(days=1))
    assert collector.backfill is not None
    site.says("/feed", bridged())
    with pytest.raises(SourceError, match="could not read"):
        list(collector.backfill(FeedAt(url=url), {}, window, http))
