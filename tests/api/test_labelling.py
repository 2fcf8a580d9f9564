"""The audit sample: drawn blind and at random, labelled, taken back, summed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import AuditMatch, Match, Mention
from app.pipeline.judge.audit_sample import WEEKLY, monday, to_draw, top_up
from app.pipeline.judge.score import ScorePending
from app.pipeline.sweep import Sweep
from app.pipeline.tell.watch import Watch
from app.services import Services
from sentiment.compact import compact

NOW = datetime.now(UTC)
WORDS = ("much love, great", "hated, awful, broken", "opens at nine")


@pytest.fixture
def told(us: Any, brand: dict[str, Any], db: Database, services: Services) -> list[str]:
    """Sixty scored mentions of Acme, none like another. Returns their ids."""
    items = [
        {
            "external_id": f"n{n}",
            "text": f"acme {WORDS[n % 3]} says person {n} of {chr(97 + n % 26) * 5} about thing {n * n}",
            "published_at": (NOW - timedelta(hours=n + 1)).isoformat(),
            "language": "en" if n % 2 else "fr",
        }
        for n in range(60)
    ]
    answer = us.editor.post("/api/v1/mentions", json={"items": items}).json()
    ScorePending(db, compact(), services.jobs, random=Random(1))()
    return [one["id"] for one in answer["items"]]


def rows(db: Database) -> list[AuditMatch]:
    with db.reading() as session:
        return list(session.scalars(select(AuditMatch).order_by(AuditMatch.id)))


def test_a_sample_is_drawn_labelled_and_summed_up(us: Any, told: list[str]) -> None:
    assert us.editor.post("/api/v1/audit/sample").json() == {"drawn": WEEKLY}
    items = us.reader.get("/api/v1/audit/sample?limit=500").json()["items"]
    assert len(items) == WEEKLY
    for item, label in zip(items, ["negative", "neutral", "positive", "skip"], strict=False):
        kept = us.editor.post(f"/api/v1/audit/sample/{item['id']}", json={"label": label})
        assert (kept.status_code, kept.json()["label"]) == (200, label)
    summary = us.reader.get("/api/v1/audit/summary").json()
    assert (summary["labelled"], summary["needed"], summary["known"]) == (3, 17, "model")
    assert summary["this_week"] == {"drawn": WEEKLY, "answered": 4}
    assert summary["low"] < summary["accuracy"] < summary["high"] or summary["right"] in (0, 3)
    assert sum(one["labelled"] for one in summary["by_language"].values()) == 3


def test_what_the_model_said_is_not_shown(us: Any, told: list[str]) -> None:
    us.editor.post("/api/v1/audit/sample")
    text = us.reader.get("/api/v1/audit/sample").text
    assert not any(word in text for word in ("stance", "probabilities", "negative", "promoter", "detractor", "model"))


def test_a_label_taken_back_waits_again(us: Any, told: list[str]) -> None:
    us.editor.post("/api/v1/audit/sample")
    first = us.reader.get("/api/v1/audit/sample").json()["items"][0]["id"]
    us.editor.post(f"/api/v1/audit/sample/{first}", json={"label": "positive"})
    assert first not in us.reader.get("/api/v1/audit/sample").text
    assert us.editor.delete(f"/api/v1/audit/sample/{first}").status_code == 204
    assert us.reader.get("/api/v1/audit/sample").json()["items"][0]["id"] == first
    assert us.reader.get("/api/v1/audit/summary").json()["labelled"] == 0


@pytest.mark.parametrize("given", [{"label": "promoter"}, {"label": None}, {}, {"label": "positive", "more": 1}])
def test_a_label_is_one_of_four(us: Any, told: list[str], given: dict[str, Any]) -> None:
    us.editor.post("/api/v1/audit/sample")
    first = us.reader.get("/api/v1/audit/sample").json()["items"][0]["id"]
    assert us.editor.post(f"/api/v1/audit/sample/{first}", json=given).status_code == 422


def test_a_label_corrects_no_stance(us: Any, db: Database, told: list[str]) -> None:
    us.editor.post("/api/v1/audit/sample")
    items = us.reader.get("/api/v1/audit/sample?limit=500").json()["items"]
    for item in items:
        us.editor.post(f"/api/v1/audit/sample/{item['id']}", json={"label": "negative"})
    with db.reading() as session:
        assert set(session.scalars(select(Match.stance_source))) <= {"model", "common"}


def test_a_correction_keeps_no_mention_out_of_the_sample(us: Any, db: Database, told: list[str]) -> None:
    us.editor.post("/api/v1/mentions/bulk", json={"ids": told, "stance": "passive"})
    for _ in range(3):
        us.editor.post("/api/v1/audit/sample")
    assert {str(row.mention_id) for row in rows(db)} == set(told)
    assert us.editor.post("/api/v1/audit/sample").json() == {"drawn": 0}


def test_what_the_score_does_not_ask_the_model_is_not_drawn(us: Any, db: Database, told: list[str]) -> None:
    """Irrelevant ones, rated ones, those of competitors, old ones, and copies of a story."""
    us.editor.post("/api/v1/mentions/bulk", json={"ids": told, "status": "irrelevant"})
    us.editor.post("/api/v1/brands", json={"name": "Rival", "query": "rival", "kind": "competitor"})
    assert us.editor.post("/api/v1/audit/sample").json() == {"drawn": 0}
    with db.writing() as session:
        for n, mention_id in enumerate(told):
            row = session.scalars(select(Mention).where(Mention.id == mention_id)).one()
            match = session.scalars(select(Match).where(Match.mention_id == mention_id)).one()
            row.status = "new"
            if n % 3 == 0:
                row.rating, row.rating_scale = 5, 5
            elif n % 3 == 1:
                match.published_at = NOW - timedelta(days=40)
            elif n < 57:
                match.lead = False
    us.editor.post("/api/v1/audit/sample")
    assert [str(row.mention_id) for row in rows(db)] == [told[59]]


def test_the_sweep_draws_twenty_a_week_however_often_it_runs(
    us: Any, db: Database, services: Services, told: list[str]
) -> None:
    for _ in range(3):
        Sweep(db, services.jobs, now=lambda: NOW)()
    first = rows(db)
    assert len(first) == WEEKLY
    assert {row.week for row in first} == {monday(NOW)}
    with db.reading() as session:
        assert to_draw(session, NOW) == []
    us.editor.post(f"/api/v1/audit/sample/{first[0].id}", json={"label": "neutral"})
    later = NOW + timedelta(days=7)
    Sweep(db, services.jobs, now=lambda: later)()
    again = rows(db)
    assert first[0].id in {row.id for row in again}
    assert sum(row.week == monday(later) for row in again) == WEEKLY
    assert len(again) == WEEKLY + 1, "what nobody labelled lapses"


def test_each_mention_is_as_likely_to_be_drawn_as_any_other(us: Any, db: Database, told: list[str]) -> None:
    seen = dict.fromkeys(told, 0)
    for seed in range(60):
        with Session(db.engine) as session:  # rolled back: each draw is from all of them
            top_up(session, us.workspace_id, NOW, seed)
            for mention_id in session.scalars(select(AuditMatch.mention_id)):
                seen[str(mention_id)] += 1
    assert sum(seen.values()) == 60 * WEEKLY
    assert min(seen.values()) >= 4, "expected 20, with a standard deviation of 3.7"
    assert max(seen.values()) <= 38


def test_the_label_goes_with_the_mention(us: Any, db: Database, told: list[str]) -> None:
    us.editor.post("/api/v1/audit/sample")
    with db.writing() as session:
        for row in session.scalars(select(Mention)):
            session.delete(row)
    assert rows(db) == []


def labelled(us: Any, db: Database, number: int) -> None:
    """Labels, by the true words, as many of the sample as asked for."""
    with db.writing() as session:
        for row in session.scalars(select(AuditMatch).order_by(AuditMatch.id).limit(number)):
            text = session.scalars(select(Mention.text).where(Mention.id == row.mention_id)).one()
            row.label = "positive" if "love" in text else "negative" if "hate" in text else "neutral"
            row.labelled_at, row.labelled_by = NOW, "test"


@pytest.fixture
def many(us: Any, brand: dict[str, Any], db: Database, services: Services) -> None:
    """120 scored English mentions, all in the sample."""
    items = [
        {
            "external_id": f"m{n}",
            "text": f"acme {WORDS[n % 3]} says person {n} of {chr(97 + n % 26) * 5} about thing {n * n}",
            "published_at": (NOW - timedelta(hours=n + 1)).isoformat(),
            "language": "en",
        }
        for n in range(120)
    ]
    us.editor.post("/api/v1/mentions", json={"items": items})
    ScorePending(db, compact(), services.jobs, random=Random(1))()
    for _ in range(6):
        us.editor.post("/api/v1/audit/sample")


def test_labels_narrow_the_interval_from_twenty_on_and_make_the_score_from_a_hundred_on(
    us: Any, db: Database, brand: dict[str, Any], many: None, services: Services
) -> None:
    Watch(db, services.jobs, "")(str(us.workspace_id), brand["id"])
    address = f"/api/v1/brands/{brand['id']}/reputation"
    answers = {}
    for number in (19, 20, 99, 120):
        labelled(us, db, number)
        answers[number] = us.reader.get(address).json()
    own = {number: answer["model"]["measured"]["own_sample"] for number, answer in answers.items()}
    assert [(each["known"], each["needed"]) for each in own.values()] == [
        ("model", 1), ("sample", 80), ("sample", 1), ("sample", 0)
    ]  # fmt: skip
    assert [(each["known"], each["labels"]) for each in answers.values()] == [
        ("model", 0), ("sample", 20), ("sample", 99), ("sample", 120)
    ]  # fmt: skip
    width = [answer["interval"][1] - answer["interval"][0] for answer in answers.values()]
    assert width == sorted(width, reverse=True)
    assert width[1] < 0.9 * width[0]
    before, after, own = answers[99], answers[120], own[120]
    assert width[3] < 0.6 * width[2], "the labels make the score"
    assert 0 < own["margin"] < 0.1
    assert own["accuracy"] == own["right"] / 120
    assert after["raw_score"] == before["raw_score"]
    assert after["interval"] != before["interval"]
    assert us.reader.get("/api/v1/audit/summary").json()["by_language"]["en"]["labelled"] == 120
    compared = us.reader.get(f"/api/v1/reputation/compare?brands={brand['id']}").json()
    assert compared["items"][0]["interval"] == pytest.approx(after["interval"])


def test_a_label_counts_for_the_model_in_use_and_the_text_it_was_given_for(us: Any, db: Database, many: None) -> None:
    labelled(us, db, 120)
    with db.writing() as session:
        matches = list(session.scalars(select(Match)))
        matches[0].model, matches[1].scored_at = "another 1", None
        edited = session.scalars(select(Mention).where(Mention.id == matches[2].mention_id)).one()
        edited.edited_at = NOW + timedelta(hours=1)
    assert us.reader.get("/api/v1/audit/summary").json()["labelled"] == 117
