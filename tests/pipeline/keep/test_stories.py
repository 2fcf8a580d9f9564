"""Which story a text is put in, without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from app.pipeline.keep.stories import CROWD, STORY_MEMORY, KnownStory, Text, assign
from matching.story import StoryKey

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STORED = UUID(int=100)
NEAR, FAR = 0b111, 0b1111  # three bits from 0, and four


def key(simhash: int = 0, *bands: int, bits: int = 3) -> StoryKey:
    return StoryKey(simhash, bands or (1, 2), bits)


def stored(first: datetime = T0, last: datetime = T0, simhash: int = 0, story_id: UUID = STORED) -> KnownStory:
    return KnownStory(story_id, simhash, (1, 2), first, last)


def numbers() -> Callable[[], UUID]:
    counter = count(1)
    return lambda: UUID(int=next(counter))


def stories(known: list[KnownStory], *texts: Text) -> list[int | None]:
    """The number of each text's story: from 1 those that begin, 100 the stored one."""
    return [story_id and story_id.int for story_id in assign(known, texts, numbers()).stories]


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ((key(), T0), 100),
        ((key(NEAR), T0), 100),
        ((key(FAR), T0), 1),
        ((key(FAR, bits=4), T0), 100),
        ((key(0, 2, 7), T0), 100),  # one band in common is enough
        ((key(0, 7, 8), T0), 1),  # none in common: it is not even compared
        ((None, T0), None),
        ((key(), T0 + STORY_MEMORY), 100),
        ((key(), T0 + STORY_MEMORY + DAY), 1),
        ((key(), T0 - STORY_MEMORY), 100),
        ((key(), T0 - STORY_MEMORY - DAY), 1),
    ],
)
def test_a_text_joins_the_story_that_it_is_near_to_in_words_and_in_time(text: Text, story: int | None) -> None:
    assert stories([stored()], text) == [story]


def test_a_text_too_short_for_a_key_has_no_story_and_begins_none() -> None:
    assignment = assign([], [(None, T0), (None, T0)])
    assert (assignment.stories, assignment.new_stories, assignment.times) == ([None, None], {}, {})


def test_a_story_that_begins_in_a_batch_takes_the_texts_that_come_after() -> None:
    texts: list[Text] = [(key(), T0), (key(0, 8, 9), T0), (key(NEAR), T0 + DAY)]
    assignment = assign([], texts, numbers())
    first, second = UUID(int=1), UUID(int=2)
    assert assignment.stories == [first, second, first]
    assert assignment.new_stories == {first: key(), second: key(0, 8, 9)}
    assert assignment.times == {first: [T0, T0 + DAY], second: [T0]}
    assert assignment.grown == set()


def test_each_text_lengthens_its_story_for_the_next_one() -> None:
    far = T0 + STORY_MEMORY + 20 * DAY
    assert stories([stored()], (key(), far)) == [1]
    assert stories([stored()], (key(), T0 + 20 * DAY), (key(), far)) == [100, 100]
    assert stories([stored()], (key(), T0 - 20 * DAY), (key(), T0 - STORY_MEMORY - 20 * DAY)) == [100, 100]


def test_only_stored_stories_with_new_texts_go_on() -> None:
    other = UUID(int=101)
    known = [stored(), stored(simhash=FAR << 8, story_id=other)]
    assignment = assign(known, [(key(), T0), (key(0, 8, 9), T0)], numbers())
    assert assignment.grown == {STORED}
    assert other not in assignment.times


@pytest.mark.parametrize(("newer", "story"), [(CROWD - 1, 100), (CROWD, 1)])
def test_of_a_crowd_that_shares_a_band_a_text_is_compared_with_the_newest(newer: int, story: int) -> None:
    crowd = [stored(simhash=FAR, story_id=UUID(int=1_000 + number)) for number in range(newer)]
    assert stories([stored(), *crowd], (key(), T0)) == [story]
