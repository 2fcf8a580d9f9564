"""What others send: answers in the shape of a push, and the inbox of what is to be looked up."""

from __future__ import annotations

from datetime import UTC, datetime

from app.actions.inbound import COMMENT_MAX, LINE_MAX, inbox_with, item_of
from app.actions.surveys import NewResponse
from collectors.base import Answer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_an_answer_is_cleaned_and_cut_so_that_it_can_be_pushed() -> None:
    sent = Answer(
        external_id="a\n" + "1" * 300, score=9, answered_at=NOW, comment="x" * (COMMENT_MAX + 5), channel="e-mail\t",
        respondent="Ana\x00",
    )  # fmt: skip
    item = item_of(sent)
    assert (len(item["external_id"]), len(item["comment"]), item["channel"]) == (LINE_MAX, COMMENT_MAX, "e-mail")
    assert NewResponse.model_validate(item).score == 9


def test_what_is_sent_again_waits_at_the_end_under_a_new_id() -> None:
    """A reading under way removes by its id the entry that it was handed, and leaves the one that came meanwhile."""
    waiting = inbox_with([], [{"id": "1"}, {"id": "2"}])
    again = inbox_with(waiting, [{"id": "1"}, {"id": "3"}, {"id": "3"}])
    assert [entry["item"] for entry in again] == [{"id": "2"}, {"id": "1"}, {"id": "3"}]
    assert again[0]["id"] == waiting[1]["id"]
    assert again[1]["id"] not in {entry["id"] for entry in waiting}
    assert len({entry["id"] for entry in again}) == 3


def test_the_order_of_names_in_an_item_does_not_count() -> None:
    assert len(inbox_with(inbox_with([], [{"a": 1, "b": 2}]), [{"b": 2, "a": 1}])) == 1
