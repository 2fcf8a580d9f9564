"""What an author quotes, in the marks of Markdown and of boards."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.quotes import without_bbcode_quotes, without_markdown_quotes


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> mauvais\n\nJe confirme", "Je confirme"),
        (">mauvais\n\nJe confirme", "Je confirme"),
        ("&gt; mauvais\n\nJe confirme", "Je confirme"),
        ("&gt;&gt; mauvais\n&gt; bon\n\nJe confirme", "Je confirme"),
        ("> > mauvais\n>\n> bon\n\nJe confirme", "Je confirme"),
        ("   > mauvais\n\nJe confirme", "Je confirme"),
        ("> mauvais\r\n\r\nJe confirme", "Je confirme"),
        ("> mauvais\nsur toute la ligne\nvraiment\n\nJe confirme", "Je confirme"),
        ("> mauvais\n- un\n- deux", "- un\n- deux"),
        ("> mauvais\n# Mon avis", "# Mon avis"),
        ("> mauvais\n---\nMon avis", "---\nMon avis"),
        (">\nJe confirme", "Je confirme"),
        ("> # mauvais\nJe confirme", "Je confirme"),
        ("- > mauvais\n\nJe confirme", "Je confirme"),
        ("Oui\n> mauvais\n\nNon", "Oui\n\nNon"),
        ("> mauvais", ""),
        (">!la fin est décevante!<", "la fin est décevante"),
        ("&gt;!la fin!&lt; m'a déçu", "la fin m'a déçu"),
        (">! la fin\n\nJe confirme", ">! la fin\n\nJe confirme"),
        ("Oui, >!la fin!< et >!le début!<", "Oui, la fin et le début"),
        (">:( encore en panne", ">:( encore en panne"),
        (">_< encore", ">_< encore"),
        (">= 5 pannes", ">= 5 pannes"),
        ("\\> pas une citation", "\\> pas une citation"),
        ("    > du code", "> du code"),
        ("```\n> du code\n```\n> cité\n\nfin", "```\n> du code\n```\n\nfin"),
        ("a -> b => c > d", "a -> b => c > d"),
        ("", ""),
    ],
)
def test_quotes_of_markdown_are_left_out(text: str, own: str) -> None:
    assert without_markdown_quotes(text) == own


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("[quote]mauvais[/quote]Je confirme", "Je confirme"),
        ('[quote="Léa, post: 3, topic: 12"]\nmauvais\n[/quote]\n\nJe confirme', "Je confirme"),
        ("[QUOTE=Léa;123]mauvais[/QUOTE] Je confirme", "Je confirme"),
        ("[quote=a][quote=b]x[/quote]y[/quote]Oui[quote]z[/quote]Non", "Oui\nNon"),
        ("Oui [quote]jamais fermé [quote]x[/quote] non", "Oui [quote]jamais fermé \n non"),
        ("Oui[/quote] non", "Oui[/quote] non"),
        ("[quote name='Léa' timestamp='1']x[/quote]Oui", "Oui"),
        ("[quoted] and [unquote]", "[quoted] and [unquote]"),
        ("", ""),
    ],
)
def test_quotes_of_boards_are_left_out(text: str, own: str) -> None:
    assert without_bbcode_quotes(text) == own


PIECES = st.sampled_from(
    [">", "&gt;", " ", "\n", "a", "- ", "```", "!", "!<", "[quote]", "[/quote]", "[quote=", "]", "    "]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_is_made_up(text: str) -> None:
    for own in (without_markdown_quotes(text), without_bbcode_quotes(text)):
        assert len(own) <= len(text) + text.count("[/quote]")


@pytest.mark.parametrize(
    "piece", [">", "> ", ">!", "&gt; > ", "[quote]", "[quote][/quote]", "[/quote]", "[quote=", "- ", "```\n"]
)
def test_a_text_made_to_slow_it_down_takes_no_time(piece: str) -> None:
    began = time.process_time()
    without_markdown_quotes(piece * (400_000 // len(piece)))
    without_bbcode_quotes(piece * (400_000 // len(piece)))
    assert time.process_time() - began < 5
