from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.models import Brand, Match, Mention, Quarantined, Revision, Source, Story
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin, Placed, Stored
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, Rejection, normalise
from collectors.base import RawMention
from matching.match import BrandQuery, Matcher

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENCY = (
    "Le fabricant de machines à café Zéphyrine annonce l'ouverture d'une usine à Saint-Étienne au printemps, "
    "avec deux cents emplois à la clé, a indiqué la direction lundi lors d'une conférence de presse."
)


@pytest.fixture
def origin(db: Database, workspace_id: UUID) -> Origin:
    with db.writing() as session:
        source = Source(workspace_id=workspace_id, collector="rss", name="fil", params={}, interval_seconds=3600)
        session.add(source)
        session.flush()
        return Origin(workspace_id, source.id, "rss")


@pytest.fixture
def matcher(db: Database, workspace_id: UUID) -> Matcher:
    with db.writing() as session:
        brands = [
            Brand(workspace_id=workspace_id, name=name, kind="own", query=name, colour="#000000")
            for name in ("Zéphyrine", "Brumelo")
        ]
        session.add_all(brands)
        session.flush()
        return Matcher([BrandQuery(brand.id, brand.query) for brand in brands])


def raw(number: int, text: str = "Zéphyrine ouvre une boutique", **more: Any) -> RawMention:
    given = {"published_at": NOW - timedelta(hours=1), "url": f"https://fil.example/{number}", **more}
    return RawMention(external_id=f"https://fil.example/{number}", text=text, **given)


def placed(matcher: Matcher, raws: Sequence[RawMention]) -> list[Placed]:
    drafts = [normalise("rss", one, NOW, Scope("feed", "scope", "rss")) for one in raws]
    return [Placed(draft, tuple(matcher.match(draft.title, draft.text))) for draft in drafts]


def put(db: Database, origin: Origin, batch: Sequence[Placed], refused: Sequence[Rejection] = ()) -> Stored:
    with db.writing() as session:
        return store(session, origin, batch, refused)


def count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_batch_stored_twice_is_stored_once(db: Database, origin: Origin, matcher: Matcher) -> None:
    batch = placed(matcher, [raw(n, f"Zéphyrine, billet numéro {n}") for n in range(30)])
    first, second = put(db, origin, batch), put(db, origin, batch)
    assert (first.stored, second.stored, second.unchanged) == (30, 0, 30)
    assert (count(db, Mention), count(db, Match)) == (30, 30)


def test_pages_in_any_order_and_repeated_give_the_same_rows(db: Database, origin: Origin, matcher: Matcher) -> None:
    batch = placed(matcher, [raw(n, AGENCY if n % 3 else f"Zéphyrine et Brumelo, essai {n}") for n in range(24)])
    pages = [batch[i : i + 6] for i in range(0, 24, 6)] * 2
    Random(7).shuffle(pages)
    for page in pages:
        put(db, origin, page)
    with db.reading() as session:
        leads = session.scalar(select(func.count()).select_from(Match).where(Match.lead))
        copies = session.scalars(select(Story.copies)).all()
    assert (count(db, Mention), list(copies)) == (24, [16])
    assert leads == 2 * 8 + 1  # eight short texts about two brands, and one story


def test_an_agency_story_is_one_story_with_its_copies(db: Database, origin: Origin, matcher: Matcher) -> None:
    texts = [AGENCY, f"{AGENCY} (AFP)", AGENCY.replace("lundi", "mardi")]
    put(db, origin, placed(matcher, [raw(1, texts[0])]))
    put(db, origin, placed(matcher, [raw(n, text) for n, text in enumerate(texts[1:], 2)]))
    put(db, origin, placed(matcher, [raw(9, "Zéphyrine : ma machine fuit depuis ce matin et personne ne répond.")]))
    with db.reading() as session:
        stories = session.scalars(select(Mention.story_id).order_by(Mention.external_id)).all()
        leads = session.scalars(
            select(Match.lead).join(Mention, Mention.id == Match.mention_id).order_by(Mention.external_id)
        ).all()
    assert len({*stories[:3]}) == 1
    assert stories[3] != stories[0]
    assert leads == [True, False, False, True]


