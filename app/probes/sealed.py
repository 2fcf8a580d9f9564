"""Whether the secret key opens what is stored."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.crypto import Seal, Sealed, SecretsLost, place_of
from app.models import Channel, Source
from app.probes.finding import Finding

NAME = "secret key"
MOST = 5_000
"""Rows of each table that are tried: with a wrong key the first one tells."""


def open_secrets(session: Session, seal: Seal) -> Finding:
    """Opens the secrets of sources and channels."""
    tried = lost = 0
    for place, secret in stored_secrets(session):
        tried += 1
        try:
            seal.open(secret, place)
        except (SecretsLost, ValueError):
            lost += 1
    if lost:
        text = f"{lost} of {tried} stored secrets cannot be opened: they were sealed with another VIGIE_SECRET_KEY. Put"
        return Finding(NAME, "bad", f"{text} the former key back, or enter the secrets of sources and channels again")
    return Finding(NAME, "ok", f"opens all {tried} stored secrets" if tried else "no secret is stored yet")


def stored_secrets(session: Session) -> Iterator[tuple[str, bytes]]:
    """What is sealed, each with the place that it is bound to."""
    places: tuple[tuple[Sealed, type[Source] | type[Channel], InstrumentedAttribute[bytes | None]], ...] = (
        ("source", Source, Source.secrets),
        ("channel", Channel, Channel.secrets),
        ("address", Source, Source.address_sealed),
    )
    for what, table, column in places:
        rows = session.execute(select(table.workspace_id, table.id, column).where(column.is_not(None)).limit(MOST))
        for workspace_id, row_id, secret in rows:
            if secret:
                yield place_of(what, workspace_id, row_id), secret
