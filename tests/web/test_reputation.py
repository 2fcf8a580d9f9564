"""The page of the reputation score: what it shows, where its figures lead, its files, and the model behind it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.actions.keys import NewKey, create
from app.models import Brand, Mention
from app.pipeline.judge.active_model import record
from app.pipeline.keep.aggregate import recount_dirty
from app.queries.feed import feed
from app.services import Services
from app.viewer import Viewer
from app.web.mentions import FILTERS, narrowed_by
from app.web.reputation import plain_name
from bench._bert import write
from sentiment.compact import compact
from sentiment.scorers import scorer

WIDE = "Nobody has measured how often it is right: its interval is wide"


def test_a_model_that_nobody_measured_is_said_to_be_so(
    browser: TestClient, services: Services, viewer: Viewer, brand: Brand, say: Callable[..., Any], tmp_path: Path
) -> None:
    say(*({"text": f"Brumelo est parfait, merci {n}", "external_id": f"p{n}"} for n in range(5)))
    larger = scorer(str(write(tmp_path / "tiny")))
    with services.db.writing() as session:
        made = create(session, viewer, NewKey(name="test", scopes=["read"]), datetime.now(UTC))
    key = {"Authorization": f"Bearer {made.secret}"}
    pages, answers = [], []
    for model in (compact(), larger):
        with services.db.writing() as session:
            recount_dirty(session, brand.workspace_id, brand.id)
            record(session, model, datetime.now(UTC), services.jobs)
        pages.append(browser.get(f"/reputation?brand={brand.id}").text)
        answers.append(browser.get(f"/api/v1/brands/{brand.id}/reputation", headers=key).json())
    assert f"Model compact {compact().version}." in pages[0]
    assert WIDE not in pages[0]
    assert "estimated from how sure the model is of each" in pages[0]
    assert f"Model tiny {larger.version}." in pages[1]
    assert WIDE in pages[1]
    assert "estimated from how sure the model is of each" not in pages[1]
    assert answers[0]["model"]["measured"]["macro_f1"].keys() == {"all", "en", "fr"}
    assert answers[1]["model"] == {"name": "tiny", "version": larger.version, "measured": None}
    width = [answer["interval"][1] - answer["interval"][0] for answer in answers]
    assert width[1] > 40
    compared = browser.get(f"/api/v1/reputation/compare?brands={brand.id}", headers=key).json()
    assert compared["model"] == answers[1]["model"]
    assert compared["items"][0]["interval"] == pytest.approx(answers[1]["interval"])


@pytest.fixture
def said(services: Services, brand: Brand, say: Callable[..., Any]) -> Brand:
    """A brand with praise, anger and a copy of it in two languages, some of it forty days ago."""
    now = datetime.now(UTC)
    texts = [
        *(("en", f"Brumelo is perfect, I love it, thank you so much {n}", 2) for n in range(4)),
        *(("fr", f"Brumelo est une honte, plus jamais, service nul {n}", 9) for n in range(3)),
        ("en", "Brumelo opens a second shop in Lyon this Thursday, said its director to the local press", 3),
        ("en", "Brumelo opens a second shop in Lyon this Thursday, said its director to the local press", 2),
        ("en", "Brumelo was fine back then, I loved it, thank you", 40),
    ]
    say(
        *(
            {"text": text, "language": language, "external_id": f"s{n}",
             "published_at": (now - timedelta(days=days, minutes=n)).isoformat()}
            for n, (language, text, days) in enumerate(texts)
        )
    )  # fmt: skip
    with services.db.writing() as session:
        recount_dirty(session, brand.workspace_id, brand.id)
    return brand


def counted(services: Services, viewer: Viewer, href: str) -> int:
    """How many mentions the list has that an address of the feed shows."""
    query = dict(parse_qsl(urlsplit(unescape(href)).query))
    assert set(query) <= set(FILTERS), "the list knows every filter"
    with services.db.reading() as session:
        filters = narrowed_by({name: query.get(name, "") for name in FILTERS}, datetime.now(UTC))
        return len(feed(session, viewer, filters, limit=500).items)


def links(page: str, within: str) -> list[tuple[str, str]]:
    """The links to the feed, with their words, between one class and the end of its part."""
    part = page[page.index(within) :]
    found = re.findall(
        r'<a href="(/\?[^"]*)"[^>]*>(.*?)</a>([^/]*</b> <span class="muted number">(\d+))?', part, re.DOTALL
    )
    return [(href, number or re.sub("<[^>]*>", "", words)) for href, words, _, number in found]


def test_every_figure_opens_exactly_the_mentions_behind_it(
    browser: TestClient, services: Services, viewer: Viewer, said: Brand
) -> None:
    for address in ("", "&weight=mentions", "&language=fr", "&period=90", "&period=7"):
        page = browser.get(f"/reputation?brand={said.id}{address}").text
        shown = [(href, words) for href, words in links(page, 'class="headline"') if words.isdecimal()]
        assert len(shown) >= 7
        assert [(words, counted(services, viewer, href)) for href, words in shown] == [(w, int(w)) for _, w in shown]


def test_bar_and_chart_and_list_are_one_set(browser: TestClient, said: Brand) -> None:
    page = browser.get(f"/reputation?brand={said.id}").text
    spec = json.loads(unescape(re.findall(r"data-chart='([^']*)'", page)[0]))
    drawn = [sum(bar["data"]) for bar in spec["bars"]]
    listed = [int(number) for number in re.findall(r'</b> <span class="muted number">(\d+)', page)]
    assert drawn == listed
    assert sum(listed) == 8
    assert len(re.findall(r"<li data-bar", page)) == 4


def test_a_click_filters_in_place_and_a_chip_takes_it_back(browser: TestClient, said: Brand) -> None:
    page = browser.get(f"/reputation?brand={said.id}").text
    french = unescape(re.findall(r'<a href="(/reputation[^"]*language=fr[^"]*)"', page)[0])
    narrowed = browser.get(french).text
    assert re.search(r'data-bar="[^"]*" data-tone="promoter">.*?<b>0%</b>', narrowed, re.DOTALL)
    chip = re.findall(r'<a href="([^"]*)" title="Remove this filter"><bdi>French</bdi>', narrowed)[0]
    assert "language" not in unescape(chip)
    week = unescape(json.loads(unescape(re.findall(r"data-chart='([^']*)'", page)[0]))["links"][-1])
    assert "from=" in week
    assert "period=" not in week
    assert re.search(r'title="Remove this filter"><bdi>[^<]*\d', browser.get(week).text)


def test_the_files_hold_what_the_page_shows(browser: TestClient, said: Brand) -> None:
    files = {
        chart: list(csv.DictReader(browser.get(f"/reputation/csv?chart={chart}&brand={said.id}").text.splitlines()))
        for chart in ("trend", "shares", "sources", "languages", "competitors")
    }
    assert sum(int(row["number"]) for row in files["shares"]) == 8
    assert sum(int(row["mentions"]) for row in files["trend"]) == 9
    assert [(row["language"], row["mentions"]) for row in files["languages"]] == [("en", "6"), ("fr", "3")]
    assert [row["mentions"] for row in files["sources"]] == ["9"]
    assert files["competitors"] == []
    answer = browser.get(f"/reputation/csv?chart=trend&brand={said.id}")
    assert re.search(r'filename="brumelo-trend-[-0-9]+.csv"', answer.headers["content-disposition"])
    assert browser.get("/reputation/csv?chart=nothing").status_code == 404


def test_the_change_is_said_in_words(browser: TestClient, said: Brand) -> None:
    page = browser.get(f"/reputation?brand={said.id}").text
    assert "cannot be told" in page
    assert "nothing was said before" not in page
    week = browser.get(f"/reputation?brand={said.id}&period=90", headers={"accept-language": "fr"}).text
    assert "impossible à dire" in week
    assert "aucune mention auparavant" in week


@pytest.mark.parametrize(("name", "file"), [("Zéphyrine & Cie", "zephyrine-cie"), ("東京", "brand"), ("../x", "x")])
def test_a_file_has_a_name_that_every_system_takes(name: str, file: str) -> None:
    assert plain_name(name) == file


def test_one_line_tells_how_long_answers_took_and_who_waits_and_leads_there(
    browser: TestClient, said: Brand, services: Services, viewer: Viewer
) -> None:
    page = browser.get("/reputation").text
    href, words = links(page, '<p class="small answers">')[0]
    assert int(words.split()[0]) == counted(services, viewer, href) > 0
    assert "answers:" not in page
    with services.db.writing() as session:
        for n, row in enumerate(session.scalars(select(Mention).limit(3))):
            row.status, row.answered_at = "answered", datetime.now(UTC) - timedelta(minutes=n + 1)
    page = browser.get("/reputation").text
    assert "3 answers: half within" in page
    assert 'class="small answers"' not in browser.get("/reputation?language=fr").text
