"""The lanes of scoring, on a real database: counted in batches, so that no clock of the machine matters."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from app.db import Database
from app.jobs import Jobs
from app.models import Match
from app.pipeline.judge import lanes
from app.pipeline.tell.watch import Watch
from sentiment.base import Score
from tests.pipeline.scoring import DAYS_AGO, NOW, Telling, add_brand, add_matches, rows, step

DETRACTS = Score(0.9, 0.05, 0.05)


def test_the_brand_of_what_is_urgent_is_watched_at_once_and_that_of_a_backlog_by_the_clock(
    db: Database, workspace_id: UUID
) -> None:
    brand = add_brand(db, workspace_id)
    add_matches(db, workspace_id, brand, 5, mark="old", at=DAYS_AGO)
    step(db, Telling())()
    assert rows(db, "SELECT task_name FROM procrastinate_jobs") == []
    assert rows(db, "SELECT count(*) > 0 FROM dirty_hour") == [(True,)]
    add_matches(db, workspace_id, brand, 5, mark="new")
    step(db, Telling())()
    assert rows(db, "SELECT task_name, args->>'brand_id' FROM procrastinate_jobs") == [("watch", str(brand))]


def test_batches_follow_the_speed_of_the_model(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 600, mark="m", at=DAYS_AGO)
    slow = Telling(seconds_each=0.05)
    step(db, slow)()
    assert [len(batch) for batch in slow.asked][:3] == [64, 40, 40]


def test_a_new_model_reads_history_again_newest_first_and_after_what_is_new(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id)
    for age in range(6):
        add_matches(db, workspace_id, brand, 64, mark=f"age{age}-", at=NOW - timedelta(days=30 + 10 * age))
    step(db, Telling())()
    add_matches(db, workspace_id, brand, 3, mark="new")
    newer = Telling(version="2", answer=DETRACTS)
    assert step(db, newer)() == 3 + 6 * 64
    assert len(newer.asked[0]) == 3
    ages = [min(int(words.split("age")[1][0]) for words in batch) for batch in newer.asked[1:]]
    assert ages[0] <= 3
    assert rows(db, "SELECT DISTINCT model, stance, stance_source, provisional FROM match") == [
        ("telling 2", "detractor", "model", False)
    ]
    assert step(db, Telling(version="2"))() == 0


def test_reading_history_again_is_taken_up_where_it_was_left(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 300, mark="m", at=DAYS_AGO)
    step(db, Telling())()
    step(db, Telling(version="2"), batches=1)()
    with db.reading() as session:
        assert lanes.count_unsettled(session) == 300 - 64
        assert lanes.count_unsettled(session, workspace_id) == 300 - 64
    assert step(db, Telling(version="2"))() == 300 - 64


def test_two_workers_read_history_again_once(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 500, mark="m", at=DAYS_AGO)
    step(db, Telling())()
    steps = [step(db, Telling(version="2", answer=DETRACTS), seed=seed) for seed in (1, 2)]
    threads = [threading.Thread(target=one) for one in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(db, "SELECT model, stance, count(*) FROM match GROUP BY 1, 2") == [("telling 2", "detractor", 500)]


def test_a_second_call_in_one_process_leaves_the_work_to_the_first(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 20, mark="m")
    running = step(db, Telling())
    others: list[int] = []
    running._checkpoint = lambda name: others.append(running()) if name == "score:inferred" else None
    assert running() == 20
    assert others == [0]


def test_of_two_models_the_one_that_started_last_is_in_force(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id)
    add_matches(db, workspace_id, brand, 20, mark="m", at=DAYS_AGO)
    old, new = step(db, Telling()), step(db, Telling(version="2"), now=NOW + timedelta(seconds=1))
    assert old() == 20
    assert new() == 20
    assert old() == 0  # else the two would read each other's history for ever
    add_matches(db, workspace_id, brand, 1, mark="more", at=DAYS_AGO)
    assert old() == 1  # what is new is scored by whoever comes
    assert new() == 1


def test_a_correction_is_kept_while_history_is_read_again(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 2, mark="m", at=DAYS_AGO)
    step(db, Telling())()
    with db.writing() as session:
        one = session.scalars(text("SELECT mention_id FROM match LIMIT 1")).one()
        session.execute(
            update(Match)
            .where(Match.mention_id == one)
            .values(stance="promoter", stance_source="person", corrected_by="ana@example.com")
        )
    step(db, Telling(version="2", answer=DETRACTS))()
    assert set(rows(db, "SELECT stance, stance_source, model, corrected_by FROM match")) == {
        ("promoter", "person", "telling 2", "ana@example.com"),
        ("detractor", "model", "telling 2", None),
    }


def test_in_a_hurry_the_quick_part_reads_first_and_the_whole_model_reads_again(
    db: Database, workspace_id: UUID
) -> None:
    brand = add_brand(db, workspace_id)
    add_matches(db, workspace_id, brand, 64, mark="first", at=DAYS_AGO)
    clock = [0.0]
    quick = Telling(name="quick", clock=clock)
    whole = Telling(name="whole", seconds_each=60.0, fast=quick, clock=clock, answer=DETRACTS)
    step(db, whole, batches=1)()  # a text a minute: any backlog takes longer than patience lasts
    add_matches(db, workspace_id, brand, 200, mark="more", at=DAYS_AGO)
    step(db, whole, batches=3)()
    assert (len(whole.asked), len(quick.asked) > 0) == (1, True)
    assert rows(db, "SELECT DISTINCT provisional FROM match WHERE model = 'quick 1'") == [(True,)]
    whole.seconds_each = 0.001
    step(db, whole)()
    assert rows(db, "SELECT DISTINCT model, provisional, stance FROM match") == [("whole 1", False, "detractor")]
    assert rows(db, "SELECT count(*) FROM dirty_hour") != [(0,)]


def test_what_was_edited_while_the_model_read_it_is_read_again(db: Database, workspace_id: UUID) -> None:
    add_matches(db, workspace_id, add_brand(db, workspace_id), 1, mark="m")
    scorer = Telling()

    def edited(name: str) -> None:
        if name == "score:inferred" and len(scorer.asked) == 1:
            with db.writing() as session:
                session.execute(text("UPDATE mention SET text = 'Zephyrine, edited', version = version + 1"))

    running = step(db, scorer)
    running._checkpoint = edited
    running()
    assert [batch[0] for batch in scorer.asked] == ["Zephyrine m1", "Zephyrine, edited"]


def test_history_read_again_opens_no_incident_about_last_month(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id, first_mention_at=DAYS_AGO - timedelta(days=5))
    for day in range(20):
        add_matches(db, workspace_id, brand, 30, mark=f"d{day}-", at=NOW - timedelta(days=20 + day))
    with db.writing() as session:
        session.execute(
            text(
                "INSERT INTO alert_rule (workspace_id, id, brand_id, kind, name, params) "
                "VALUES (:workspace, gen_random_uuid(), :brand, 'negative_spike', 'Bad buzz', '{}')"
            ),
            {"workspace": workspace_id, "brand": brand},
        )
    watch = Watch(db, Jobs(), "http://vigie.example", now=lambda: NOW)
    step(db, Telling())()
    watch(str(workspace_id), str(brand))
    step(db, Telling(version="2", answer=DETRACTS))()
    watch(str(workspace_id), str(brand))
    assert rows(db, "SELECT sum(detractors) FROM bucket WHERE weight = 'mentions'") == [(1200.0,)]  # with the totals
    assert rows(db, "SELECT count(*) FROM incident") == [(0,)]


def test_a_model_half_way_through_history_rings_no_alarm_about_itself(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id, first_mention_at=DAYS_AGO)
    for day in range(30):
        add_matches(db, workspace_id, brand, 60, mark=f"d{day}-", at=NOW - timedelta(days=day + 1))
    add_matches(db, workspace_id, brand, 60, mark="today", at=NOW - timedelta(minutes=30))
    with db.writing() as session:
        session.execute(
            text(
                "INSERT INTO alert_rule (workspace_id, id, brand_id, kind, name, params) "
                "VALUES (:workspace, gen_random_uuid(), :brand, 'negative_spike', 'Bad buzz', '{}')"
            ),
            {"workspace": workspace_id, "brand": brand},
        )

    def look(minutes: int) -> list[tuple[Any, ...]]:
        at = NOW + timedelta(minutes=minutes)
        Watch(db, Jobs(), "http://vigie.example", now=lambda: at)(str(workspace_id), str(brand))
        return rows(db, "SELECT state FROM incident")

    step(db, Telling())()
    assert look(0) == []
    new = Telling(version="2", answer=DETRACTS)
    step(db, new, batches=2, now=NOW + timedelta(minutes=1))()
    assert look(2) == []  # today is read by the new model, the month before by the old one
    step(db, replace(new, asked=[]))()
    assert look(3) == []  # the new model finds the whole month as bad as today


def test_a_score_below_the_limits_of_its_language_is_to_check(db: Database, workspace_id: UUID) -> None:
    brand = add_brand(db, workspace_id)
    add_matches(db, workspace_id, brand, 2, mark="torn")
    step(db, Telling(answer=Score(0.5, 0.1, 0.4), sureness={"fr": (0.4, 0.4, 0.4), "other": (0.6, 0.4, 0.4)}))()
    assert rows(db, "SELECT DISTINCT stance, stance_source FROM match") == [("unsure", "model")]
    with db.writing() as session:
        session.execute(text("UPDATE mention SET language = 'fr'"))
        session.execute(text("UPDATE match SET scored_at = NULL"))
    step(db, Telling(answer=Score(0.5, 0.1, 0.4), sureness={"fr": (0.4, 0.4, 0.4), "other": (0.6, 0.4, 0.4)}))()
    assert rows(db, "SELECT DISTINCT stance, stance_source FROM match") == [("detractor", "model")]
