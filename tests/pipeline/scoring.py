"""Matches that wait, made straight in the tables, and scorers whose speed and answers a test decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db import Database
from app.jobs import Jobs
from app.models import Brand, uuid7
from app.pipeline.judge.score import ScorePending
from ground.words import to_tsvector
from sentiment.base import Score, Text
from sentiment.compact import compact
from sentiment.correction import Corrections
from tests.fakes import SURE

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

MENTIONS = text(
    """
    INSERT INTO mention (workspace_id, id, fingerprint, content_hash, kind, external_id, host, platform, outlet,
        author, author_id, title, text, language, published_at, published_guessed, collected_at, search)
    SELECT :workspace, gen_random_uuid(), decode(md5(:mark || n), 'hex'), '', 'rss', :mark || n, '', 'forum', '',
        '', '', '', :words || ' ' || :mark || n, 'en', CAST(:at AS timestamptz) - n * interval '1 second', false,
        CAST(:at AS timestamptz) - n * interval '1 second', CAST(:search AS tsvector)
    FROM generate_series(1, :number) AS n
    """
)
MATCHES = text(
    """
    INSERT INTO match (workspace_id, brand_id, mention_id, published_at, collected_at, lead)
    SELECT workspace_id, :brand, id, published_at, collected_at, true FROM mention
    WHERE workspace_id = :workspace AND external_id LIKE :mark || '%'
    """
)


@dataclass(slots=True)
class Telling:
    """A scorer that answers one thing, counts what it was asked, and says how long it took by a clock of its own."""

    name: str = "telling"
    version: str = "1"
    answer: Score = field(default_factory=lambda: Score(0.1, 0.8, 0.1))
    seconds_each: float = 0.001
    fast: Any = None
    reads_marks: bool = False
    clock: list[float] = field(default_factory=lambda: [0.0])
    asked: list[Sequence[str]] = field(default_factory=list)
    corrections: Corrections = field(default_factory=lambda: compact().corrections)
    measured: Mapping[str, Any] = field(default_factory=dict)
    sureness: Mapping[str, Any] = field(default_factory=lambda: SURE)

    def score(self, texts: Sequence[Text]) -> list[Score]:
        self.asked.append([one.text for one in texts])
        self.clock[0] += self.seconds_each * len(texts)
        return [self.answer] * len(texts)

    @property
    def model(self) -> str:
        return f"{self.name} {self.version}"


def add_brand(db: Database, workspace_id: UUID, name: str = "Zéphyrine", **more: Any) -> UUID:
    brand = Brand(workspace_id=workspace_id, id=uuid7(), name=name, kind="own", query="zephyrine", colour="#336699")
    for key, value in more.items():
        setattr(brand, key, value)
    with db.writing() as session:
        session.add(brand)
    return brand.id


def add_matches(
    db: Database, workspace_id: UUID, brand_id: UUID, number: int, *, mark: str, at: datetime = NOW,
    words: str = "Zephyrine",
) -> None:  # fmt: skip
    """Unscored matches, one a second before `at`."""
    values = {"workspace": workspace_id, "brand": brand_id, "mark": mark, "at": at, "words": words}
    values["search"] = to_tsvector("", words)
    with db.writing() as session:
        session.execute(MENTIONS, {**values, "number": number})
        session.execute(MATCHES, values)


def step(
    db: Database, scorer: Telling, *, batches: int | None = None, now: datetime = NOW, seed: int = 1
) -> ScorePending:
    """The step, stopped after so many batches; its clock is the scorer's."""
    return ScorePending(
        db,
        scorer,
        Jobs(),
        random=Random(seed),
        now=lambda: now,
        seconds=lambda: scorer.clock[0],
        stopping=lambda: batches is not None and _batches(scorer) >= batches,
    )


def _batches(scorer: Telling) -> int:
    return len(scorer.asked) + (len(scorer.fast.asked) if scorer.fast else 0)


def rows(db: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with db.reading() as session:
        return [tuple(row) for row in session.execute(text(statement), values)]


DAYS_AGO = NOW - timedelta(days=40)
