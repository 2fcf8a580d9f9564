"""What every rule declares, and the sentence in which it says what it does."""

from __future__ import annotations

import pytest

from alerts.rules import all_rules


def test_every_rule_has_a_title_and_help_in_both_languages():
    assert set(all_rules()) == {"negative_spike", "threshold", "volume_surge"}
    for rule in all_rules().values():
        assert set(rule.title) == set(rule.help) == {"en", "fr"}
        assert rule.params() is not None


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("negative_spike", {}, "Fires when Lumen gets more detractors than usual, and at least 5."),
        ("negative_spike", {"min_negatives": 9}, "Fires when Lumen gets more detractors than usual, and at least 9."),
        ("threshold", {"limit": 12.5}, "Fires when Lumen gets 12.5 or more detractors in 24 hours."),
        (
            "threshold",
            {"limit": 9, "counted": "promoters", "window_hours": 6},
            "Fires when Lumen gets 9.0 or more promoters in 6 hours.",
        ),
        ("threshold", {"counted": "mentions"}, "Fires when Lumen gets 20 or more mentions in 24 hours."),
        ("threshold", {"measure": "share"}, "Fires when detractors reach 20% of the stories about Lumen in 24 hours."),
        (
            "threshold",
            {"measure": "share", "counted": "promoters"},
            "Fires when promoters reach 20% of the stories about Lumen in 24 hours.",
        ),
    ],
)
def test_a_rule_says_in_a_sentence_what_it_does(kind, params, sentence):
    rule = all_rules()[kind]
    assert str(rule.sentence(rule.params(**params), "Lumen")) == sentence
