"""The fields, on what is known of a mention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from matching.fields import KINDS, FieldFault, compare, holds, is_stored_only
from matching.nodes import Field
from matching.query import parse


@dataclass(frozen=True)
class Told:
    author: str = "Zoé Petit"
    author_id: str = "@zoe"
    author_followers: int | None = 900
    host: str = "www.forum.example"
    url: str | None = "https://www.forum.example/T/1"
    platform: str = "Forum"
    language: str | None = "fr-CA"
    rating: float | None = 4.0
    rating_scale: float | None = 10.0
    reach: int | None = None
    parent_id: str | None = None
    title: str = "Une panne"
    text: str = "Pourquoi ? Voyez https://acme.example"
    published_at: datetime = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('author:"ZOÉ petit"', True), ("author:@zoe", True), ("author:zoe2", False), ("site:forum.example", True),
        ("site:orum.example", False), ("url:/t/1", True), ("url:/t/2", False), ("platform:forum", True),
        ("lang:fr", True),
        ("lang:en", False), ("rating:<=2", True), ("rating:>2", False), ("reach:>0", False), ("reach:<5", False),
        ("followers:900", True), ("is:reply", False), ("is:question", True), ("has:link", True),
        ("after:2026-11-30", True),
        ("before:2026-11-30", False), ("before:2026-12-01", True), ("status:new", False), ("is:copy", False),
    ],
)  # fmt: skip
def test_a_field_holds_or_not(asked: str, found: bool) -> None:
    field = parse(asked)
    assert isinstance(field, Field)
    assert holds(field, Told()) is found


def test_a_rating_without_a_scale_counts_as_it_is() -> None:
    field = Field("rating", 4.0)
    assert holds(field, replace(Told(), rating_scale=None))
    assert not holds(field, replace(Told(), rating=None))
    assert compare(None, field) is False


def test_each_field_says_what_it_does_not_accept() -> None:
    for name in ("site", "lang", "rating", "reach", "followers", "after", "before", "is", "has", "stance", "status"):
        with pytest.raises(FieldFault) as caught:
            KINDS[name].read(name, "…")
        assert caught.value.hint
    for name in ("author", "tag", "source", "platform", "url", "assignee"):
        with pytest.raises(FieldFault):
            KINDS[name].read(name, " ")


def test_what_people_do_with_a_mention_is_known_once_it_is_stored() -> None:
    stored = {name for name in KINDS if is_stored_only(Field(name, "reply"))}
    assert stored == {"source", "tag", "stance", "status", "assignee"}
    assert is_stored_only(Field("is", "copy"))
