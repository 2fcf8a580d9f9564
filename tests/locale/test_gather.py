"""Which texts are gathered to be translated."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from app.locale.gather import ROOT, TALKING, gather, labels


@pytest.fixture(scope="module")
def gathered() -> dict[object, str]:
    return dict(gather())


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("My account", "templates/account.html"),
        (("{n} mention", "{n} mentions"), "app/"),
        ("There is no such brand.", "app/actions"),
        ("{host} asks us to read less often (429)", "collectors/_kit/fetch.py"),
        ("this page is not a feed and names none: look for an address that ends in /feed, .rss or .xml", "collectors"),
        ("In English, without spaces; empty for all", "Collector gdelt"),
        ("Fires when {brand} gets more detractors than usual, and at least {least}.", "alerts/rules"),
    ],
)
def test_a_text_is_gathered_with_a_file_that_says_it(gathered: dict[object, str], message: object, place: str) -> None:
    assert message in gathered
    assert place in gathered[message]


def test_no_text_is_empty_and_none_is_built_at_run_time(gathered: dict[object, str]) -> None:
    assert all(message for message in gathered)
    assert {type(message) for message in gathered} == {str, tuple}


def test_what_talks_exists() -> None:
    assert [place for place in TALKING if not (ROOT / place).exists()] == []


class Form(BaseModel):
    url: str = Field(title="Address", description="Where it is read")
    how: Literal["a", "b"] = Field("a", title="How", json_schema_extra={"labels": {"a": "One way", "b": "Another way"}})
    plain: str = ""


def test_a_form_says_its_titles_its_hints_and_the_names_of_its_choices() -> None:
    said = [text for text in labels(Form) if text]
    assert said == ["Address", "Where it is read", "How", "One way", "Another way", "Plain"]
