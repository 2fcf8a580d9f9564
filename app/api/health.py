"""Whether the process is alive, whether it works, and figures for a monitoring system."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from app.db import WORKER, Database
from app.heartbeat import HERE, SILENT, processes
from app.models import Delivery, Heartbeat, Host, IncidentRow, Mention, ModelRun, Source
from app.pipeline.judge import lanes
from app.pipeline.judge.pace import seconds_left
from app.probes.disk import has_room
from app.problems import Problem
from app.services import Services

router = APIRouter(include_in_schema=False)

QUEUE_MAX = 900
"""Seconds that the source due longest, or a job, may wait: more means that the workers do not keep up."""
JOB_AGE = text(
    "SELECT extract(epoch FROM now() - min(event.at)) FROM procrastinate_jobs job "
    "JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred' "
    "WHERE job.status = 'todo' AND job.priority >= 0"
)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """The database answers and writes, the disk has room, a worker runs and beats, and the queue is not stuck: 200,
    else 503."""
    services: Services = request.app.state.services
    try:
        with services.db.reading() as session:
            beat, connected = beat_age(session), is_connected(session)
            queue, job = queue_age(session), job_age(session)
            workers = [each for each in processes(session) if each.loop == "worker"]
    except DBAPIError:
        unknown = dict.fromkeys(("storage", "worker", "queue"))
        return JSONResponse({"status": "unready", "database": False, **unknown}, 503)
    storage_ok = has_room(services.settings.data_dir) and can_write(services.db)
    worker_ok = connected and beat is not None and beat <= SILENT
    queue_ok = max(queue, job) <= QUEUE_MAX
    ready = storage_ok and worker_ok and queue_ok
    body = {
        "status": "ready" if ready else "unready",
        "database": True,
        "storage": {"ok": storage_ok},
        "worker": {
            "ok": worker_ok,
            "connected": connected,
            "heartbeat_age_seconds": beat,
            "alive": sum(not each.silent for each in workers),
            "silent": sum(each.silent for each in workers),
        },
        "queue": {"ok": queue_ok, "age_seconds": queue, "job_age_seconds": job},
    }
    return JSONResponse(body, 200 if ready else 503)


def can_write(db: Database) -> bool:
    """Whether the database takes a write: it answers queries also on a full disk.

    Tries at most every five seconds, over all processes, so that nobody makes work by asking.
    """
    row = insert(Heartbeat).values(name="web", at=func.now(), details={})
    late = Heartbeat.at < func.now() - timedelta(seconds=5)
    try:
        with db.writing() as session:
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": func.now()}, where=late))
    except DBAPIError:
        return False
    return True


def is_connected(session: Session) -> bool:
    """Whether a worker holds its connection to the queue at this moment: a heartbeat outlives the worker that wrote it.

    The database ends the connection of a killed process at once. A worker opens its own when it takes jobs.
    """
    name = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name)"
    )
    return bool(session.scalar(name, {"name": WORKER}))


def beat_age(session: Session) -> float | None:
    """Seconds since the worker's last heartbeat; None when it never beat."""
    age = session.scalar(select(func.extract("epoch", func.now() - Heartbeat.at)).where(Heartbeat.name == "worker"))
    return None if age is None else round(float(age), 1)


def queue_age(session: Session) -> float:
    """Seconds that the longest overdue source has waited for a worker; pauses that its host asked for do not count."""
    due = func.greatest(Source.next_run_at, Host.paused_until)  # null says nothing in GREATEST
    waiting = (
        select(func.extract("epoch", func.now() - func.min(due)))
        .outerjoin(Host, Host.key == Source.limit_key)
        .where(Source.enabled, due <= func.now(), Source.lease_until.is_(None))
    )
    return round(float(session.scalar(waiting) or 0), 1)


def job_age(session: Session) -> float:
    """Seconds that the oldest job has waited for a worker, but for those that give way to all others."""
    return round(float(session.scalar(JOB_AGE) or 0), 1)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures for Prometheus: with the token of VIGIE_METRICS_TOKEN, or from this machine when none is set."""
    services: Services = request.app.state.services
    if not may_read_metrics(request, services):
        raise Problem(
            "unauthorized",
            401,
            "Send the metrics token: Authorization: Bearer …",
            headers={"WWW-Authenticate": 'Bearer realm="vigie metrics"'},
        )
    with services.db.reading() as session:
        return Response(generate_latest(registry(session)), media_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request: Request, services: Services) -> bool:
    """Whether this request may see the figures. Without a token, only this machine may, and not through a proxy."""
    token = services.settings.metrics_token
    if token is None:
        near = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
        return near and not {"x-forwarded-for", "forwarded"} & set(request.headers)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(bearer.encode(), token.get_secret_value().encode())


def registry(session: Session) -> CollectorRegistry:
    """The figures of this moment, over all workspaces."""
    registry = CollectorRegistry()
    _gauge(registry, "vigie_mentions", "Mentions stored", _count(session, Mention.id))
    _scoring(registry, session)
    _gauge(registry, "vigie_queue_age_seconds", "How long the source due longest has waited", queue_age(session))
    _gauge(registry, "vigie_job_age_seconds", "How long the oldest job has waited", job_age(session))
    _by(registry, session, "vigie_sources", "Sources by state", Source.state)
    _by(registry, session, "vigie_deliveries", "Messages of alerts by state", Delivery.state)
    _by(registry, session, "vigie_incidents", "Incidents by state", IncidentRow.state)
    beats = Gauge("vigie_heartbeat_age_seconds", "Seconds since a loop last ran", ["loop"], registry=registry)
    now = session.scalar(select(func.now()))
    for name, at in session.execute(select(Heartbeat.name, Heartbeat.at).where(~Heartbeat.name.contains(HERE))):
        assert isinstance(now, datetime)
        beats.labels(name).set((now - at).total_seconds())
    lives = Gauge("vigie_process_heartbeat_age_seconds", "The same by process", ["loop", "process"], registry=registry)
    for each in processes(session):
        lives.labels(each.loop, each.name).set(each.age)
    return registry


def _scoring(registry: CollectorRegistry, session: Session) -> None:
    """How much the models have left to read, how fast they are, and the seconds that one worker needs."""
    run = session.scalars(select(ModelRun).order_by(ModelRun.started_at.desc()).limit(1)).one_or_none()
    pace, quick = (run.per_second, run.quick_per_second) if run else (None, None)
    waiting, unsettled = lanes.count_waiting(session), lanes.count_unsettled(session)
    _gauge(registry, "vigie_unscored", "Matches that wait for their stance", waiting)
    _gauge(registry, "vigie_unsettled", "Matches that the model in force is to read again", unsettled)
    _gauge(registry, "vigie_scored_per_second", "Matches that one worker scores in a second", pace or 0)
    left = seconds_left(waiting, unsettled, pace, quick)
    _gauge(
        registry,
        "vigie_scoring_seconds_left",
        "Seconds for one worker to be through",
        float("nan") if left is None else left,
    )


def _count(session: Session, column: Any, *conditions: Any) -> float:
    return float(session.scalar(select(func.count(column)).where(*conditions)) or 0)


def _gauge(registry: CollectorRegistry, name: str, text: str, value: float) -> None:
    Gauge(name, text, registry=registry).set(value)


def _by(registry: CollectorRegistry, session: Session, name: str, text: str, column: Any) -> None:
    gauge = Gauge(name, text, ["state"], registry=registry)
    for state, number in session.execute(select(column, func.count()).group_by(column)):
        gauge.labels(state).set(number)
