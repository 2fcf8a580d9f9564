"""Adding, changing and deleting canned answers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.actions.canned import FIELDS, AnswerChanges, NewAnswer, create, delete, lock, update
from app.db import Database
from app.problems import Problem
from app.queries.canned import FIELDS as FILLED_IN
from app.viewer import Viewer


def test_an_answer_is_changed_under_a_name_of_its_own(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        row = create(session, viewer, NewAnswer(name="Sorry", text="Sorry, {author}."))
        create(session, viewer, NewAnswer(name="Thanks", text="Thanks!"))
        with pytest.raises(Problem) as taken:
            create(session, viewer, NewAnswer(name="Sorry", text="x"))
        assert taken.value.status == 409
        changed = update(session, viewer, row.id, AnswerChanges(text="So sorry, {author}."))
        assert (changed.text, changed.version) == ("So sorry, {author}.", 2)
        assert update(session, viewer, row.id, AnswerChanges(text="So sorry, {author}.")).version == 2
        delete(session, viewer, row.id)
        with pytest.raises(Problem) as missing:
            lock(session, viewer, row.id)
        assert missing.value.status == 404


def test_what_would_not_be_filled_in_is_refused() -> None:
    assert FIELDS == FILLED_IN
    with pytest.raises(ValidationError, match="in braces"):
        NewAnswer(name="x", text="It costs {price}.")
    NewAnswer(name="x", text="{brand} thanks {author}: {my name} :{")
