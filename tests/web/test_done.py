"""What is said once a form has done its work."""

from __future__ import annotations

from app.web.done import DONE, message_named


def test_a_message_is_shown_only_when_it_is_one_of_ours() -> None:
    assert message_named("saved") == DONE["saved"]
    assert message_named("<b>anything</b>") is None
    assert message_named("") is None
