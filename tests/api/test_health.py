"""Whether we live, whether we work, and who sees the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from fastapi import FastAPI
from sqlalchemy import func, select, text, update
from starlette.testclient import TestClient

from app.api.health import can_write, job_age
from app.db import WORKER, Database
from app.jobs import Jobs
from app.main import create_app
from app.models import Heartbeat
from app.services import Services
from app.settings import Settings


def test_figures_for_monitoring_are_told_to_their_token_only(services: Services, settings: Settings) -> None:
    guarded = Settings(**{**settings.model_dump(), "metrics_token": "the token of metrics"})
    app = create_app(Services(guarded, services.db, services.jobs, services.seal, services.gate, services.wire))
    client = TestClient(app, base_url="http://localhost")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer the token of metrics"})
    assert "vigie_mentions 0.0" in answer.text


def test_figures_are_told_to_this_machine_but_not_through_a_proxy(app: FastAPI) -> None:
    near = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000))
    far = TestClient(app, base_url="http://localhost", client=("192.0.2.7", 5000))
    assert near.get("/metrics").status_code == 200
    assert near.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert far.get("/metrics").status_code == 401


def test_without_a_worker_we_are_alive_but_not_ready(anonymous: TestClient) -> None:
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["worker"]["ok"] is False


def beat(db: Database) -> None:
    with db.writing() as session:
        ago = {"worker": 0, "worker@here:1": 0, "worker@here:2": 120, "stream@here:3": 120}
        for name, seconds in ago.items():
            at = datetime.now(UTC) - timedelta(seconds=seconds)
            session.merge(Heartbeat(name=name, at=at, details={}))


def test_we_are_ready_while_a_worker_is_there_and_not_because_one_was(anonymous: TestClient, db: Database) -> None:
    beat(db)
    killed = anonymous.get("/readyz")
    assert (killed.status_code, killed.json()["worker"]["ok"]) == (503, False)
    assert killed.json()["worker"]["heartbeat_age_seconds"] < 30
    with psycopg.connect(db.url, application_name=WORKER):
        ready = anonymous.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert ready.json()["worker"]["connected"] is True
        assert (ready.json()["worker"]["alive"], ready.json()["worker"]["silent"]) == (1, 1)
    assert anonymous.get("/readyz").status_code == 503


def test_whoever_asks_often_makes_no_more_writes(anonymous: TestClient, db: Database) -> None:
    def written() -> datetime | None:
        with db.reading() as session:
            return session.scalar(select(Heartbeat.at).where(Heartbeat.name == "web"))

    anonymous.get("/readyz")
    first = written()
    for _ in range(5):
        anonymous.get("/readyz")
    assert first is not None
    assert written() == first


def test_a_database_that_takes_no_write_is_told(db: Database) -> None:
    assert can_write(db)
    with db.writing() as session:
        session.execute(update(Heartbeat).values(at=func.now() - timedelta(minutes=1)))
    readonly = Database(db.url)
    readonly.engine = readonly.engine.execution_options(postgresql_readonly=True)
    assert not can_write(readonly)
    readonly.close()


def test_without_room_on_the_disk_we_are_not_ready(
    services: Services, settings: Settings, small: Path, db: Database
) -> None:
    beat(db)
    crammed = Settings(**{**settings.model_dump(), "data_dir": small})
    app = create_app(Services(crammed, services.db, services.jobs, services.seal, services.gate, services.wire))
    with psycopg.connect(db.url, application_name=WORKER):
        answer = TestClient(app, base_url="http://localhost").get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, {"ok": False})


def test_a_job_that_nobody_takes_makes_us_unready_but_one_that_gives_way_does_not(
    anonymous: TestClient, db: Database
) -> None:
    with db.writing() as session:
        for task in ("watch", "backfill"):
            Jobs().defer(session, task, workspace_id="a", brand_id="b")
    fresh = anonymous.get("/readyz").json()["queue"]
    assert fresh["ok"]
    for task, ok in (("backfill", True), ("watch", False)):
        with db.writing() as session:
            session.execute(
                text(
                    "UPDATE procrastinate_events SET at = now() - interval '16 minutes' "
                    "WHERE job_id = (SELECT id FROM procrastinate_jobs WHERE task_name = :task)"
                ),
                {"task": task},
            )
        queue = anonymous.get("/readyz").json()["queue"]
        assert (queue["ok"], queue["job_age_seconds"] > 900) == (ok, not ok)
    with db.reading() as session:
        assert job_age(session) >= 960
