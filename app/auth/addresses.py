"""The addresses that others send to: each holds a token, and whoever knows it may send to one source."""

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
    """The source that an address belongs to, and who sends to it: somebody who may write there, and nothing else."""

    source: Source
    viewer: Viewer


def recognise(session: Session, token: str) -> Recipient | None:
    """Whose address this is, or None: malformed, unknown, replaced, or of a source that is paused.

    The digest is what is looked up, so that neither an index nor a backup gives an address away. A paused source is
    told as an unknown one is, so that a stranger learns nothing from trying.
    """
    if not SHAPE.fullmatch(token):
        return None
    row = session.scalars(select(Source).where(Source.address_digest == digest(token))).one_or_none()
    if row is None or not row.enabled:
        return None
    return Recipient(row, Viewer(row.workspace_id, f"source:{row.name}", frozenset({"write"})))
