"""The rows of new matches, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.pipeline.keep.matches import MATCH_COLUMNS, MentionRef, match_rows, spans_json
from matching.match import Matched

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPACE, STORY = UUID(int=1), UUID(int=7)
ACME, BOLT = Matched(UUID(int=21), ((0, 4, True), (9, 13, False))), Matched(UUID(int=22), ())


def mention(number: int, story_id: UUID | None = STORY) -> MentionRef:
    return MentionRef(UUID(int=number), story_id, T0 + timedelta(hours=number), T0)


def leads(*mentions: tuple[MentionRef, list[Matched]], led: frozenset[tuple[UUID, UUID]] = frozenset()) -> list[bool]:
    return [row[-1] for row in match_rows(SPACE, mentions, led)]


def test_the_first_match_of_a_story_leads_for_each_brand() -> None:
    assert leads((mention(1), [ACME]), (mention(2), [ACME, BOLT]), (mention(3), [BOLT])) == [True, False, True, False]


def test_a_story_that_has_a_lead_gets_no_second_one() -> None:
    assert leads((mention(1), [ACME, BOLT]), led=frozenset({(STORY, ACME.brand_id)})) == [False, True]


def test_a_mention_without_a_date_leads_until_one_with_a_date_comes() -> None:
    guessed = [replace(mention(number), undated=True) for number in (1, 2)]
    assert leads(*((one, [ACME]) for one in guessed), (mention(3), [ACME]), (mention(4), [ACME])) == [
        True, False, True, False,
    ]  # fmt: skip
    assert leads((guessed[0], [ACME]), led=frozenset({(STORY, ACME.brand_id)})) == [False]


def test_every_mention_without_a_story_leads() -> None:
    assert leads((mention(1, None), [ACME]), (mention(2, None), [ACME])) == [True, True]


def test_a_row_has_what_its_columns_say() -> None:
    (row,) = match_rows(SPACE, [(mention(3), [ACME])], ())
    values = dict(zip(MATCH_COLUMNS, row, strict=True))
    assert values.pop("spans").obj == {"title": [[0, 4]], "text": [[9, 13]]} == spans_json(ACME)
    assert values == {
        "workspace_id": SPACE,
        "brand_id": ACME.brand_id,
        "mention_id": UUID(int=3),
        "published_at": T0 + timedelta(hours=3),
        "collected_at": T0,
        "lead": True,
    }
