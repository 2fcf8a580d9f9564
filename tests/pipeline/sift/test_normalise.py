"""From what a platform gave to what is stored."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import feedparser
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pipeline.sift.normalise import LARGEST, Draft, Poison, Rejection, normalise, prepare
from collectors.base import RawMention

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARIS = timezone(timedelta(hours=2))
PLAIN = RawMention(external_id="urn:x:1", url="https://ex.org/1", title="L'Acmé", text="Très déçue", language="fr")


@pytest.mark.parametrize(
    ("given_date", "published", "guessed"),
    [
        (datetime(2026, 11, 2, 10, tzinfo=PARIS), datetime(2026, 11, 2, 8, tzinfo=UTC), False),
        (None, NOW, True),
        (datetime(2026, 11, 2, 10), NOW, True),  # noqa: DTZ001  naive on purpose
        (datetime(2100, 1, 1, tzinfo=UTC), NOW, True),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW, True),
        (datetime.min.replace(tzinfo=PARIS), NOW, True),
        (datetime.max.replace(tzinfo=PARIS), NOW, True),
        (NOW + timedelta(minutes=9), NOW, False),
        (NOW + timedelta(minutes=11), NOW, True),
    ],
)
def test_only_believable_dates_are_believed(given_date: datetime | None, published: datetime, guessed: bool) -> None:
    draft = normalise("rss", replace(PLAIN, published_at=given_date, edited_at=given_date), NOW)
    assert (draft.published_at, draft.published_guessed) == (published, guessed)
    assert draft.published_at.tzinfo is UTC
    assert draft.edited_at == (None if guessed else published)


def test_now_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        normalise("rss", PLAIN, NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("rating", "scale", "expected"),
    [
        (4, 5, (4.0, 5.0)),
        (0, 10, (0.0, 10.0)),
        (6, 5, (None, None)),
        (-1, 5, (None, None)),
        (4, 0, (None, None)),
        (4, None, (None, None)),
        (None, 5, (None, None)),
        (float("nan"), 5, (None, None)),
        (4, float("inf"), (None, None)),
    ],
)
def test_a_rating_is_sane_or_absent(rating: float | None, scale: float | None, expected: tuple[object, object]) -> None:
    draft = normalise("rss", replace(PLAIN, rating=rating, rating_scale=scale), NOW)
    assert (draft.rating, draft.rating_scale) == expected


def test_numbers_fit_the_database_and_a_browser() -> None:
    counts: dict[str, Any] = {"likes": -3, "shares": 10**30, "comments": float("nan"), "views": float("inf")}
    draft = normalise("rss", replace(PLAIN, engagement=counts, author_followers=-5), NOW)
    assert (draft.likes, draft.shares, draft.comments, draft.reach) == (-3, LARGEST, None, None)
    assert draft.author_followers is None
    assert normalise("rss", replace(PLAIN, engagement={"views": 7}), NOW).reach == 7
    assert normalise("rss", replace(PLAIN, reach=9, engagement={"views": 7}), NOW).reach == 9


def test_a_link_is_stored_beside_its_key() -> None:
    draft = normalise("rss", replace(PLAIN, url="https://me:pw@www.ex.org/1?utm_source=a"), NOW)
    assert draft.url == "https://www.ex.org/1?utm_source=a"
    assert draft.canonical_url == "https://www.ex.org/1"
    assert draft.host == "ex.org"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///nonexistent", "//ex.org/4", None])
def test_what_is_no_link_is_stored_as_none(url: str | None) -> None:
    draft = normalise("rss", replace(PLAIN, url=url), NOW)
    assert (draft.url, draft.canonical_url, draft.host) == (None, None, "")


@pytest.mark.parametrize(("title", "text"), [("", ""), (" \n", "\x00\u202e"), ("<script>x</script>", "<img src=x>")])
def test_nothing_said_is_refused_in_words(title: str, text: str) -> None:
    with pytest.raises(Poison, match="neither a title nor a text"):
        normalise("rss", replace(PLAIN, title=title, text=text, html=True), NOW)


def test_names_and_words_that_were_decoded_twice_are_read_as_written() -> None:
    raw = RawMention(
        "1", title="DÃ©Ã§ue", text="<p>Le cafÃ© est froid</p>", html=True, author="RenÃ© Léger", outlet="LâÉcho"
    )
    draft = normalise("rss", replace(raw, author="RenÃ©e"), NOW)
    assert (draft.title, draft.text, draft.author) == ("Déçue", "Le café est froid", "Renée")
    assert (
        normalise("rss", raw, NOW).author == "RenÃ© Léger"
    )  # with an accent of its own: not all of it was read wrongly


def test_a_deletion_needs_no_text() -> None:
    assert normalise("rss", replace(PLAIN, title="", text="", deleted=True), NOW).deleted


def test_one_story_under_the_names_of_two_outlets() -> None:
    headline = "Zénith Mobile rappelle quarante mille chargeurs vendus en France"
    drafts = [
        normalise("rss", replace(PLAIN, title=f"{headline} - {outlet}", text="", outlet=outlet), NOW)
        for outlet in ("Le Courrier", "La Gazette du Soir")
    ]
    assert drafts[0].story == drafts[1].story is not None


def test_one_poison_in_fifty_costs_itself_only() -> None:
    broken: Any = {"title": 42}
    raws = [replace(PLAIN, external_id=f"urn:x:{number}") for number in range(50)]
    raws[17] = replace(PLAIN, external_id="urn:x:17", title="\x00", text="")
    raws[30] = replace(PLAIN, external_id="urn:x:30", text="a telling start", **broken)
    kept = pickle.loads(pickle.dumps(prepare("rss", raws, NOW)))
    assert sum(isinstance(one, Draft) for one in kept) == 48
    assert kept[17] == Rejection("urn:x:17", "This mention has neither a title nor a text.", "")
    assert isinstance(kept[30], Rejection)
    assert kept[30].external_id == "urn:x:30"
    assert "a telling start" in kept[30].excerpt


@settings(deadline=None)  # the first text loads what tells languages apart
@given(
    st.builds(
        RawMention,
        external_id=st.text(),
        url=st.text() | st.none(),
        title=st.text(min_size=1),
        text=st.text(),
        html=st.booleans(),
        author=st.text(),
        outlet=st.text(),
        language=st.just("fr"),
    )
)
def test_normalising_what_was_normalised_changes_nothing(raw: RawMention) -> None:
    (draft,) = prepare("rss", [raw], NOW)
    if isinstance(draft, Rejection):
        assert draft.reason == "This mention has neither a title nor a text."
        return
    again = normalise("rss", _raw_of(draft), NOW)
    ignored = {
        "fingerprint": b"",
        "words_key": None,
        "language": None,
    }  # an id is hashed before it is cut, and a hint given twice weighs more
    assert replace(again, **ignored) == replace(draft, **ignored)


def _raw_of(draft: Draft) -> RawMention:
    return RawMention(
        external_id=draft.external_id,
        url=draft.url,
        title=draft.title,
        text=draft.text,
        author=draft.author,
        outlet=draft.outlet,
        platform=draft.platform,
        language=draft.language,
        published_at=None,
    )


def _of_feed(path: Path) -> list[Draft | Rejection]:
    """The entries of a feed as a collector would give them, with what is hostile in them untouched."""
    raws = [
        RawMention(
            external_id=entry.get("id", ""),
            url=entry.get("link"),
            title=entry.get("title", ""),
            text=entry.get("summary", ""),
            html=True,
            published_at=datetime(*entry.published_parsed[:6], tzinfo=UTC) if entry.get("published_parsed") else None,
        )
        for entry in feedparser.parse(path.read_bytes()).entries
    ]
    return prepare("rss", raws, NOW)


@pytest.fixture
def hostile(shared: Path) -> Path:
    return shared / "fixtures" / "hostile"


def test_every_hostile_feed_can_be_stored(hostile: Path, plain_pg: psycopg.Connection) -> None:
    read = {path.name: _of_feed(path) for path in sorted(hostile.glob("*.xml")) if "laughs" not in path.name}
    drafts = [draft for found in read.values() for draft in found if isinstance(draft, Draft)]
    assert len(drafts) > 20
    for draft in drafts:
        assert len(draft.title) <= 500
        row = plain_pg.execute(
            "SELECT %s::text, %s::text, length(%s::tsvector), %s::bigint",
            (draft.title, draft.text, draft.search, draft.story),
        ).fetchone()
        assert row is not None
        assert row[:2] == (draft.title, draft.text)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("script_in_title.xml", ["Sale", "Promo"]),
        ("cdata_everywhere.xml", ["A & B <c>"]),
        ("bidi_zero_width.xml", ["brandfdp.exe \u200b\u200dnormal"]),
        ("duplicate_guids.xml", ["Item 1", "Item 1 again", "Item 2"]),
        ("no_link_no_guid.xml", ["Only a title", ""]),
    ],
)
def test_hostile_titles_are_plain(hostile: Path, name: str, titles: list[str]) -> None:
    assert [draft.title for draft in _of_feed(hostile / name) if isinstance(draft, Draft)] == titles


def test_hostile_ids_links_and_dates(hostile: Path) -> None:
    prints = {
        name: [d.fingerprint for d in _of_feed(hostile / f"{name}.xml") if isinstance(d, Draft)]
        for name in ("duplicate_guids", "missing_guid_and_date", "no_link_no_guid")
    }
    assert {name: len(set(found)) for name, found in prints.items()} == dict.fromkeys(prints, 2)
    links = [draft.url for draft in _of_feed(hostile / "javascript_link.xml") if isinstance(draft, Draft)]
    assert links == [None, None, None, None, "https://feeds.example.org/5"]
    dates = [draft for draft in _of_feed(hostile / "dates.xml") if isinstance(draft, Draft)]
    assert [draft.published_guessed for draft in dates] == [True, True, True, False, True]
    assert dates[3].published_at == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_a_lone_surrogate_is_replaced(hostile: Path) -> None:
    item = json.loads((hostile / "json_lone_surrogate.json").read_bytes())["items"][0]
    assert normalise("json", replace(PLAIN, text=item["text"]), NOW).text == "bad \ufffd end"
