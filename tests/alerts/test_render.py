"""A message in words, before a channel gives it its form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.base import Explanation, Message, Sample
from alerts.render import content, html, text
from tests.alerts.messages import retold


@pytest.mark.parametrize(
    ("why", "english", "french"),
    [
        ("opened", "🔴 Lumen: {en}", "🔴 Lumen\u202f: {fr}"),
        ("worsened", "🔴 Lumen: getting worse, {en}", "🔴 Lumen\u202f: la situation s’aggrave, {fr}"),
        ("reminder", "🔴 Lumen: still going on, {en}", "🔴 Lumen\u202f: toujours en cours, {fr}"),
        ("resolved", "🟢 Lumen: Bad buzz, over", "🟢 Lumen\u202f: Bad buzz, c’est terminé"),
    ],
)
def test_the_title_says_how_bad_it_is_whose_how_much_and_about_what(
    message: Message, why: str, english: str, french: str
) -> None:
    told = retold(message, why=why)
    assert content(told).title == english.format(en="38 negative stories (usual 12) · colis")
    assert content(replace(told, language="fr")).title == french.format(
        fr="38 messages négatifs (12 d’habitude) · colis"
    )


def test_a_title_leaves_out_what_is_not_known(message: Message, explanation: Explanation) -> None:
    bare = replace(explanation, observed=1, expected=None, words=("\u200b", ""))
    assert content(retold(message, explanation=bare, severity="info")).title == "🔵 Lumen: 1 negative story"


def test_a_test_says_that_it_is_one(message: Message) -> None:
    assert content(message).notice == ""
    tried = content(replace(message, test=True))
    assert tried.title == "TEST – 🔴 Lumen: 38 negative stories (usual 12) · colis"
    assert tried.notice == "This is a test message: nothing has happened."


def test_the_severity_and_the_hour_are_those_of_the_reader(message: Message) -> None:
    assert content(message).status == "Bad buzz. Severity: critical. Opened 22 November, 08:05 (Europe/Paris)."
    assert content(replace(message, timezone="UTC")).status.endswith("22 November, 07:05 (UTC).")


def test_three_mentions_are_quoted_at_most_in_one_line_each(
    message: Message, explanation: Explanation, sample: Sample
) -> None:
    long = replace(sample, text="lost\nagain " * 200, author="", outlet="", url="javascript:alert(1)")
    quotes = content(retold(message, explanation=replace(explanation, samples=(sample, long, sample, sample)))).quotes
    assert len(quotes) == 3
    assert quotes[0].byline == "Élise Fontaine, Forum Lumen, 22 November, 08:05 (Europe/Paris)"
    assert (quotes[0].url, quotes[1].url) == ("https://forum.example/t/1", None)
    assert "\n" not in quotes[1].text
    assert len(quotes[1].text) <= 500
    assert quotes[1].byline.startswith("someone, ")


def test_what_the_public_wrote_is_escaped_in_html_and_in_html_only(
    message: Message, explanation: Explanation, sample: Sample
) -> None:
    script = "<script>steal()</script> {{ 7 * 7 }}"
    quoted = replace(explanation, samples=(replace(sample, text=script),))
    shown = content(retold(message, brand="A <b>brand</b>", explanation=quoted))
    assert script in text(shown)
    page = html(shown)
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_a_link_to_stop_is_shown_where_there_is_one_that_can_be_followed(message: Message) -> None:
    shown = content(message)
    assert "Stop these e-mails" not in html(shown)
    assert "Stop these e-mails" not in html(shown, "javascript:alert(1)")
    page = html(shown, "https://vigie.example/u/1")
    assert "Stop these e-mails" in page
    assert 'href="https://vigie.example/u/1"' in page
    assert "https://vigie.example/incidents/0192-i1" in text(shown)
