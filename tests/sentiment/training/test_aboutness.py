"""Texts in which the brand asked about, and the others, are marked."""

from __future__ import annotations

from sentiment.labelled import Example
from sentiment.named import OTHER, OWN
from sentiment.training.aboutness import COMPARED, JOINED, compared, joined, marked
from sentiment.training.written import NEGATIVE, POSITIVE, Comparing

BETTER = Comparing("Zephyra beats Boreal. zephyra!", "en", ("Zephyra", "Boreal"), (POSITIVE, NEGATIVE))


def test_each_brand_is_asked_about_once() -> None:
    assert list(compared([BETTER])) == [
        Example(f"{OWN} beats {OTHER}. {OWN}!", POSITIVE, "en", COMPARED),
        Example(f"{OTHER} beats {OWN}. {OTHER}!", NEGATIVE, "en", COMPARED),
    ]


def test_a_brand_whose_name_begins_like_the_other_is_told_apart() -> None:
    text = Comparing("Acme Mobile, not Acme nor Acmes", "en", ("Acme", "Acme Mobile"), (NEGATIVE, POSITIVE))
    assert marked(text, 0) == f"{OTHER}, not {OWN} nor Acmes"


def test_two_posts_become_one_about_the_first() -> None:
    posts = [Example("@user bravo !", POSITIVE, "fr", "umsab"), Example("nul @user @other", NEGATIVE, "fr", "umsab")]
    wanted = {
        POSITIVE: {f"{OWN} bravo ! nul {OTHER} @other", f"nul {OTHER} @other {OWN} bravo !"},
        NEGATIVE: {f"nul {OWN} @other {OTHER} bravo !", f"{OTHER} bravo ! nul {OWN} @other"},
    }
    made = list(joined(posts, 200, seed=1))
    assert {label: {each.text for each in made if each.label == label} for label in wanted} == wanted
    assert {(each.language, each.source) for each in made} == {("fr", JOINED)}


def test_posts_that_address_nobody_or_are_alone_are_not_joined() -> None:
    alone = [Example("@user hallo", POSITIVE, "de", "umsab"), Example("hello", POSITIVE, "en", "umsab")]
    assert list(joined(alone, 3, seed=1)) == []
