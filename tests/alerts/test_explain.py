from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts.base import Explanation, Sample, Verdict
from alerts.explain import RiskFactors, customers_at_risk, explain, most_telling, sentences
from alerts.words import telling_words

T0 = datetime(2026, 7, 14, 21, 30, tzinfo=UTC)
VERDICT = Verdict(True, 5, 3, "warning", 4, 0.8, 9, 4 / 9, 0.09, 2, T0 - timedelta(hours=2))


def said(text, author="Anne", outlet="Forum Lumen", minutes=0, reach=None):
    return Sample(
        text, author, outlet, f"https://forum.example/{author}/{minutes}", T0 + timedelta(minutes=minutes), reach
    )


RECENT = [
    said("La lampe grésille et chauffe", "Anne", minutes=30),
    said("Lampe Lumen qui chauffe : danger", "Bilal", minutes=10),
    said("Danger, elle grésille", "Chloé", "Mastodon", 20),
    said("bof", "Denis", "Mastodon", 5),
    said("Danger ! chauffe, grésille, brûle", "Anne", "Mastodon", 40),
]
USUAL = ["jolie lampe", "livraison rapide", "lampe reçue, merci"] * 6


def test_the_explanation_holds_the_facts_and_what_they_say():
    made = explain(VERDICT, RECENT, USUAL, brand=["Lumen"])
    assert (made.observed, made.expected, made.total, made.window_hours, made.since) == (4, 0.8, 9, 2, VERDICT.since)
    assert set(made.words[:3]) == {"danger", "chauffe", "grésille"}
    assert "lumen" not in made.words
    assert made.first_mention == RECENT[3]
    assert made.top_source == "Mastodon"
    assert made.reach is None


def test_the_three_samples_are_the_telling_ones_and_not_all_of_one_person():
    chosen = explain(VERDICT, RECENT, USUAL, brand=["Lumen"]).samples
    assert len(chosen) == 3
    assert RECENT[3] not in chosen
    assert chosen[0] == RECENT[4]
    assert len({s.author for s in chosen}) == 3


def test_the_same_text_is_shown_once():
    copies = [said("colis perdu", name) for name in ("Anne", "Bilal", "Chloé")]
    assert len(most_telling(copies, telling_words([c.text for c in copies], []))) == 1


def test_the_explanation_does_not_depend_on_the_order_of_the_mentions():
    for seed in range(5):
        mixed = random.Random(seed).sample(RECENT, len(RECENT))
        assert explain(VERDICT, mixed, USUAL) == explain(VERDICT, RECENT, USUAL)


def test_nobody_said_anything_is_an_explanation_too():
    made = explain(VERDICT, [], [])
    assert (made.words, made.samples, made.first_mention, made.top_source) == ((), (), None, None)
    assert made.customers_at_risk is None


@pytest.mark.parametrize(
    ("reaches", "factors", "expected"),
    [
        ([None], RiskFactors(), (3, 30)),  # the survey's thirty, and a tenth of it
        ([None] * 10, RiskFactors(), (30, 300)),
        ([12345], RiskFactors(), (820, 8200)),  # two digits, no more
        ([1000, None], RiskFactors(audience=100, would_avoid=(0.0, 0.5)), (0, 550)),
        ([0], RiskFactors(), (0, 0)),
    ],
)
def test_customers_at_risk_are_a_range_from_known_reach_or_the_factors(reaches, factors, expected):
    assert customers_at_risk([said("x", minutes=i, reach=r) for i, r in enumerate(reaches)], factors) == expected


def test_only_detractors_put_customers_at_risk():
    happy = Verdict(True, 5, 3, observed=4, counted="promoters")
    assert explain(happy, RECENT, USUAL).customers_at_risk is None
    assert explain(VERDICT, RECENT, USUAL).customers_at_risk is not None


FULL = Explanation(
    1234, 56.4, 5000, 0.2468, 0.0113, 6, T0, ("brûle", "danger"), RECENT[0], "Mastodon", (), 1234567, (820, 8200)
)


def test_the_lines_in_english():
    assert sentences(FULL, "en", "Europe/London") == [
        "1,234 negative stories out of 5,000 in 6 hours; about 56 would be usual (25% instead of 1.1%).",
        "It began on 14 July, 22:30 (Europe/London).",
        "People talk about: brûle, danger.",
        "First seen: Anne, Forum Lumen, 14 July, 23:00 (Europe/London); most come from Mastodon.",
        "Seen by up to 1,234,567 people; between 820 and 8,200 customers at risk (a rough estimate).",
    ]


FRENCH = """
1^234 sujets négatifs sur 5^000 en 6 heures~; le niveau habituel est d’environ 56 (25^% au lieu de 1,1^%).
Début~: le 14 juillet à 23:30 (Europe/Paris).
On y parle de~: brûle, danger.
Premier message~: Anne, Forum Lumen, le 15 juillet à 00:00 (Europe/Paris)~; la plupart viennent de Mastodon.
Portée~: jusqu’à 1^234^567 personnes~; entre 820 et 8^200 clients menacés (estimation grossière).
"""


def french(text):
    """With ~ for the wide unbreakable space and ^ for the thin one."""
    return text.replace("~", "\u00a0").replace("^", "\u202f").strip().splitlines()


def test_the_lines_in_french():
    assert sentences(FULL, "fr", "Europe/Paris") == french(FRENCH)


def facts(observed, total, hours, **rest):
    return Explanation(observed, rest.pop("expected", None), total, None, None, hours, None, **rest)


@pytest.mark.parametrize(
    ("known", "language", "first"),
    [
        (facts(1, 1, 1), "en", "1 negative story out of 1 in 1 hour."),
        (facts(1, 1, 1), "fr", "1 sujet négatif sur 1 en 1 heure."),
        (
            facts(0, 3, 2, expected=1.26),
            "fr",
            "0 sujet négatif sur 3 en 2 heures~; le niveau habituel est d’environ 1,3.",
        ),
        (facts(0, 3, 2), "en", "0 negative stories out of 3 in 2 hours."),
        (facts(9, 30, 2, counted="promoters"), "fr", "9 sujets positifs sur 30 en 2 heures."),
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
