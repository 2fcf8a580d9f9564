"""What was met before is neither gone to nor given again."""

from __future__ import annotations

import pytest

from collectors._kit.paging import Fresh, Unmet
from collectors.base import RawMention


@pytest.mark.parametrize(
    ("mark", "leads_on"), [("b", True), (7, True), (0, True), ("a", False), ("", False), (None, False)]
)
def test_a_mark_leads_on_unless_it_is_empty_or_met(mark: object, leads_on: bool) -> None:
    fresh = Fresh("a", None)
    assert fresh(mark) is leads_on
    assert fresh(mark) is False


def test_a_mention_is_given_once_the_first_of_two_with_one_id() -> None:
    unmet = Unmet()
    a, b, other_a = (RawMention(external_id=name, text=text) for name, text in (("a", "1"), ("b", "2"), ("a", "3")))
    assert unmet([a, b, other_a]) == (a, b)
    assert unmet([b, RawMention(external_id="c")]) == (RawMention(external_id="c"),)
    assert ("a" in unmet, "d" in unmet, len(unmet)) == (True, False, 3)
