"""What several nouns are answered by."""

from __future__ import annotations

import pytest

from app.api.schemas import match_out, page_of
from app.models import Match, uuid7
from app.queries.paging import Slice

BRAND = uuid7()


def match(**values: object) -> Match:
    return Match(**{"provisional": False, "lead": True, "spans": {}, **values})


def test_probabilities_are_answered_only_when_all_are_known() -> None:
    scored = match_out(match(negative=0.1, neutral=0.2, positive=0.7, stance="promoter"), BRAND, "Acme")
    assert scored.probabilities is not None
    assert (scored.probabilities.positive, scored.brand.name) == (0.7, "Acme")
    assert match_out(match(negative=0.1, neutral=None, positive=0.7), BRAND, "Acme").probabilities is None


@pytest.mark.parametrize(("next_", "prev"), [(None, None), ("n", "p")])
def test_a_page_keeps_its_cursors(next_: str | None, prev: str | None) -> None:
    page = page_of(Slice([1, 2], next_, prev), str)
    assert (page.items, page.next_cursor, page.prev_cursor) == (["1", "2"], next_, prev)
