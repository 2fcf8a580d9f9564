"""Queries of other tools, and what is said about them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.imported import TOOLS, imported
from matching.query import parse


@pytest.mark.parametrize(
    ("tool", "given", "query", "told"),
    [
        ("brandwatch", "acme NEAR/3f bank", "(acme ONEAR/3 bank)", ["“NEAR/3f” is now “ONEAR/3”."]),
        ("brandwatch", "acme NEAR/50 bank", "(acme NEAR/30 bank)", ["“NEAR/50” is now “NEAR/30”."]),
        ("brandwatch", "acme AND language:fr", "acme AND lang:fr", ["“language:” is now “lang:”."]),
        (
            "brandwatch",
            "acme AND country:fra NOT (jobs OR title:stage)",
            "acme AND NOT (jobs OR title:stage)",
            ["“AND country:fra” was left out: Vigie has nothing like it."],
        ),
        (
            "brandwatch",
            "acme AND authorFollowers:[1000 TO *]",
            "acme AND followers:>=1000",
            ["“authorFollowers:[1000 TO *]” is now “followers:>=1000”."],
        ),
        ("brandwatch", "{Acme}", "acme", ['“{Acme}” is now “"Acme"”, which finds more.']),
        (
            "talkwalker",
            '"acme bank"~4 AND sentiment:negative',
            "(acme NEAR/5 bank) AND stance:detractor",
            ['“"acme bank"~4” is now “(acme NEAR/5 bank)”.', "“sentiment:negative” is now “stance:detractor”."],
        ),
        (
            "talkwalker",
            "acme AND (sourcecountry:fr OR sourcecountry:be)",
            "acme",
            [
                "“sourcecountry:fr” was left out: Vigie has nothing like it.",
                "“sourcecountry:be” was left out: Vigie has nothing like it.",
            ],
        ),
        (
            "talkwalker",
            'domainurl:"https://www.forum.example/" AND acme',
            "site:forum.example AND acme",
            ['“domainurl:"https://www.forum.example/"” is now “site:forum.example”.'],
        ),
        (
            "mention",
            'acme or "acme bank" !jobs',
            'acme OR "acme bank" AND NOT jobs',
            ["“!” is now “-”.", "“or” is now “OR”."],
        ),
        ("brand24", "acme || zenith && panne", "acme OR zenith AND panne", ["“||” is now “OR”.", "“&&” is now “AND”."]),
        ("brand24", '"rock and roll" acme', '"rock and roll" AND acme', []),
    ],
)
def test_a_query_of_another_tool_is_translated_and_each_change_is_reported(
    tool: Any, given: str, query: str, told: list[str]
) -> None:
    found = imported(given, tool)
    assert (found.query, [str(notice) for notice in found.report], found.valid) == (query, told, True)


@pytest.mark.parametrize(("given", "said"), [("(acme", "never closed"), ("country:fra", "empty"), ("", "empty")])
def test_what_cannot_be_read_afterwards_says_why(given: str, said: str) -> None:
    found = imported(given, "brandwatch")
    assert not found.valid
    assert said in str(found.report[-1])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(TOOLS)),
    st.text(max_size=60)
    | st.lists(st.sampled_from(["acme ", "AND ", "country:x ", "(", ")", '"', "~3", "NEAR/2 ", "{a} ", "|| "])).map(
        "".join
    ),
)
def test_whatever_is_given_is_translated_or_refused(tool: Any, given: str) -> None:
    found = imported(given, tool)
    if found.valid:
        assert str(parse(found.query)) == found.query
    else:
        assert found.report
