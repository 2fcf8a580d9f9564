"""Domain phrases: which words can be listened for, and what their change has decided again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.actions import phrases
from app.actions.fields import validate
from app.actions.phrases import NewPhrase, PhraseChanges
from app.db import Database
from app.jobs import Jobs
from app.models import Restance
from app.problems import Problem
from app.viewer import Viewer


@pytest.mark.parametrize("text", ["", "  ", "!!!", "a b c d e f g h i j k", "two\nlines"])
def test_a_phrase_holds_one_to_ten_words_on_one_line(text: str) -> None:
    with pytest.raises(Problem) as refused:
        validate(NewPhrase, {"text": text, "stance": "promoter"})
    assert [error.field for error in refused.value.errors] == ["text"]


@pytest.mark.parametrize("text", ["war zone", "👍", "a b c d e f g h i j", "C’est l’été !"])
def test_words_letters_and_emoji_can_be_listened_for(text: str) -> None:
    assert validate(NewPhrase, {"text": text, "stance": "promoter"}).text == text


def test_a_change_has_what_was_and_what_is_said_decided_again(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        row = phrases.create(session, viewer, NewPhrase(text="Zone de guerre", stance="detractor"), Jobs())
        assert row.words == "zone de guerre"
        with pytest.raises(Problem) as taken:
            phrases.create(session, viewer, NewPhrase(text="ZONE DE GUERRE", stance="passive"), Jobs())
        assert (taken.value.status, taken.value.errors[0].field) == (409, "text")
        with pytest.raises(Problem) as nowhere:
            phrases.create(session, viewer, NewPhrase(text="paix", stance="promoter", brand_id=uuid4()), Jobs())
        assert nowhere.value.status == 404
        changed = phrases.update(session, viewer, row.id, PhraseChanges(text="war zone"), Jobs())
        assert (changed.words, changed.stance, changed.version) == ("war zone", "detractor", 2)
        assert set(session.scalars(select(Restance.words))) == {"zone de guerre", "war zone"}
        phrases.delete_phrase(session, viewer, row.id, Jobs())
        with pytest.raises(Problem) as missing:
            phrases.update(session, viewer, row.id, PhraseChanges(stance="passive"), Jobs())
        assert missing.value.status == 404
