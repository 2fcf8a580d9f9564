"""Why a mention has its stances, as the API answers it."""

from __future__ import annotations

from typing import Any

import pytest

from sentiment.phrase_weights import LEAST, LONGEST
from sentiment.words import words
from tests.api.things import PUSH, item


def test_a_mention_tells_why_it_has_its_stance(us: Any, said: dict[str, str]) -> None:
    detail = us.reader.get(f"/api/v1/mentions/{said['x1']}").json()
    (match,) = detail["matches"]
    assert (match["stance"], match["stance_source"]) == ("detractor", "common")
    assert sum(match["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert match["spans"]["text"] == [[0, 4]]
    weights = {detail["text"][one["start"] : one["end"]]: one["weight"] for one in detail["explanation"]}
    assert any("honte" in phrase and weight < 0 for phrase, weight in weights.items())
    assert all("acme" not in phrase and abs(weight) >= LEAST for phrase, weight in weights.items())
    assert {one["brand"] for one in detail["explanation"]} == {match["brand"]["id"]}
    assert {one["side"] for one in detail["explanation"] if one["weight"] < 0} == {"for"}
    assert [(one["field"], one["start"], one["end"]) for one in detail["passages"]] == [
        ("text", 0, len(detail["text"]))
    ]
    assert detail["compared"] == []
    assert detail["copies"] == []


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Acme: nul !!! 😡", "L'attente chez acme est lamentable… e\u0301te\u0301 gâché 👍🏽"),
        ("acme est nul", "acme est nul et c'est tout"),
        ("Acme", ""),
        ("", "\u202eacme\u202c lamentable <b>nul</b> 👩\u200d👩\u200d👧"),
        ("Vu chez acme", "خدمة سيئة acme"),
    ],
)
def test_what_weighed_is_found_in_the_field_it_names(us: Any, brand: dict[str, Any], title: str, text: str) -> None:
    us.editor.post(PUSH, json={"items": [item(1, text or title, title=title, language="fr")]})
    (one,) = us.reader.get(PUSH).json()["items"]
    detail = us.reader.get(f"{PUSH}/{one['id']}").json()
    found = [(each["field"], detail[each["field"]][each["start"] : each["end"]]) for each in detail["explanation"]]
    for field, phrase in found:
        assert 1 <= len(words(phrase)) <= LONGEST
        assert [start for start, _ in words(detail[field])].count(detail[field].index(phrase)) == 1
    assert bool(found) == any(word in text for word in ("lamentable", "nul", "سيئة"))


def test_each_brand_is_explained_by_what_is_said_of_it(us: Any, brand: dict[str, Any]) -> None:
    other = us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"}).json()
    text = "acme est lamentable alors que brumelo est parfait. Bref, acme est pire que brumelo !"
    us.editor.post(PUSH, json={"items": [item(1, text, title="Comparatif", language="fr")]})
    (one,) = us.reader.get(PUSH).json()["items"]
    detail = us.reader.get(f"{PUSH}/{one['id']}").json()
    told = {
        each["id"]: [
            detail[w["field"]][w["start"] : w["end"]] for w in detail["explanation"] if w["brand"] == each["id"]
        ]
        for each in (brand, other)
    }
    assert "lamentable" in " ".join(told[brand["id"]])
    assert "lamentable" not in " ".join(told[other["id"]])
    assert "parfait" in " ".join(told[other["id"]])
    passages = {
        detail[one["field"]][one["start"] : one["end"]].strip()
        for one in detail["passages"]
        if one["brand"] == brand["id"]
    }
    assert "acme est lamentable" in passages
    assert set(detail["compared"]) == {brand["id"], other["id"]}
