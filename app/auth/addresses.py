"""The addresses that others send to. Each holds a token; whoever knows the token may send to one source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import digest
from app.models import Source
from app.viewer import Viewer

SHAPE = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """The source that an address belongs to, and the viewer who stores its deliveries: one that may only write."""

    source: Source
    viewer: Viewer


def recognise(session: Session, token: str) -> Recipient | None:
    """The source of an address; None when the token is malformed, unknown or replaced, or its source is paused.

    Only a digest of the token is stored and looked up, so that neither an index nor a backup gives an address away.
    Callers answer a paused source as they answer an unknown one: a stranger learns nothing from trying.
    """
    if not SHAPE.fullmatch(token):
        return None
    row = session.scalars(select(Source).where(Source.address_digest == digest(token))).one_or_none()
    if row is None or not row.enabled:
        return None
    return Recipient(row, Viewer(row.workspace_id, f"source:{row.name}", frozenset({"write"})))
