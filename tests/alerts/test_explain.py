from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts.base import HourCounts, Sample, Verdict
from alerts.explain import RiskFactors, customers_at_risk, explain, most_telling
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
    assert (made.observed, made.expected, made.total, made.window_hours, made.since) == (
        4,
        9 * 0.09,
        9,
        2,
        VERDICT.since,
    )
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


def test_expected_and_usual_share_are_of_one_model_whatever_the_rule_says():
    limit = Verdict(True, 121, 100, observed=121, expected=15, total=220, share=0.55, usual_share=0.23)
    assert explain(limit, [], []).expected == pytest.approx(0.23 * 220)
    mentions = Verdict(True, 90, 80, observed=90, expected=4, total=90, counted="mentions")
    assert explain(mentions, [], []).expected == 4


def test_it_begins_with_the_first_hour_above_the_usual_range():
    start = VERDICT.since
    hours = [HourCounts(start + timedelta(hours=n), 9, 9, 0, 0, bad) for n, bad in enumerate((0, 1, 7, 8))]
    assert explain(VERDICT, RECENT, USUAL, hours=hours).beginning == start + timedelta(hours=2)
    assert explain(VERDICT, RECENT, USUAL, hours=hours[:2]).beginning == start + timedelta(hours=1)
    assert explain(VERDICT, RECENT, USUAL, hours=hours[:1]).beginning is None


def test_one_sentence_is_quoted_that_holds_the_phrases_and_leads_nowhere():
    texts = [
        "Hello all. The kettle leaks after update 7.1! See https://forum.example/t",
        "The kettle leaks after update 7.1, call @lumen or 01 02 03 04 05",
        "Update 7.1 and it leaks",
    ]
    made = explain(VERDICT, [said(t, minutes=n) for n, t in enumerate(texts)], USUAL, brand=["Lumen"])
    assert made.quote == "The kettle leaks after update 7.1!"
    assert explain(VERDICT, [], USUAL).quote is None


def test_only_detractors_put_customers_at_risk():
    happy = Verdict(True, 5, 3, observed=4, counted="promoters")
    assert explain(happy, RECENT, USUAL).customers_at_risk is None
    assert explain(VERDICT, RECENT, USUAL).customers_at_risk is not None
