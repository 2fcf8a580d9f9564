"""A query finds the same mentions in the database as in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from app.asking import condition
from app.db import Database
from app.models import Mention
from ground.words import to_tsvector
from matching.match import BrandQuery, Matcher
from matching.query import QueryError, parse
from tests.rows import brand_row, match_row, member_rows, mention_row, source_row, story_row

WORDS = [
    "acme",
    "Acmé",
    "acmes",
    "banque",
    "banques",
    "panne",
    "gris",
    "gros",
    "grès",
    "l'eau",
    "coca-cola",
    "東京",
    "😡",
]
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
MENTIONS, QUERIES = 50, 240
"""Their product is the number of answers that are compared: 12,000."""


def texts(chance: random.Random, most: int) -> str:
    return " ".join(
        chance.choices([*WORDS, "le", "de", "et", "?", ".", "https://acme.example/x"], k=chance.randint(0, most))
    )


def mention(chance: random.Random, workspace_id: UUID) -> Mention:
    title, text = texts(chance, 5), texts(chance, 12) or "rien"
    more: dict[str, Any] = {
        "author": chance.choice(["", "Zoé Petit", "@ana", "ana"]),
        "author_id": chance.choice(["", "zoe", "ANA"]),
        "author_followers": chance.choice([None, 0, 10, 5_000]),
        "host": chance.choice(["", "forum.example", "www.forum.example", "notforum.example", "jobs.example"]),
        "url": chance.choice([None, "https://Forum.example/t/Acme_1", "https://jobs.example/100%"]),
        "platform": chance.choice(["forum", "Mastodon"]),
        "language": chance.choice([None, "fr", "en", "fr-CA", "frr"]),
        "rating": chance.choice([None, 1.0, 3.0, 4.5]),
        "rating_scale": chance.choice([None, 5.0, 10.0]),
        "reach": chance.choice([None, 0, 900, 10_000]),
        "parent_id": chance.choice([None, "p"]),
        "title": title,
        "search": cast(to_tsvector(title, text), TSVECTOR),
        "external_id": str(chance.random()),
        "fingerprint": chance.randbytes(16),
    }
    return mention_row(workspace_id, text, FIRST + timedelta(hours=chance.randint(0, 200)), **more)


def term(chance: random.Random) -> str:
    return chance.choice(
        [
            *WORDS,
            "ban*",
            "gr?s",
            '"gr?s acme"',
            '"le acm*"',
            '"banque de"',
            "acme",
            "title:gr?s",
            "titre:panne",
            'text:"le panne"',
        ]
    )


def field(chance: random.Random) -> str:
    number = chance.choice(["<3", "<=3", ">=2", ">900", "3", "0", "10"])
    return chance.choice(
        [
            f"rating:{number}", f"reach:{number}", f"followers:{number}", "lang:fr", "langue:(en OU fr)",
            "site:forum.example", "site:example.com", "url:forum", "url:acme_", 'url:"100%"', "author:ana",
            'auteur:"zoé petit"', "author:@zoe",
            "platform:mastodon", "plateforme:forum", "is:reply", "est:question", "has:link", "after:2026-11-04",
            "avant:2026-11-06",
        ]
    )  # fmt: skip


def query(chance: random.Random, depth: int = 2) -> str:
    if depth == 0 or chance.random() < 0.2:
        near = chance.choice(["NEAR/2", "ONEAR/3", "NEAR"])
        return chance.choice([term, term, field, lambda c: f"{c.choice(WORDS)} {near} (ban* OR {c.choice(WORDS)})"])(
            chance
        )
    joined = chance.choice([" ", " AND ", " OR ", " NOT ", " -", " OU "])
    left, right = query(chance, depth - 1), query(chance, depth - 1)
    return f"({left}){joined}({right})" if chance.random() < 0.7 else f"NOT ({left}) ({right})"


def queries(chance: random.Random) -> Iterator[str]:
    """Those of the random queries that ask for anything."""
    while True:
        asked = query(chance)
        try:
            parse(asked)
        except QueryError:
            continue
        yield asked


def found(session: Session, workspace_id: UUID, asked: str, user_id: UUID | None = None) -> set[UUID]:
    here = select(Mention.id).where(Mention.workspace_id == workspace_id)
    return set(session.scalars(here.where(condition(parse(asked), user_id))))


def itself(row: Mention) -> Mention:
    return row


@pytest.mark.parametrize("seed", range(2))
def test_random_queries_find_the_same_in_the_database_and_in_memory(
    db: Database, workspace_id: UUID, seed: int
) -> None:
    chance = random.Random(seed)
    with db.writing() as session:
        session.add_all([mention(chance, workspace_id) for _ in range(MENTIONS)])
    some = 0
    with db.reading() as session:
        rows = session.scalars(select(Mention)).all()
        for _, asked in zip(range(QUERIES), queries(chance), strict=False):
            matcher = Matcher([BrandQuery(UUID(int=1), asked)])
            expected = {row.id for row in rows if matcher.match(row.title, row.text, partial(itself, row))}
            assert found(session, workspace_id, asked) == expected, asked
            some += 0 < len(expected) < len(rows)
    assert some > QUERIES / 2


def test_what_people_and_vigie_have_done_with_a_mention_can_be_asked_for(db: Database, workspace_id: UUID) -> None:
    brand, source, story = (
        brand_row(workspace_id, "Acme"),
        source_row(workspace_id, "Forum Acmé"),
        story_row(workspace_id),
    )
    user, member = member_rows(workspace_id, "Ana")
    told = mention_row(workspace_id, "acme one", status="answered", tags=["VIP", "panne"], story_id=story.id)
    copy = mention_row(
        workspace_id, "acme two", source_id=source.id, assignee="Ana", assignee_id=user.id, story_id=story.id
    )
    with db.writing() as session:
        for rows in ([user], [member, brand, source, story], [told, copy]):
            session.add_all(rows)
            session.flush()
        session.add_all(
            [match_row(told, brand, stance="detractor", lead=True), match_row(copy, brand, stance="unsure", lead=False)]
        )
    with db.reading() as session:
        answers = {
            asked: found(session, workspace_id, asked, user.id)
            for asked in (
                "status:répondu", "tag:vip", "acme -tag:panne", "source:\"forum acmé\"", "assignee:me", "assignee:ana",
                "assignee:personne", "stance:détracteur", "stance:unsure", "is:copie", "acme NOT is:copy", "tag:none",
            )
        }  # fmt: skip
    assert answers == {
        "status:répondu": {told.id}, "tag:vip": {told.id}, "acme -tag:panne": {copy.id},
        'source:"forum acmé"': {copy.id},
        "assignee:me": {copy.id}, "assignee:ana": {copy.id}, "assignee:personne": {told.id},
        "stance:détracteur": {told.id}, "stance:unsure": {copy.id}, "is:copie": {copy.id},
        "acme NOT is:copy": {told.id}, "tag:none": set(),
    }  # fmt: skip
