"""What an explanation says in English and in French."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.base import Explanation, OneText, Sample
from alerts.explain import sentences
from alerts.wording import title

T0 = datetime(2026, 7, 14, 21, 30, tzinfo=UTC)


FIRST = Sample("La lampe grésille et chauffe", "Anne", "Forum Lumen", None, T0 + timedelta(minutes=30))
FULL = Explanation(
    1234, 56.4, 5000, 0.2468, 0.0113, 6, T0, ("brûle", "danger"), FIRST, "Mastodon", (), 1234567, (820, 8200)
)


def test_the_lines_in_english():
    assert sentences(FULL, "en", "Europe/London") == [
        "1,234 negative stories out of 5,000 in 6 hours; about 56 would be usual (25% instead of 1.1%).",
        "It began on 14 July, 22:30 (Europe/London).",
        "What people mention: brûle, danger.",
        "First seen: Anne, Forum Lumen, 14 July, 23:00 (Europe/London); most come from Mastodon.",
        "Seen by up to 1,234,567 people; between 820 and 8,200 customers at risk (a rough estimate).",
    ]


FRENCH = """
1^234 messages négatifs sur 5^000 en 6 heures~; le niveau habituel est d’environ 56 (25^% au lieu de 1,1^%).
Début~: le 14 juillet à 23:30 (Europe/Paris).
On y parle de~: brûle, danger.
Premier message~: Anne, Forum Lumen, le 15 juillet à 00:00 (Europe/Paris)~; la plupart viennent de Mastodon.
Portée~: jusqu’à 1^234^567 personnes~; entre 820 et 8^200 clients pourraient partir (estimation grossière).
"""


def french(text):
    """With ~ and ^ for the thin unbreakable space."""
    return text.replace("~", "\u202f").replace("^", "\u202f").strip().splitlines()


def test_the_lines_in_french():
    assert sentences(FULL, "fr", "Europe/Paris") == french(FRENCH)


def test_the_title_says_whom_how_many_and_what_about():
    assert title("Lumen", FULL, "en") == "Lumen: 1,234 negative stories (usual 56) · brûle"
    assert title("Lumen", FULL, "fr") == "Lumen\u202f: 1\u202f234 messages négatifs (56 d’habitude) · brûle"
    assert title("Lumen", replace(FULL, words=(), expected=None), "en") == "Lumen: 1,234 negative stories"


def test_the_beginning_stands_before_the_window_and_a_text_passed_on_and_a_quote_are_told():
    told = replace(FULL, beginning=T0 + timedelta(hours=2), quote="It burns.", one_text=OneText(18, 17, 0.62))
    lines = sentences(told, "en", "Europe/London")
    assert lines[1] == "It began on 15 July, 00:30 (Europe/London)."
    assert lines[2] == "What people mention: brûle, danger (“It burns.”)."
    assert lines[3].endswith("; most come from Mastodon; 62% of it is one text, passed on by 17 accounts.")
    assert "62\u202f% du total vient d’un même texte, repris par 17 comptes." in sentences(told, "fr")[3]


def test_what_is_to_check_is_said_beside_what_was_counted() -> None:
    doubtful = replace(FULL, unsure=41)
    assert sentences(doubtful, "en")[0].endswith("1.1%). 41 more stories have yet to be checked.")
    assert sentences(replace(FULL, unsure=1), "fr")[0].endswith("1 autre message reste à vérifier.")
    assert sentences(replace(doubtful, counted="mentions"), "en") == sentences(replace(FULL, counted="mentions"), "en")


def facts(observed, total, hours, **rest):
    return Explanation(observed, rest.pop("expected", None), total, None, None, hours, None, **rest)


@pytest.mark.parametrize(
    ("known", "language", "first"),
    [
        (facts(1, 1, 1), "en", "1 negative story out of 1 in 1 hour."),
        (facts(1, 1, 1), "fr", "1 message négatif sur 1 en 1 heure."),
        (
            facts(0, 3, 2, expected=1.26),
            "fr",
            "0 message négatif sur 3 en 2 heures~; le niveau habituel est d’environ 1,3.",
        ),
        (facts(0, 3, 2), "en", "0 negative stories out of 3 in 2 hours."),
        (facts(9, 30, 2, counted="promoters"), "fr", "9 messages positifs sur 30 en 2 heures."),
        (
            facts(90, 90, 2, expected=4, counted="mentions"),
            "en",
            "90 mentions in 2 hours; about 4 would be usual.",
        ),
    ],
)
def test_what_is_not_known_is_left_out_and_numbers_agree(known, language, first):
    assert sentences(known, language) == french(first)


def test_an_unknown_time_zone_is_read_as_utc():
    for zone in ("Mars/Olympus", "", "../etc/passwd", "\x00"):
        assert "14 July, 21:30 (UTC)" in sentences(FULL, "en", zone)[1]
