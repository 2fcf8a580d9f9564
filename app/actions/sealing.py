"""Seals the addresses that an earlier version kept in clear: those of webhooks, and those with a secret in them.

A migration could not do it: it does not have the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from app.actions import channels, secrets
from app.actions.source_params import put_params
from app.crypto import Seal, SecretsLost
from app.models import Channel, Source
from app.pipeline.gather.source import open_params
from app.viewer import Viewer, may
from collectors import all_collectors


@may("admin")
def seal_addresses(session: Session, viewer: Viewer, seal: Seal) -> None:
    """Seals what is still in clear in a workspace. A row whose params or secrets no longer open stays as it is."""
    ours, with_a_query = Source.workspace_id == viewer.workspace_id, cast(Source.params, String).contains("?")
    for source in session.scalars(select(Source).where(ours, with_a_query).with_for_update()):
        params = _params_of_source(source, seal)
        if params is not None and _in_clear(params, source.params):
            put_params(source, params, seal)
    hooks = select(Channel).where(Channel.workspace_id == viewer.workspace_id)
    for channel in session.scalars(hooks.with_for_update()):
        opened = _params_of_channel(channel, seal)
        if opened is not None and _in_clear(opened, channel.params):
            channels.put_params(channel, opened, seal)


def _in_clear(params: BaseModel, stored: Mapping[str, Any]) -> bool:
    shown, _ = secrets.split(params)
    return any(stored.get(name) != shown[name] for name in secrets.address_fields(type(params)))


def _params_of_source(row: Source, seal: Seal) -> BaseModel | None:
    try:
        kind = all_collectors()[row.collector]
        return open_params(kind, row.params, row.secrets, seal, row.workspace_id, row.id)
    except (SecretsLost, ValueError, KeyError):
        return None


def _params_of_channel(row: Channel, seal: Seal) -> BaseModel | None:
    try:
        return channels.open_params(row, seal)
    except (SecretsLost, ValueError, KeyError):
        return None
