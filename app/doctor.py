"""`vigie doctor`: each setting and where it comes from, with secrets masked, and what can be reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database, DatabaseNotStarted
from app.heartbeat import processes
from app.log import mask_credentials
from app.models import Heartbeat, Mention, ModelRun
from app.pipeline.judge import lanes
from app.pipeline.judge.pace import seconds_left
from app.probes.database import clock, database, schema
from app.probes.disk import disk
from app.probes.finding import Finding, findings_of
from app.probes.mail import mail
from app.probes.port import port
from app.probes.provider import provider
from app.probes.reach import reach
from app.probes.sealed import open_secrets
from app.probes.variables import unknown, unreadable
from app.scorer import model_files_of, scorer_of
from app.services import Misconfigured, connect, gate_of, secret_key
from app.settings import PREFIX, Settings, without_kind
from sentiment.scorers import COMPACT

SAFE_PYTHON = {(3, 11): 14, (3, 12): 12, (3, 13): 6}
"""The first patch release of each Python in which html.parser and ipaddress are fixed."""


def examine() -> list[Finding]:
    """Examines everything; what is broken keeps nothing else from being examined. Changes nothing, but starts the
    embedded database, and makes its secret key."""
    found = [*findings_of("Python", python), *unknown(os.environ)]
    if unread := list(unreadable(os.environ)):
        return [*found, *unread]  # nobody knows what they would have set
    settings, wrong = settings_and_faults()
    found += [*(setting(settings, name) for name in Settings.model_fields), *wrong]
    url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    found += findings_of("sentiment model", lambda: model(settings))
    found += findings_of("disk", lambda: disk(settings.data_dir))
    found += findings_of("port", lambda: port(settings.host, settings.port))
    found += findings_of("fetch gate", lambda: gate(settings))
    found += findings_of("mail", lambda: mail(url))
    found += findings_of("single sign-on", lambda: sign_on(settings))
    return [*found, *findings_of("database", lambda: of_the_database(settings))]


def settings_and_faults() -> tuple[Settings, list[Finding]]:
    """The settings, with the default in the place of each that is not valid, and a finding about each of those."""
    try:
        return Settings(), []
    except ValidationError as error:
        faults = {str(fault["loc"][0]): without_kind(fault["msg"]) for fault in error.errors()}
    defaults = {name: Settings.model_fields[name].default for name in faults}
    return Settings(**defaults), [Finding(f"{PREFIX}{name.upper()}", "bad", text) for name, text in faults.items()]


def python() -> Finding:
    """Whether this Python has the fixes that matter."""
    major, minor, patch = sys.version_info[:3]
    safe = SAFE_PYTHON.get((major, minor), 0)
    if patch < safe:
        text = f"{major}.{minor}.{patch}: update to {major}.{minor}.{safe} or later, which mends known faults"
        return Finding("Python", "note", text)
    return Finding("Python", "ok", f"{major}.{minor}.{patch}")


def setting(settings: Settings, name: str) -> Finding:
    """One setting: its value, masked where it is a secret, and where the value comes from."""
    variable, value = f"{PREFIX}{name.upper()}", getattr(settings, name)
    origin = "default"
    if variable in os.environ:
        origin = "environment"
    elif f"{variable}_FILE" in os.environ:
        origin = f"file {os.environ[f'{variable}_FILE']}"
    if name == "secret_key" and value is None and not settings.database_url:
        return Finding(
            variable, "note", f"not set: the one that Vigie generates in {settings.data_dir} is used (default)"
        )
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


def gate(settings: Settings) -> Finding:
    """Whether what the fetch gate was told can be read."""
    try:
        gate_of(settings).close()
    except Misconfigured as error:
        return Finding("fetch gate", "bad", str(error))
    return Finding(
        "fetch gate",
        "ok",
        "sources are read through VIGIE_PROXY_URL" if settings.proxy_url else "sources are read directly",
    )


def sign_on(settings: Settings) -> Finding:
    """Whether the provider of the single sign-on answers."""
    with gate_of(settings) as http:
        return provider(settings, http)


def of_the_database(settings: Settings) -> Iterator[Finding]:
    """The secret key, the database, and what is in it."""
    key = None
    try:
        key = secret_key(settings)
    except (Misconfigured, OSError) as error:
        yield Finding("secret key", "bad", str(error))
    try:
        db, _embedded = connect(settings)  # held for as long as it is examined: it stops with its last user
    except (Misconfigured, DatabaseNotStarted, OSError) as error:
        yield Finding("database", "bad", str(error))
        return
    with closing(db):
        yield from connections(db, Seal(key) if key else None, mail=settings.smtp_url is not None)


def connections(db: Database, seal: Seal | None, *, mail: bool) -> Iterator[Finding]:
    """The database, its clock and its schema, and, where the schema is ours, what the tables tell.

    `mail`: whether a mail server is set up.
    """
    found = findings_of("database", lambda: database(db))
    yield from found
    if found[-1].state == "bad":
        return
    yield from findings_in(db, "clock", clock)
    shape = findings_of("schema", lambda: schema(db))
    yield from shape
    if shape[-1].state != "ok":
        return
    yield from findings_in(db, "mentions", mentions)
    yield from findings_in(db, "scoring", scoring)
    yield from findings_in(db, "worker", worker)
    yield from findings_in(db, "alerts", lambda session: reach(session, mail=mail))
    if seal is not None:
        yield from findings_in(db, "secret key", lambda session: open_secrets(session, seal))


def findings_in(db: Database, name: str, probe: Callable[[Session], Finding]) -> list[Finding]:
    """The findings of a probe that reads, in a transaction of its own: a failure ends that of nobody else."""

    def read() -> Finding:
        with db.reading() as session:
            return probe(session)

    return findings_of(name, read)


def mentions(session: Session) -> Finding:
    return Finding("mentions", "ok", f"{session.scalar(select(func.count()).select_from(Mention)):,}")


def worker(session: Session) -> Finding:
    """Whether a worker said within a minute that it lives, and which one fell silent without ending cleanly."""
    beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    age = (datetime.now(UTC) - beat).total_seconds() if beat else None
    if age is None or age > 60:
        text = "none was seen for a minute: start one with `vigie serve` or `vigie worker`"
        return Finding("worker", "note", text)
    silent = [each for each in processes(session) if each.loop == "worker" and each.silent]
    if silent:
        gone = ", ".join(f"{each.name} for {each.age / 60:.0f} min" for each in silent)
        return Finding("worker", "note", f"alive {age:.0f} s ago, but silent: {gone}")
    return Finding("worker", "ok", f"alive {age:.0f} s ago")


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