def test_poison_is_quarantined_and_the_rest_is_stored(db: Database, origin: Origin, matcher: Matcher) -> None:
    batch = placed(matcher, [raw(n, f"Zéphyrine, billet {n}") for n in range(50)])
    batch[17] = replace(batch[17], draft=replace(batch[17].draft, title="un octet nul \x00 que rien n'a ôté"))
    result = put(db, origin, batch, [Rejection("abc", "neither a title nor a text", "")])
    assert (result.stored, result.quarantined) == (49, 2)
    with db.reading() as session:
        reasons = dict(session.execute(select(Quarantined.external_id, Quarantined.reason)).all())
    assert set(reasons) == {"abc", batch[17].draft.external_id}
    assert "NUL" in reasons[batch[17].draft.external_id]
    put(db, origin, batch, [Rejection("abc", "neither a title nor a text", "")])
    assert count(db, Quarantined) == 2


def edited(draft: Draft, text: str) -> Draft:
    return normalise("rss", RawMention(external_id=draft.external_id, text=text, published_at=draft.published_at), NOW)


def test_an_edit_keeps_what_was_said_before_and_moves_the_matches(
    db: Database, origin: Origin, matcher: Matcher
) -> None:
    put(db, origin, placed(matcher, [raw(1, "Zéphyrine est parfaite")]))
    result = put(db, origin, placed(matcher, [raw(1, "Finalement je prends Brumelo")]))
    assert (result.stored, result.updated) == (0, 1)
    with db.reading() as session:
        assert session.scalars(select(Revision.change)).one()["text"] == "Zéphyrine est parfaite"
        brand = session.scalars(select(Brand.name).join(Match, Match.brand_id == Brand.id)).one()
        assert brand == "Brumelo"
        assert session.scalars(select(Mention.text)).one() == "Finalement je prends Brumelo"


def test_engagement_is_counted_again_without_a_revision(db: Database, origin: Origin, matcher: Matcher) -> None:
    put(db, origin, placed(matcher, [raw(1, engagement={"likes": 2})]))
    again = put(db, origin, placed(matcher, [raw(1, engagement={"likes": 40})]))
    assert again.updated == 1
    with db.reading() as session:
        assert session.scalars(select(Mention.likes)).one() == 40
    assert count(db, Revision) == 0


def test_what_its_author_deleted_is_deleted(db: Database, origin: Origin, matcher: Matcher) -> None:
    put(db, origin, placed(matcher, [raw(1), raw(2, "Zéphyrine encore")]))
    put(db, origin, placed(matcher, [raw(1, deleted=True), raw(3, deleted=True)]))
    assert (count(db, Mention), count(db, Match)) == (1, 1)


def test_another_workspace_stores_the_same_item_for_itself(db: Database, origin: Origin, matcher: Matcher) -> None:
    from app.models import Workspace

    with db.writing() as session:
        other = Workspace(slug="other", name="Other")
        session.add(other)
        session.flush()
        source = Source(workspace_id=other.id, collector="rss", name="fil", params={}, interval_seconds=3600)
        brand = Brand(workspace_id=other.id, name="Z", kind="own", query="zephyrine", colour="#000000")
        session.add_all([source, brand])
        session.flush()
        there = Origin(other.id, source.id, "rss")
        theirs = Matcher([BrandQuery(brand.id, "zephyrine")])
    put(db, origin, placed(matcher, [raw(1)]))
    put(db, there, placed(theirs, [raw(1)]))
    assert count(db, Mention) == 2


def test_history_that_is_read_backwards_has_its_stories_too(db: Database, origin: Origin, matcher: Matcher) -> None:
    """A text is of a story when a month at most lies between them, whenever they are collected."""
    for number, days in enumerate((400, 410, 395, 300, 1)):
        put(db, origin, placed(matcher, [raw(number, AGENCY, published_at=NOW - timedelta(days=days))]))
    with db.reading() as session:
        assert sorted(session.scalars(select(Story.copies))) == [1, 1, 3]
        assert session.scalar(select(func.count()).where(Match.lead)) == 3
