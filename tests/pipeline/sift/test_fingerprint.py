"""When two mentions are one and the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.pipeline.sift.fingerprint import Scope, content_hash, fingerprint
from app.pipeline.sift.place import scope_of
from collectors.base import RawMention

LINK = Scope("link")
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


def test_two_feeds_of_one_host_may_both_count_from_one() -> None:
    one, other = _raw("1", "https://a.org/news/1"), _raw("1", "https://a.org/jobs/1")
    assert fingerprint("rss", one, LINK) != fingerprint("rss", other, LINK)
    assert fingerprint("rss", one, LINK) == fingerprint("rss", _raw("1", "https://a.org/news/1?utm_source=x"), LINK)
    assert fingerprint("reddit", one) != fingerprint("mastodon", one)


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
    assert fingerprint("rss", one, LINK) != fingerprint("rss", other, LINK)


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
def test_a_fingerprint_that_is_stored_stays_what_it_was(kind: str, with_id: str, without: str) -> None:
    """Another one would store again each mention that is there."""
    scope = scope_of(kind, UUID(int=7))
    url = "https://www.forum.example/a/42?utm_source=x"
    assert fingerprint(kind, RawMention("42", url=url, text="t"), scope).hex() == with_id
    assert fingerprint(kind, RawMention("", text="w", author="me"), scope).hex() == without


def test_any_id_has_a_fingerprint_of_16_bytes() -> None:
    assert {len(fingerprint("rss", _raw(identity))) for identity in ("\ud800", "\x00", "a" * 10_000, "://")} == {16}


def test_an_edit_changes_the_content_hash() -> None:
    assert content_hash("a", "b") != content_hash("ab", "")
    assert len(content_hash("a")) == 16
