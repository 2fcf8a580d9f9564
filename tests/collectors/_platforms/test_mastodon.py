"""A status as a mention. What its servers do is in tests/collectors/test_mastodon.py."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from collectors._platforms.mastodon import Reader, Status, headers_of
from collectors.base import RawMention

READER = Reader("https://here.example")


def status(**more: Any) -> Status:
    author = {"acct": "ana", "username": "ana", **more.pop("account", {})}
    given = {"id": 7, "uri": "https://here.example/7", "content": "<p>Acme</p>", "account": author, **more}
    return Status.model_validate(given)


def read(**more: Any) -> RawMention:
    mention = READER.mention(status(**more))
    assert mention is not None
    return mention


def test_an_author_belongs_to_a_server() -> None:
    here, far = read(), read(account={"acct": "ana@far.example"})
    assert (here.author_id, here.outlet) == ("ana@here.example", "here.example")
    assert (far.author_id, far.outlet) == ("ana@far.example", "far.example")


@pytest.mark.parametrize(
    "more",
    [
        {"content": ""},
        {"visibility": "private"},
        {"visibility": "direct"},
        {"reblog": {"id": "1"}},
        {"account": {"indexable": False}},
    ],
)
def test_what_is_not_public_or_says_nothing_is_no_mention(more: dict[str, Any]) -> None:
    assert READER.mention(status(**more)) is None


def test_authors_who_opted_out_of_searches_are_read_where_somebody_asks_for_it() -> None:
    assert Reader(READER.base_url, all_authors=True).mention(status(account={"indexable": False})) is not None
    assert READER.mention(status(account={"indexable": None})) is not None


def test_the_warning_before_a_text_is_its_title() -> None:
    assert read(spoiler_text="R & D", content="").title == "R &amp; D"


def test_choices_cards_and_pictures_are_part_of_the_text_and_quotes_are_not() -> None:
    text = read(
        poll={"options": [{"title": "Yes & no"}, {"title": None}, 7]},
        quote={"quoted_status": {"content": "<p>I like it</p>"}},
        card={"title": "Acme opens", "description": ""},
        media_attachments=[{"description": " A <shop> "}],
    ).text
    assert text == "<p>Acme</p><p>Yes &amp; no</p><p>Acme opens</p><p>A &lt;shop&gt;</p>"


def test_boosts_and_quotes_are_shares_and_what_is_not_known_is_left_out() -> None:
    counted = read(favourites_count=3, reblogs_count=2, quotes_count="1", replies_count=None)
    assert counted.engagement == {"likes": 3, "shares": 3}
    assert read().engagement == {}


@pytest.mark.parametrize(
    ("parent", "here", "expected"),
    [
        (None, {}, None),
        ("3", {"3": "https://far.example/3"}, "https://far.example/3"),
        ("3", {}, "https://here.example/statuses/3"),
    ],
)
def test_an_answer_names_what_it_answers(parent: str | None, here: dict[str, str], expected: str | None) -> None:
    mention = READER.mention(status(in_reply_to_id=parent), here)
    assert mention is not None
    assert mention.parent_id == expected


def test_a_status_that_cannot_be_read_is_told_with_its_id() -> None:
    good = {"id": "1", "uri": "https://here.example/1", "content": "Acme", "account": {"acct": "ana"}}
    mentions, broken = READER.mentions([good, {"id": "2", "account": "ana"}])
    assert [mention.external_id for mention in mentions] == ["https://here.example/1"]
    assert [item.id for item in broken] == ["2"]


@pytest.mark.parametrize(("token", "headers"), [("", {}), ("  ", {}), (" s3cret ", {"Authorization": "Bearer s3cret"})])
def test_a_token_is_sent_where_there_is_one(token: str, headers: dict[str, str]) -> None:
    assert headers_of(SecretStr(token)) == headers
