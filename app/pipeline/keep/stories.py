"""Puts each text in its story: the copies of one text count once in the score and in alerts.

`nearby` reads the stories that may be meant, `assign` decides, `write` stores the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import uuid7
from app.pipeline.keep.bulk import copy_rows
from matching.story import StoryKey, near

STORY_MEMORY = timedelta(days=30)
"""A text published further than this from all others of its story begins a new one."""
CROWD = 200
"""Stories of one band that a text is compared with, the newest. Texts made from one template share bands in thousands
and are no copies of each other."""
MOST_KNOWN = 4_000
"""Stored stories that a batch is compared with, the newest."""
STORY_COLUMNS = ("workspace_id", "id", "simhash", "bands", "first_at", "last_at", "copies")

Text = tuple[StoryKey | None, datetime]
"""The key of a text, None for one too short to have copies, and when it was published."""


@dataclass(slots=True)
class KnownStory:
    """A story at hand: its key, and when its first and its last text were published."""

    id: UUID
    simhash: int
    bands: Sequence[int]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """The story of each text, in order, None for a text without one.

    `new_stories` holds the keys of the stories to be made; `times` when the new texts of each story were published.
    """

    stories: list[UUID | None] = field(default_factory=list)
    new_stories: dict[UUID, StoryKey] = field(default_factory=dict)
    times: dict[UUID, list[datetime]] = field(default_factory=dict)

    @property
    def grown(self) -> set[UUID]:
        """The stories that were stored before and have new texts now."""
        return self.times.keys() - self.new_stories.keys()


class StoryIndex:
    """The stories at hand, by band. Two texts are near when they share a band and their simhashes are few bits apart.

    A text joins a story when it was published within STORY_MEMORY of it, before or after: history is read backwards.
    """

    def __init__(self, known: Iterable[KnownStory] = ()) -> None:
        self._by_band: dict[int, list[KnownStory]] = {}
        for story in known:
            self.add(story)

    def add(self, story: KnownStory) -> None:
        for band in story.bands:
            self._by_band.setdefault(band, []).append(story)

    def join(self, key: StoryKey, at: datetime) -> UUID | None:
        """The story of a text published at `at`, which spans that moment from now on; None when there is none."""
        earliest, latest = at - STORY_MEMORY, at + STORY_MEMORY
        for band in key.bands:
            for story in self._by_band.get(band, ())[-CROWD:]:
                if near(key, story.simhash) and story.first_at <= latest and earliest <= story.last_at:
                    story.first_at, story.last_at = min(story.first_at, at), max(story.last_at, at)
                    return story.id
        return None


def assign(known: Iterable[KnownStory], texts: Sequence[Text], new_id: Callable[[], UUID] = uuid7) -> Assignment:
    """Gives each text the story it is near to, else a story of its own, which later texts may join."""
    index, assignment = StoryIndex(known), Assignment()
    for key, at in texts:
        if key is None:
            assignment.stories.append(None)
            continue
        story_id = index.join(key, at)
        if story_id is None:
            story_id = new_id()
            index.add(KnownStory(story_id, key.simhash, key.bands, at, at))
            assignment.new_stories[story_id] = key
        assignment.times.setdefault(story_id, []).append(at)
        assignment.stories.append(story_id)
    return assignment


def place_in_stories(session: Session, workspace_id: UUID, texts: Sequence[Text]) -> Assignment:
    """Assigns the texts and writes the stories. The caller holds the workspace's lock."""
    if all(key is None for key, _ in texts):
        return Assignment([None] * len(texts))
    assignment = assign(nearby(session, workspace_id, texts), texts)
    write(session, workspace_id, assignment)
    return assignment


def nearby(session: Session, workspace_id: UUID, texts: Sequence[Text]) -> list[KnownStory]:
    """The stored stories that share a band with one of the texts and did not end too long before all of them, the
    newest last: MOST_KNOWN at most."""
    bands = sorted({band for key, _ in texts if key is not None for band in key.bands})
    oldest = min(at for _, at in texts) - STORY_MEMORY
    values = {"workspace_id": workspace_id, "bands": bands, "oldest": oldest, "most": MOST_KNOWN}
    return [KnownStory(*row) for row in session.execute(NEARBY, values).all()][::-1]


def write(session: Session, workspace_id: UUID, assignment: Assignment) -> None:
    """Adds the stories that begin, and widens those that go on."""
    copy_rows(
        session,
        "story",
        STORY_COLUMNS,
        (
            _row(workspace_id, story_id, key, assignment.times[story_id])
            for story_id, key in assignment.new_stories.items()
        ),
    )
    grown = sorted(assignment.grown)
    if grown:
        times = [assignment.times[story_id] for story_id in grown]
        columns = {"ids": grown, "more": [*map(len, times)], "first": [*map(min, times)], "last": [*map(max, times)]}
        session.execute(GROW, {"workspace_id": workspace_id, **columns})


NEARBY = text(
    "SELECT id, simhash, bands, first_at, last_at FROM story WHERE workspace_id = :workspace_id "
    "AND bands && CAST(:bands AS integer[]) AND last_at >= :oldest ORDER BY last_at DESC LIMIT :most"
)
GROW = text(
    """
    UPDATE story SET copies = copies + grown.more,
        first_at = least(first_at, grown.first), last_at = greatest(last_at, grown.last)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:more AS integer[]), CAST(:first AS timestamptz[]), CAST(:last AS timestamptz[])
    ) AS grown(id, more, first, last)
    WHERE story.workspace_id = :workspace_id AND story.id = grown.id
    """
)


def _row(workspace_id: UUID, story_id: UUID, key: StoryKey, times: Sequence[datetime]) -> tuple[Any, ...]:
    """The row of a new story, as STORY_COLUMNS."""
    return (workspace_id, story_id, key.simhash, list(key.bands), min(times), max(times), len(times))
