"""When two mentions are one and the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.pipeline.sift.fingerprint import Keys, Scope, content_hash, fingerprint, keys_of
from app.pipeline.sift.place import scope_of
from collectors.base import RawMention

FEED, OTHER_FEED = Scope("feed", "source-1", "rss"), Scope("feed", "source-2", "rss")
ONE, OTHER = Scope("source", "source-1"), Scope("source", "source-2")


def _raw(identity: str, url: str | None = None, text: str = "x") -> RawMention:
    return RawMention(external_id=identity, url=url, text=text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_raw("t3_abc", "https://www.reddit.com/r/a/1"), _raw("t3_abc", "https://www.reddit.com/r/b/2")),
        (_raw("urn:x:1", "https://a.org/1"), _raw("urn:x:1", "https://b.org/2")),
        (_raw("https://a.org/?p=1"), _raw(" https://a.org/?p=1 ", "https://mirror.org/1")),
        (_raw("tag:ex.org,2026:1", "https://a.org/1"), _raw("tag:ex.org,2026:1", "https://a.org/2", "edited")),
        (_raw("at://did:plc:abc/app.bsky.feed.post/1"), _raw("at://did:plc:abc/app.bsky.feed.post/1", "https://a.org")),
        (_raw("", "https://a.org/1?utm_source=x"), _raw("", "https://A.org/1/#c")),
        (_raw("", None, "same"), _raw("", None, "same")),
    ],
)
def test_these_are_one_mention(one: RawMention, other: RawMention) -> None:
    assert fingerprint("reddit", one) == fingerprint("reddit", other)


def test_ids_of_two_kinds_are_two() -> None:
    assert fingerprint("reddit", _raw("t3_abc")) != fingerprint("mastodon", _raw("t3_abc"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_raw("1", "https://a.org/1"), _raw("1", "https://b.org/1")),
        (_raw("1", "https://a.org/1"), _raw("2", "https://a.org/1")),
        (_raw("https://a.org/?p=1"), _raw("https://a.org/?p=1#comment-2")),
        (_raw("", "https://a.org/1"), _raw("", "https://a.org/2")),
        (_raw("", None, "one"), _raw("", None, "two")),
        (_raw("", None), replace(_raw("", None), published_at=datetime(2026, 1, 1, tzinfo=UTC))),
        (replace(_raw("", None, "c"), author="ab"), replace(_raw("", None, "bc"), author="a")),
    ],
)
def test_these_are_two(one: RawMention, other: RawMention) -> None:
    assert fingerprint("hackernews", one) != fingerprint("hackernews", other)
    assert _keys(one).fingerprint != _keys(other).fingerprint


def _keys(raw: RawMention, scope: Scope = FEED, kind: str = "rss") -> Keys:
    return keys_of(kind, raw, raw.title.lower().split(), raw.text.lower().split(), scope)


AGAIN = "http://www.fil.example/4711-titre;jsessionid=1F2E3D?utm_source=x#top"
DATED = RawMention(
    "4711", "https://fil.example/4711-titre", "Titre", "du texte", published_at=datetime(2026, 1, 1, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (DATED, {"fingerprint", "page", "guid", "former"}),
        (replace(DATED, external_id="9"), {"page"}),
        (replace(DATED, url="https://fil.example/4711-autre"), {"guid"}),
        (replace(DATED, text="un autre texte"), {"page", "guid", "former"}),
        (replace(DATED, title="Autre titre"), {"guid", "former"}),
        (replace(DATED, author="Anne"), {"fingerprint", "page", "guid", "former"}),
        (replace(DATED, published_at=None), {"page", "guid", "former"}),
        (replace(DATED, url=AGAIN), {"fingerprint", "page", "guid"}),
        (replace(DATED, url=None), {"guid"}),
    ],
)  # fmt: skip
def test_what_an_item_of_a_feed_has_in_common_with_another_reading_of_it(other: RawMention, shared: set[str]) -> None:
    one, two = _keys(DATED), _keys(other)
    names = ("fingerprint", "page", "guid", "words", "former")
    assert {name for name in names if (key := getattr(one, name)) and key == getattr(two, name)} == shared


def test_where_a_link_is_a_code_the_words_are_a_key() -> None:
    one, two = (replace(DATED, external_id=code, url=f"https://news.google.com/rss/articles/{code}") for code in "ab")
    assert _keys(one).words == _keys(two).words is not None
    assert _keys(replace(two, text="autre")).words != _keys(one).words
    assert _keys(replace(two, published_at=None)).words is _keys(DATED).words is None


def test_an_item_without_guid_and_link_is_known_by_its_words_when_its_date_is_read_at_last() -> None:
    bare = replace(DATED, external_id="", url=None)
    assert _keys(bare).words == _keys(replace(bare, published_at=None)).words is not None
    assert _keys(bare).fingerprint != _keys(replace(bare, published_at=None)).fingerprint
    assert _keys(replace(bare, author="Anne")).words != _keys(bare).words


def test_an_id_made_up_with_a_date_has_the_key_that_it_has_without() -> None:
    scope = Scope("source", "source-1", "push")
    undated = RawMention("u", text="du texte", undated_id="u")
    one, two = _keys(replace(undated, external_id="d1"), scope, "push"), _keys(undated, scope, "push")
    assert one.words == two.words == two.fingerprint != one.fingerprint
    assert _keys(RawMention("u", text="du texte"), scope, "push").words is None
    bare = RawMention("", text="du texte", published_at=DATED.published_at)
    undated = replace(bare, published_at=None)
    assert _keys(bare, scope, "push").words == _keys(undated, scope, "push").fingerprint


def test_the_guid_that_a_page_makes_up_is_the_one_without_a_date() -> None:
    item = RawMention("https://fil.example/#d1", "https://fil.example/", text="du texte", undated_id="u")
    assert _keys(item).guid == _keys(replace(item, external_id="https://fil.example/#d2")).guid
    assert _keys(item).former != _keys(replace(item, external_id="https://fil.example/#d2")).former


def test_two_sources_share_the_page_of_an_item_only() -> None:
    one, two = _keys(DATED), _keys(DATED, OTHER_FEED)
    assert (one.page, one.former) == (two.page, two.former)
    assert len({one.fingerprint, two.fingerprint, one.guid, two.guid}) == 4


def test_a_guid_that_is_an_address_is_one_over_http_and_https() -> None:
    one, two = (replace(DATED, external_id=f"{scheme}://fil.example/?p=7", url=None) for scheme in ("http", "https"))
    assert _keys(one).guid == _keys(two).guid
    assert _keys(one).guid != _keys(replace(one, external_id="http://fil.example/?p=8")).guid
    assert _keys(one).guid != _keys(replace(one, external_id="http://fil.example/?p=7#comment-2")).guid


def test_the_first_words_stand_for_a_title_that_is_missing() -> None:
    review = RawMention("1", "https://avis.example/lieu", "", " ".join(f"mot{n}" for n in range(30)))
    assert _keys(review).page == _keys(replace(review, text=review.text + " encore")).page
    assert _keys(review).page != _keys(replace(review, text="tout autre chose")).page
    assert _keys(replace(review, text="")).page is None


def test_kinds_whose_ids_can_be_relied_on_are_known_by_them_and_by_their_page() -> None:
    keys = _keys(DATED, Scope("platform", "source-1", "hackernews"), "hackernews")
    assert keys == Keys(fingerprint("hackernews", DATED), _keys(DATED).page)


def test_a_kind_of_a_family_is_known_by_what_it_was_stored_under_before() -> None:
    keys = _keys(DATED, Scope("platform", "source-1", "reddit_feed"), "reddit")
    assert (keys.fingerprint, keys.former) == (fingerprint("reddit", DATED), (fingerprint("reddit_feed", DATED),))


def test_ids_a_source_makes_up_count_within_it() -> None:
    assert fingerprint("import", _raw("1"), ONE) != fingerprint("import", _raw("1"), OTHER)
    assert fingerprint("import", _raw("urn:x:1"), ONE) == fingerprint("import", _raw("urn:x:1"), OTHER)


@pytest.mark.parametrize(
    ("kind", "with_id", "without"),
    [
        ("rss", "c1a9f6f9c2d66167428875d5ee943bab", "f993a39a8722a7618c42031c34382b93"),
        ("xenforo", "2af9bb6c094fbb3934865ba61c0331df", "f3f38e4bbe8eb6644f271b6f8e474e93"),
        ("push", "767a6cdd6fb4398e3bb323560a038c63", "89e3bb2c7d0eca877f1c06253f0843b7"),
    ],
)
def test_a_fingerprint_that_is_stored_is_found_again(kind: str, with_id: str, without: str) -> None:
    """Another one would store again each mention that is there."""
    scope = scope_of(kind, UUID(int=7))
    for raw, known in (
        (RawMention("42", url="https://www.forum.example/a/42?utm_source=x", text="t"), with_id),
        (RawMention("", text="w", author="me"), without),
    ):
        keys = _keys(raw, scope, kind)
        assert bytes.fromhex(known) in (keys.former if scope.ids == "feed" else (keys.fingerprint,))


def test_any_id_has_a_fingerprint_of_16_bytes() -> None:
    assert {len(fingerprint("rss", _raw(identity))) for identity in ("\ud800", "\x00", "a" * 10_000, "://")} == {16}


def test_an_edit_changes_the_content_hash() -> None:
    assert content_hash("a", "b") != content_hash("ab", "")
    assert len(content_hash("a")) == 16
