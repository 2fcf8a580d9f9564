"""Links that work once, for one purpose and for a time."""

from __future__ import annotations

from datetime import UTC, datetime

from app.auth import links
from app.db import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_link_works_once_for_its_purpose_and_its_time(db: Database) -> None:
    with db.writing() as session:
        value = links.new_link(session, links.SETUP, NOW)
        assert links.is_valid(session, value, links.SETUP, NOW)
        assert not links.is_valid(session, value, "other", NOW)
        assert not links.is_valid(session, value, links.SETUP, NOW + links.LASTS)
        assert not links.spend(session, value, "other", NOW)
        assert links.spend(session, value, links.SETUP, NOW)
        assert not links.spend(session, value, links.SETUP, NOW)


def test_a_new_link_leaves_the_one_before_which_another_server_printed(db: Database) -> None:
    with db.writing() as session:
        first = links.new_link(session, links.SETUP, NOW)
        second = links.new_link(session, links.SETUP, NOW)
        assert links.is_valid(session, first, links.SETUP, NOW)
        assert links.is_valid(session, second, links.SETUP, NOW)


def test_all_links_of_a_purpose_end_together(db: Database) -> None:
    with db.writing() as session:
        values = [links.new_link(session, purpose, NOW) for purpose in (links.SETUP, links.SETUP, "other")]
        links.end_all(session, links.SETUP)
        ended = [not links.spend(session, value, links.SETUP, NOW) for value in values[:2]]
        assert ended == [True, True]
        assert links.is_valid(session, values[2], "other", NOW)
