"""What narrows a brand beside its query."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from matching.match import BrandQuery, Matcher
from matching.narrowing import Narrowing, Reason, exclusions, narrowing_of, wanted
from matching.query import QueryError, parse
from tests.matching.test_fields import Told

ORANGE = Narrowing(any=("forfait", "livebox", "réseau*"), none=("jus",), sites=("recettes.example",), authors=("@bot",))


def left_out(narrowing: Narrowing, text: str, **about: Any) -> list[Reason | None]:
    """Why the mention is hidden, in a list; none where it is not collected."""
    told = replace(Told(), **about)
    matcher = Matcher([BrandQuery(1, "orange", narrowing)])
    return [found.hidden for found in matcher.match("", text, partial(replace, told))]


@pytest.mark.parametrize(
    ("text", "about", "reason"),
    [
        ("Mon forfait Orange", {}, None),
        ("Le réseau Orange en panne", {}, None),
        ("Une orange bien mûre", {}, Reason("no_context")),
        ("Forfait petit déjeuner : jus d’orange", {}, Reason("other_context", "jus")),
        ("forfait orange", {"host": "www.recettes.example"}, Reason("site", "recettes.example")),
        ("forfait orange", {"author": "Bot"}, Reason("author", "@bot")),
    ],
)
def test_a_mention_is_hidden_for_a_reason_or_not_collected(text: str, about: Any, reason: Reason | None) -> None:
    assert left_out(ORANGE, text, **about) == [reason]
    strict = replace(ORANGE, context_how="not_collected", exclude_how="not_collected")
    assert left_out(strict, text, **about) == ([] if reason else [None])


def test_what_is_not_collected_is_not_looked_for_either() -> None:
    strict = replace(ORANGE, context_how="not_collected")
    assert str(wanted(parse("orange"), strict)) == "orange AND NOT jus AND NOT NOT (forfait OR livebox OR reseau*)"
    assert wanted(parse("orange"), ORANGE) == parse("orange")


def test_the_columns_of_a_brand_are_read_and_nothing_narrows_nothing() -> None:
    assert narrowing_of({}, {}) == Narrowing()
    assert exclusions(Narrowing()) == []
    held = narrowing_of({"any": ["a"], "none": [], "how": "not_collected"}, {"sites": ["x.example"], "authors": []})
    assert held == Narrowing(any=("a",), context_how="not_collected", sites=("x.example",))


@pytest.mark.parametrize(
    "narrowing",
    [Narrowing(any=("(a",)), Narrowing(none=("status:new",)), Narrowing(sites=("jobs",)), Narrowing(authors=("@",))],
)
def test_what_cannot_be_read_is_refused(narrowing: Narrowing) -> None:
    with pytest.raises(QueryError):
        exclusions(narrowing)
