"""An address, or a name, as kinds of source look at it."""

from __future__ import annotations

import pytest

from ground.place import Place


def test_an_address_is_taken_apart() -> None:
    place = Place("https://www.forum.example.org/board/viewtopic.php?f=2&t=31", "Orvélia Mobile")
    assert place.host == "forum.example.org"
    assert place.origin == "https://www.forum.example.org"
    assert place.asked("t") == "31"
    assert place.asked("p") == ""
    assert not place.is_search


@pytest.mark.parametrize(
    ("url", "marks", "root"),
    [
        ("https://x.example/board/viewtopic.php?t=1", ("/viewtopic.php",), "https://x.example/board"),
        ("https://x.example/board/", ("/viewtopic.php",), "https://x.example/board"),
        ("https://x.example", ("/t/",), "https://x.example"),
        ("https://x.example/t/topic/12", ("/t/", "/c/"), "https://x.example"),
        ("https://x.example:8080/f/index.php", (), "https://x.example:8080/f"),
    ],
)
def test_the_root_of_a_forum_is_what_stands_before_its_pages(url: str, marks: tuple[str, ...], root: str) -> None:
    assert Place(url).root(*marks) == root


@pytest.mark.parametrize(
    ("host", "found"),
    [("reddit.com", True), ("old.reddit.com", True), ("notreddit.com", False), ("reddit.com.evil.example", False)],
)
def test_a_host_is_meant_exactly_or_from_above(host: str, found: bool) -> None:
    assert Place(f"https://{host}/r/x").on("reddit.com") is found


def test_words_are_searched_for_as_each_place_takes_them() -> None:
    place = Place(words="Orvélia Mobile")
    assert (place.phrase, place.tag, place.is_search) == ('"Orvélia Mobile"', "OrveliaMobile", True)
    assert Place(words="Orvélia").phrase == "Orvélia"
    assert not Place().is_search


def test_a_page_says_what_it_is_made_by() -> None:
    page = Place("https://x.example", html='<head><meta content="x"><meta name="generator" content="Discourse 3.4">')
    assert page.generator == "discourse 3.4"
    assert page.says("DISCOURSE")
    assert Place("https://x.example").generator == ""


def test_a_part_of_the_path_is_read_unquoted() -> None:
    found = Place("https://fr.wikipedia.org/wiki/Orv%C3%A9lia").at(r"/wiki/(.+)")
    assert found
    assert found[1] == "Orvélia"
