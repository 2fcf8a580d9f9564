"""Which mention a draft is, as tables: nothing here needs a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.pipeline.keep.identity import ALIKE, Identity, have_same_words, identify, is_edit, likeness
from app.pipeline.keep.known import COUNTS, StoredMention
from app.pipeline.keep.matches import MentionRef
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, normalise
from collectors.base import RawMention

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
YESTERDAY, TODAY = NOW - timedelta(days=1), NOW - timedelta(hours=1)
OURS, THEIRS = UUID(int=1), UUID(int=2)
LONG = "La marque Zéphyrine annonce une usine à Brest, avec deux cents emplois, a dit la direction ce lundi matin"


def item(
    guid: str = "g1",
    url: str | None = "https://fil.example/1",
    title: str = "Zéphyrine ouvre à Brest",
    text: str = "Ouverture mardi.",
    at: datetime | None = YESTERDAY,
    source: UUID = OURS,
    ids: str = "feed",
    kind: str = "rss",
    **more: Any,
) -> Draft:
    raw = RawMention(guid, url, title, text, published_at=at, **more)
    return normalise(kind, raw, NOW, Scope(ids, str(source), kind))  # type: ignore[arg-type]  # one of Ids


def kept(draft: Draft, source_id: UUID | None = OURS, number: int = 9, **more: Any) -> StoredMention:
    """The draft as it is stored."""
    same = ("kind", "host", "content_hash", "author", "title", "text", "fingerprint")
    keys = ("page_key", "guid_key", "words_key")
    values = {
        "ref": MentionRef(UUID(int=number), None, draft.published_at, draft.collected_at, draft.published_guessed),
        "source_id": source_id,
        "counts": {name: getattr(draft, name) for name in COUNTS},
        **{name: getattr(draft, name) for name in (*same, *keys)},
    }
    return StoredMention(**{**values, **more})


def as_before(draft: Draft, source_id: UUID | None = OURS) -> StoredMention:
    """The draft as an earlier version stored it: under another fingerprint, without keys."""
    return kept(draft, source_id, fingerprint=draft.former[0], page_key=None, guid_key=None, words_key=None)


def known(draft: Draft, *stored: StoredMention) -> int | None:
    """The number of the stored mention that the draft is; None where it is new."""
    (identity,) = identify([draft], stored, OURS)
    return identity.known.ref.id.int if identity.known else None


FIRST = item()


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        item(guid="g2"),  # a guid made anew at every reading
        item(guid="g2", text="Ouverture mercredi."),  # … and a text that was edited: the title and the date stay
        item(url="https://fil.example/1-zephyrine-ouvre", title="Zéphyrine ouvre deux boutiques"),  # the slug follows
        item(url="http://www.fil.example/1;jsessionid=1F2E3D4C5B6A79880F"),
        item(url="https://fil.example/1?PHPSESSID=abc123&utm_source=x"),
        item(guid="g2", url="https://news.google.com/rss/articles/CODE2"),  # codes made anew: all the rest is the same
        item(text=LONG),  # edited under its guid, with its date
        item(text="Ouverture mardi prochain.", at=TODAY),  # edited, with a new date and most of its words
        item(at=None),
    ],
)
def test_these_are_the_item_again(again: Draft) -> None:
    news = kept(item(url="https://news.google.com/rss/articles/CODE1")) if "CODE2" in (again.url or "") else kept(FIRST)
    assert known(again, news) == 9


@pytest.mark.parametrize(
    "other",
    [
        item(guid="g2", url="https://fil.example/2", at=TODAY),
        item(guid="g2", title="Zéphyrine ferme à Brest"),  # two items of one page
        item(guid="g2", text="Une autre.", at=TODAY),  # one title for every message of the page
        item(title="Panne", text="Plus personne ne se connecte.", at=TODAY),  # one guid for every message
        item(title="Panne", text="Plus personne ne se connecte.", at=None),
        item(guid="g2", url="https://news.google.com/rss/articles/CODE2", author="Anne"),
        item(guid="g2", url="https://news.google.com/rss/articles/CODE2", at=None),
        item(guid="", url=None, title="Autre"),
    ],
)
def test_these_are_others(other: Draft) -> None:
    assert known(other, kept(FIRST)) is None


def test_without_a_date_an_edit_is_known_by_its_title_or_by_most_of_its_words() -> None:
    undated = kept(item(at=None, text=LONG))
    assert known(item(at=None, text="Tout autre chose"), undated) == 9
    assert known(item(at=None, title="Zéphyrine à Brest", text=f"{LONG} encore"), undated) == 9
    assert known(item(at=None, title="Panne", text="Plus personne ne se connecte."), undated) is None


def test_what_another_source_brings_from_the_same_page_with_the_same_words_is_a_sighting() -> None:
    theirs = kept(item(source=THEIRS, text=LONG), THEIRS)
    assert known(item(text=LONG), theirs) == 9
    assert known(item(guid="other", text=LONG), theirs) == 9
    assert known(item(text=f"{LONG} à Brest, et bien d'autres mots que le résumé n'a pas"), theirs) == 9
    assert known(item(text=LONG[:80] + "…"), theirs) == 9
    assert known(item(text="Zéphyrine est excellente, je recommande !"), theirs) is None
    assert known(item(title="Autre titre", text=LONG), theirs) is None
    assert known(item(text=LONG, url="https://copie.example/1"), theirs) is None


def test_without_a_link_an_id_that_is_unique_by_itself_stands_for_the_page() -> None:
    theirs = kept(item("urn:x:1", None, source=THEIRS), THEIRS)
    assert known(item("urn:x:1", None), theirs) == 9
    assert known(item("urn:x:1", None, text="Tout autre chose."), theirs) is None
    assert known(item("1", None), kept(item("1", None, source=THEIRS), THEIRS)) is None


def test_short_texts_that_begin_alike_are_no_sighting() -> None:
    theirs = kept(item(source=THEIRS, text="Très bien"), THEIRS)
    assert known(item(text="Très bien passé"), theirs) is None


def test_a_feed_and_the_interface_of_its_site_bring_one_mention() -> None:
    api = item(ids="platform", kind="discourse", guid="post-7", text=LONG)
    feed = item(text=LONG)
    assert known(feed, kept(api, THEIRS)) == 9
    assert known(api, kept(feed, THEIRS)) == 9


def test_ids_that_can_be_relied_on_decide_alone_within_their_kind() -> None:
    one = item(ids="platform", kind="trustpilot", guid="review-1", title="Bien", text="")
    other = item(ids="platform", kind="trustpilot", guid="review-2", title="Bien", text="")
    assert known(one, kept(one, THEIRS)) == 9
    assert known(other, kept(one, THEIRS)) is None
    assert known(other, kept(one, OURS)) is None


def test_two_boards_of_one_host_may_both_count_from_one() -> None:
    a = item(guid="12345", url="https://example.com/forum-a/threads/12345", source=THEIRS, kind="xenforo")
    b = item(guid="12345", url="https://example.com/forum-b/threads/12345", title="Autre sujet", kind="xenforo")
    assert known(b, kept(a, THEIRS)) is None
    assert known(b, as_before(a, THEIRS)) is None


def test_an_item_that_an_earlier_version_stored_is_found_and_that_of_another_source_is_not() -> None:
    assert known(FIRST, as_before(FIRST)) == 9
    assert known(item(text="Ouverture mercredi."), as_before(FIRST)) == 9
    assert known(FIRST, as_before(FIRST, THEIRS)) is None
    moved = item(ids="platform", kind="reddit", guid="t3_1")
    assert known(replace(moved, former=(b"x" * 16,)), kept(moved, fingerprint=b"x" * 16)) == 9


def test_the_mentions_of_a_source_that_was_deleted_belong_to_the_next_one_of_their_page() -> None:
    assert known(FIRST, kept(item(source=THEIRS), None)) == 9
    assert known(item(text="Ouverture mercredi."), kept(item(source=THEIRS), None)) == 9


def numbers(identities: Sequence[Identity]) -> list[object]:
    """For each draft the number of the stored mention, `repeats N`, or None where it is new."""
    return [
        f"repeats {identity.repeats}"
        if identity.repeats is not None
        else identity.known.ref.id.int
        if identity.known
        else None
        for identity in identities
    ]


def test_a_guid_that_several_items_of_one_page_share_makes_several_mentions() -> None:
    one, two = item(guid="0", text="Un premier message."), item(guid="0", text="Un autre, tout différent.")
    assert numbers(identify([one, two], [], OURS)) == [None, None]
    stored = [kept(one, number=1), kept(two, number=2)]
    assert numbers(identify([two, one], stored, OURS)) == [2, 1]
    changed = item(guid="0", text="Un premier message, corrigé.")
    assert numbers(identify([changed, two], stored, OURS)) == [1, 2]


def test_the_same_words_on_one_page_are_one_item_of_a_batch_whatever_their_guids() -> None:
    drafts = [item(guid="a"), item(guid="b"), item(guid="c", url="https://fil.example/2", text="Autre")]
    assert numbers(identify(drafts, [], OURS)) == [None, "repeats 0", None]


def test_two_who_say_the_same_at_once_are_two_and_codes_made_anew_are_one() -> None:
    one, two = (item(guid=code, url=f"https://news.google.com/rss/articles/{code}") for code in ("a", "b"))
    assert numbers(identify([one, two], [], OURS)) == [None, None]
    assert numbers(identify([one, two], [kept(one)], OURS)) == [9, None]
    assert numbers(identify([two], [kept(one)], OURS)) == [9]
    assert known(item(guid="b", url="https://fil.example/b"), kept(item(guid="a", url="https://fil.example/a"))) is None


def row(at: datetime | None = TODAY) -> Draft:
    """A row of an imported file, whose id is made up."""
    raw = RawMention(f"d{at}" if at else "u", text="Très bien, Zéphyrine", published_at=at, undated_id="u")
    return normalise("push", raw, NOW, Scope("source", str(OURS), "push"))


def test_a_row_without_its_date_and_with_it_is_one_mention_and_two_dates_are_two() -> None:
    undated, yesterday, today = row(None), row(YESTERDAY), row()
    assert known(today, kept(undated)) == 9
    assert known(undated, kept(today)) == 9
    assert known(yesterday, kept(today)) is None
    assert numbers(identify([yesterday, today], [kept(undated)], OURS)) == [9, None]
    mended = kept(undated, ref=MentionRef(UUID(int=9), None, TODAY, NOW))
    assert numbers(identify([yesterday, today], [mended], OURS)) == [None, 9]
    assert numbers(identify([today, yesterday], [mended, kept(yesterday, number=3)], OURS)) == [9, 3]


def test_a_row_that_an_earlier_version_stored_without_its_date_is_found() -> None:
    assert known(row(), kept(row(None), words_key=None)) == 9
    assert known(row(), kept(row(None), THEIRS, words_key=None)) is None
    other = kept(row(None), words_key=None, ref=MentionRef(UUID(int=9), None, YESTERDAY, NOW))
    assert known(row(), other) is None


def test_two_people_who_say_the_same_on_one_page_are_two() -> None:
    page = "https://avis.example/lieu"
    one, two = (item(guid=f"{page}#{name}", url=page, author=name) for name in ("Anne", "Paul"))
    assert numbers(identify([one, two], [], OURS)) == [None, None]
    assert numbers(identify([two, one], [kept(one)], OURS)) == [None, 9]
    assert known(item(guid="new", url="https://avis.example/lieu", author="anne"), kept(one)) == 9
    assert known(item(guid="new", url="https://avis.example/lieu"), kept(one)) == 9


def test_of_two_with_one_id_the_later_one_counts() -> None:
    drafts = [item(ids="platform", kind="reddit", guid="t3_1", text=text) for text in ("avant", "après")]
    assert numbers(identify(drafts, [], OURS)) == ["repeats 1", None]
    assert numbers(identify([FIRST, FIRST], [kept(FIRST)], OURS)) == ["repeats 1", 9]


def test_how_alike_two_texts_are() -> None:
    was = kept(item(title="", text="un deux trois quatre"))
    assert likeness(was, item(title="", text="un deux trois cinq")) == pytest.approx(3 / 5)
    assert likeness(was, item(title="", text="six")) == 0
    assert is_edit(was, item(title="", text="un deux trois cinq", at=TODAY)) is (ALIKE <= 3 / 5)
    assert have_same_words(was, item(title="", text="un deux trois quatre"))
    assert not have_same_words(was, item(title="", text="un deux trois"))
