"""`vigie doctor`: each setting and where it comes from, with secrets masked, and what can be reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import SecretStr, ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.log import mask_credentials
from app.migrate import revision
from app.models import Heartbeat, Mention, ModelRun
from app.pipeline.judge import lanes
from app.pipeline.judge.pace import seconds_left
from app.scorer import model_files_of, scorer_of
from app.services import Misconfigured, Services, build
from app.settings import PREFIX, Settings, without_kind
from sentiment.scorers import COMPACT

SAFE_PYTHON = {(3, 11): 14, (3, 12): 12, (3, 13): 6}
"""The first patch release of each Python in which html.parser and ipaddress are fixed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was examined, whether it is well, and a sentence about it."""

    name: str
    state: Literal["ok", "note", "bad"]
    text: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """Examines everything, up to the first thing that must be fixed before the rest can be. Changes nothing, but starts
    the embedded database."""
    try:
        settings = Settings()
    except ValidationError as error:
        return [Finding(f"{PREFIX}{str(e['loc'][0]).upper()}", "bad", without_kind(e["msg"])) for e in error.errors()]
    except OSError as error:
        return [Finding("settings", "bad", f"a file that a setting names cannot be read: {error}")]
    findings = [python(), *(setting(settings, name) for name in Settings.model_fields), model(settings)]
    try:
        services = build(settings)
    except Misconfigured as error:
        return [*findings, Finding("settings", "bad", str(error))]
    except OSError as error:
        return [*findings, Finding("VIGIE_DATA_DIR", "bad", f"cannot be used: {error}")]
    try:
        return [*findings, *connections(services)]
    finally:
        services.close()


def python() -> Finding:
    """Whether this Python has the fixes that matter."""
    major, minor, patch = sys.version_info[:3]
    safe = SAFE_PYTHON.get((major, minor), 0)
    if patch < safe:
        return Finding("Python", "note", f"{major}.{minor}.{patch}: {major}.{minor}.{safe} fixes known faults")
    return Finding("Python", "ok", f"{major}.{minor}.{patch}")


def setting(settings: Settings, name: str) -> Finding:
    """One setting: its value, masked where it is a secret, and where the value comes from."""
    variable, value = f"{PREFIX}{name.upper()}", getattr(settings, name)
    origin = "default"
    if variable in os.environ:
        origin = "environment"
    elif f"{variable}_FILE" in os.environ:
        origin = f"file {os.environ[f'{variable}_FILE']}"
    shown = "not set" if value in (None, "", ()) else mask_credentials(str(value))
    if isinstance(value, SecretStr):
        shown = "set"
    return Finding(variable, "note" if origin == "default" else "ok", f"{shown} ({origin})")


def model(settings: Settings) -> Finding:
    """The model that scores, loaded to try it. A model of the hub that is not here yet is not fetched for that."""
    try:
        if settings.sentiment_model != COMPACT and model_files_of(settings) is None:
            return Finding("sentiment model", "note", "not fetched yet: a worker fetches it when it starts")
        scorer = scorer_of(settings)
    except Misconfigured as error:
        return Finding("sentiment model", "bad", str(error))
    if not scorer.measured:
        how = f"`python -m sentiment evaluate --model {settings.sentiment_model} --save FILE.csv`"
        return Finding("sentiment model", "note", f"{scorer.name} {scorer.version}, not measured: see {how}")
    return Finding("sentiment model", "ok", f"{scorer.name} {scorer.version}")


def connections(services: Services) -> Iterator[Finding]:
    """The database and its schema, the worker, the mail server."""
    if not services.db.ready():
        yield Finding("database", "bad", "does not answer: check VIGIE_DATABASE_URL, and that the server is running")
        return
    with services.db.reading() as session:
        yield Finding("database", "ok", f"PostgreSQL {session.scalar(text('SHOW server_version'))}")
        schema = revision(services.db)
        if schema is None:
            yield Finding("schema", "note", "none yet: `vigie migrate` creates it, and so does any start")
            return
        yield Finding("schema", "ok", schema)
        yield Finding("mentions", "ok", f"{session.scalar(select(func.count()).select_from(Mention)):,}")
        yield scoring(session)
        beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
        age = (datetime.now(UTC) - beat).total_seconds() if beat else None
    if age is None or age > 60:
        yield Finding("worker", "note", "none was seen for a minute: start one with `vigie serve` or `vigie worker`")
    else:
        yield Finding("worker", "ok", f"alive {age:.0f} s ago")
    if services.settings.smtp_url is None:
        yield Finding("mail", "note", "VIGIE_SMTP_URL is not set: Vigie cannot send alerts by e-mail")


def scoring(session: Session) -> Finding:
    """How much waits for the model: what was never scored, and what is to be scored again."""
    run = session.scalars(select(ModelRun).order_by(ModelRun.started_at.desc()).limit(1)).one_or_none()
    pace, quick = (run.per_second, run.quick_per_second) if run else (None, None)
    waiting, unsettled = lanes.count_waiting(session), lanes.count_unsettled(session)
    if not waiting + unsettled:
        return Finding(
            "scoring", "ok", f"nothing is waiting; the model is {run.model}" if run else "nothing is waiting"
        )
    left = seconds_left(waiting, unsettled, pace, quick)
    end = f"about {max(1, round(left / 60))} min at {pace:,.0f}/s" if left and pace else "the speed is not known yet"
    again = f", {unsettled:,} to be read again" if unsettled else ""
    return Finding("scoring", "note", f"{waiting:,} are waiting for a stance{again}: {end}")
