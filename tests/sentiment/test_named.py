"""Where a text names the brand asked about, and where it names others."""

from __future__ import annotations

import pytest

from sentiment.named import Name, Span, brands_in, names_within, tell_apart, touches, with_ordinals


def spans(names: list[Name], own: bool) -> list[Span]:
    return [(name.start, name.end) for name in names if name.own is own]


@pytest.mark.parametrize(
    ("own", "others", "mine", "theirs"),
    [
        ([(0, 4)], [(10, 14)], [(0, 4)], [(10, 14)]),
        ([(0, 4)], [(0, 11)], [], [(0, 11)]),
        ([(0, 11)], [(7, 11)], [(0, 11)], []),
        ([(0, 4)], [(0, 4)], [], []),
        ([(0, 4), (4, 8)], [], [(0, 4), (4, 8)], []),
        ([(0, 4), (2, 8)], [(20, 22)], [(0, 8)], [(20, 22)]),
        ([(-3, 4), (18, 99)], [(9, 9), (8, 3)], [(0, 4), (18, 20)], []),
    ],
)
def test_names_are_clipped_merged_and_told_apart_by_length(
    own: list[Span], others: list[Span], mine: list[Span], theirs: list[Span]
) -> None:
    names = tell_apart(20 if theirs != [(20, 22)] else 30, own, others)
    assert (spans(names, True), spans(names, False)) == (mine, theirs)
    assert names == sorted(names, key=lambda name: name.start)


def test_a_name_is_found_by_where_it_begins() -> None:
    names = tell_apart(30, [(0, 4), (20, 24)], [(10, 14)])
    starts, ends = [name.start for name in names], [name.end for name in names]
    assert [name.start for name in names_within(names, starts, (1, 20))] == [10]
    assert brands_in(names_within(names, starts, (0, 11))) == {True, False}
    assert (touches((4, 10), names, ends), touches((13, 15), names, ends)) == (False, True)


@pytest.mark.parametrize(
    ("text", "language", "last_two"),
    [
        ("acme et brumelo : le premier est nul, le second parfait", "fr", [True, False]),
        ("brumelo and acme: the former is bad, the latter is good", "en", [False, True]),
        ("acme et brumelo : le premier est nul", "fr", []),
        ("le premier, acme, et le second, brumelo", "fr", []),
    ],
)
def test_the_first_and_the_second_are_names_where_both_follow_two_brands(
    text: str, language: str, last_two: list[bool]
) -> None:
    found = [(at, at + len(name)) for name in ("acme", "brumelo") if (at := text.index(name)) >= 0]
    names = tell_apart(len(text), found[:1], found[1:])
    assert [name.own for name in with_ordinals(text, language, names)[2:]] == last_two
