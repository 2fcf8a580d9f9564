"""The rows of an export."""

from __future__ import annotations

from app.models import Brand, Match, Mention, Source, uuid7
from app.queries.export import COLUMNS, row
from app.queries.mentions import MatchView, MentionView
from tests.rows import NOW

MENTION = Mention(id=uuid7(), title="Late", text="acme is late", tags=["support", "delay"], story_id=None, status="new")


def view(*stances: tuple[str, str | None, str | None], source: Source | None = None) -> MentionView:
    matches = [MatchView(Match(stance=stance, stance_source=by), Brand(name=name)) for name, stance, by in stances]
    return MentionView(MENTION, matches, source, 3)


def test_several_matches_are_lists_in_the_same_order() -> None:
    found = row(view(("Acme", "detractor", "model"), ("Brumelo", None, None)))
    assert (found["brands"], found["stances"], found["stance_sources"]) == (
        ["Acme", "Brumelo"],
        ["detractor", None],
        ["model", None],
    )


def test_a_guessed_date_is_left_out() -> None:
    dated, guessed = (
        Mention(id=uuid7(), tags=[], published_at=NOW, collected_at=NOW, published_guessed=guess)
        for guess in (False, True)
    )
    assert row(MentionView(dated, [], None, 1))["published_at"] == NOW
    found = row(MentionView(guessed, [], None, 1))
    assert (found["published_at"], found["collected_at"]) == (None, NOW)


def test_a_row_has_every_column_and_nothing_else() -> None:
    found = row(view(source=Source(name="News")))
    assert set(found) == set(COLUMNS)
    assert (found["source"], found["tags"], found["copies_count"]) == ("News", ["support", "delay"], 3)
    assert (row(view())["source"], found["story"], found["id"]) == ("", "", str(MENTION.id))
