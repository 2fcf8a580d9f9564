from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from alerts.base import OneText
from app.db import Database
from app.models import Brand
from app.pipeline.tell.evidence import one_text, whole_text
from tests.rows import NOW, brand_row, match_row, mention_row, story_row


@pytest.mark.parametrize(
    ("title", "text", "whole"),
    [
        ("Parcel lost", "Nobody answers.", "Parcel lost. Nobody answers."),
        ("Parcel lost", "Parcel lost, nobody answers.", "Parcel lost, nobody answers."),
        ("", "Nobody answers.", "Nobody answers."),
        ("Parcel lost", "", "Parcel lost. "),
    ],
)
def test_a_title_goes_before_its_text_unless_the_text_begins_with_it(title: str, text: str, whole: str) -> None:
    assert whole_text(title, text) == whole


def test_a_text_that_makes_a_fifth_of_the_mentions_is_told_with_its_accounts(db: Database, workspace_id: UUID) -> None:
    brand, story = brand_row(workspace_id, "Acme"), story_row(workspace_id)
    first = mention_row(workspace_id, "Parcel lost", author="anne")
    copies = [
        mention_row(workspace_id, f"Parcel lost {n}", author=name, story_id=story.id)
        for n, name in enumerate(("bob", "cleo", "bob"))
    ]
    with db.writing() as session:
        session.add_all([brand, story])
        session.flush()
        brand_id = brand.id
        session.add_all([first, *copies])
        session.flush()
        session.add_all([match_row(one, brand, stance="detractor") for one in (first, *copies)])
    with db.reading() as session:
        early, late = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        acme = session.get_one(Brand, (workspace_id, brand_id))
        assert one_text(session, acme, "detractor", early, late) == OneText(mentions=3, accounts=2, share=0.75)
        assert one_text(session, acme, "promoter", early, late) is None
