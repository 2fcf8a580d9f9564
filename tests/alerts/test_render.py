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
        ("opened", "Lumen: Bad buzz", "Lumen\u202f: Bad buzz"),
        ("worsened", "Lumen: Bad buzz, getting worse", "Lumen\u202f: Bad buzz, la situation s’aggrave"),
        ("reminder", "Lumen: Bad buzz, still going on", "Lumen\u202f: Bad buzz, toujours en cours"),
        ("resolved", "Lumen: Bad buzz, over", "Lumen\u202f: Bad buzz, c’est terminé"),
    ],
)
def test_the_title_says_whose_incident_it_is_and_why_we_write(
    message: Message, why: str, english: str, french: str
) -> None:
    told = retold(message, why=why)
    assert content(told).title == english
    assert content(replace(told, language="fr")).title == french


def test_a_test_says_that_it_is_one(message: Message) -> None:
    assert content(message).notice == ""
    tried = content(replace(message, test=True))
    assert tried.title == "TEST – Lumen: Bad buzz"
    assert tried.notice == "This is a test message: nothing has happened."


def test_the_severity_and_the_hour_are_those_of_the_reader(message: Message) -> None:
    assert content(message).status == "Severity: critical. Opened 22 November, 08:05 (Europe/Paris)."
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
