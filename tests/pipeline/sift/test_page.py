"""What of a page is kept, without a database and in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.pipeline.sift.fingerprint import PLATFORM
from app.pipeline.sift.normalise import Draft, Rejection
from app.pipeline.sift.page import queries_json, shortlist, sift, with_brand
from app.pipeline.sift.queries import Asked
from collectors.base import RawMention
from matching.match import Matched

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACME, BOLT = UUID(int=1), UUID(int=2)
QUERIES = queries_json([Asked(ACME, "acme"), Asked(BOLT, "bolt")])


def raw(text: str, **more: Any) -> RawMention:
    return RawMention(external_id="urn:x:1", text=text, url="https://x.example/1", published_at=NOW, **more)


def brands_of(text: str, tied_to: UUID | None = None, **more: Any) -> list[UUID] | None:
    """The brands that a mention is kept for; None when it is dropped."""
    (result,) = sift("push", [raw(text, **more)], NOW, PLATFORM, tied_to, QUERIES)
    assert not isinstance(result, Rejection)
    return None if result is None else [match.brand_id for match in result[1]]


@pytest.mark.parametrize(
    ("text", "tied_to", "brands"),
    [
        ("acme is late", None, [ACME]),
        ("acme and bolt", None, [ACME, BOLT]),
        ("nobody we know", None, None),
        ("nobody we know", ACME, [ACME]),
        ("acme is late", ACME, [ACME]),
        ("acme is late", BOLT, [ACME, BOLT]),
    ],
)
def test_a_mention_is_kept_for_the_brands_it_is_about_and_for_that_of_its_source(
    text: str, tied_to: UUID | None, brands: list[UUID] | None
) -> None:
    assert brands_of(text, tied_to) == brands


def test_a_deletion_is_kept_though_it_says_nothing() -> None:
    assert brands_of("", deleted=True) == []


def test_each_mention_has_its_result_in_order_whatever_becomes_of_the_others() -> None:
    results = sift("push", [raw("acme"), raw(""), raw("nobody"), raw("bolt")], NOW, PLATFORM, None, QUERIES)
    first, second, third, fourth = results
    assert isinstance(first, tuple)
    assert isinstance(first[0], Draft)
    assert second == Rejection("urn:x:1", "This mention has neither a title nor a text.", "")
    assert third is None
    assert isinstance(fourth, tuple)


def test_the_brand_of_a_source_is_added_once_and_without_places() -> None:
    match = Matched(ACME, ((0, 4, False),))
    assert with_brand([match], None) == (match,)
    assert with_brand([match], ACME) == (match,)
    assert with_brand([match], BOLT) == (match, Matched(BOLT, ()))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (RawMention("1", text="rien du tout"), False),
        (RawMention("1", text="la ZÉPHYRINE !"), True),
        (RawMention("1", title="zephyrine"), True),
        (RawMention("1", text="<p>ze<b>phy</b>rine</p>", html=True), True),
        (RawMention("1", text=""), False),
        (RawMention("1", deleted=True), True),
        (RawMention("1", text="x" * 5_000), True),
        (RawMention("1", text="<div>" * 5_000, html=True), True),
        (RawMention("1", text="zephyrine emploi"), False),
        (RawMention("1", text="e" + "\u0301\u0323" * 1_900), False),
    ],
)
def test_only_what_may_be_about_a_brand_goes_on(raw: RawMention, kept: bool) -> None:
    queries = queries_json([Asked(uuid4(), "zephyrine AND NOT emploi")])
    assert bool(shortlist([raw], None, queries)) is kept
    assert shortlist([raw], uuid4(), queries) == [raw]
