"""Builds what a running process has at hand, once, from the settings."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from alerts.base import Wire
from app.crypto import Seal, generated_key
from app.db import Database, Embedded
from app.http import Gate, Mailer
from app.http import Wire as GateWire
from app.jobs import Jobs
from app.live import Live
from app.settings import Settings


class Misconfigured(Exception):
    """The operator must change a setting before the process can start. The text says which one, and how."""


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the queue, the seal of secrets, the clients for what is outside, and what the database tells."""

    settings: Settings
    db: Database
    jobs: Jobs
    seal: Seal
    gate: httpx2.Client
    wire: Wire
    embedded: Embedded | None = None
    live: Live | None = None

    def close(self) -> None:
        if self.live is not None:
            self.live.close()
        self.gate.close()
        self.db.close()


def secret_key(settings: Settings) -> str:
    """The key that seals secrets. Raises Misconfigured."""
    if settings.secret_key:
        key = settings.secret_key.get_secret_value()
        if len(key) < 16:
            raise Misconfigured("VIGIE_SECRET_KEY is too short: give it at least 16 random characters")
        return key
    if settings.database_url:
        raise Misconfigured(
            "VIGIE_SECRET_KEY is not set: with an external database every process needs the same key, "
            "for instance from `openssl rand -base64 32`"
        )
    return generated_key(settings.data_dir)


def check_database_url(url: str) -> str:
    """Returns the address of a PostgreSQL. Raises Misconfigured, without the address: it may hold a password."""
    try:
        if make_url(url).drivername in ("postgresql", "postgres"):
            return url
    except (ArgumentError, ValueError):
        pass
    raise Misconfigured(
        "VIGIE_DATABASE_URL is not the address of a PostgreSQL: write postgresql://user:password@host:5432/name"
    )


def connect(settings: Settings) -> tuple[Database, Embedded | None]:
    """The database of the settings: the one they name, or the embedded one, which is started unless it runs."""
    if settings.database_url:
        return Database(check_database_url(settings.database_url.get_secret_value())), None
    embedded = Embedded(settings.data_dir)
    return Database(embedded.url), embedded


def build(settings: Settings) -> Services:
    """Builds everything that a process needs. Raises Misconfigured."""
    key = secret_key(settings)
    db, embedded = connect(settings)
    gate = gate_of(settings)
    try:
        mailer = Mailer(settings.smtp_url.get_secret_value()) if settings.smtp_url else None
    except ValueError as error:
        raise Misconfigured(f"VIGIE_SMTP_URL is not valid: {error}") from error
    return Services(settings, db, Jobs(), Seal(key), gate, GateWire(gate, mailer), embedded, Live(db.url))


def gate_of(settings: Settings) -> Gate:
    """The client through which everything is fetched. Raises Misconfigured."""
    try:
        return Gate(
            allowed_private_hosts=settings.allowed_private_hosts,
            user_agent=user_agent(settings.contact),
            proxy=settings.proxy_url.get_secret_value() if settings.proxy_url else None,
        )
    except (ValueError, httpx2.InvalidURL) as error:
        raise Misconfigured(f"VIGIE_ALLOWED_PRIVATE_HOSTS or VIGIE_PROXY_URL is not valid: {error}") from error


def user_agent(contact: str) -> str:
    """The User-Agent by which the sites we read know us."""
    return f"Vigie/0.1 (mention monitoring{'; ' + contact if contact else ''})"
