"""The params of a source: the kind that declares them, how they are checked, and how its row holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.actions import secrets
from app.actions.fields import validate
from app.crypto import Seal, place_of
from app.http import GateError, check_url, host_of, rules_for
from app.models import Source
from app.problems import FieldError, invalid
from app.settings import Settings
from collectors import all_collectors
from collectors.base import AnyCollector


def needs_brand(collector: AnyCollector, brand_id: UUID | None) -> None:
    """Raises Problem 422 for a survey without a brand: its answers are about one, and nothing in them says which."""
    if collector.brings == "answers" and brand_id is None:
        raise invalid(FieldError("brand_id", "Choose the brand that the survey asks about."))


def collector_of(kind: str) -> AnyCollector:
    """The declaration of a kind. Raises Problem 422."""
    collector = all_collectors().get(kind)
    if collector is None:
        raise invalid(
            FieldError(
                "collector",
                "There is no collector «{kind}».",
                {"kind": kind},
                hint=f"One of: {', '.join(sorted(k for k, c in all_collectors().items() if not c.hidden))}.",
            )
        )
    return collector


def checked_params(collector: AnyCollector, values: Mapping[str, Any], settings: Settings) -> BaseModel:
    """The params as the collector declares them. Raises Problem 422, also for an address that the gate refuses."""
    params: BaseModel = validate(collector.params, dict(values), under="params")
    secrets.check_whole(params)
    rules = rules_for(settings.allowed_private_hosts)
    for name in secrets.address_fields(collector.params):
        try:
            check_url(getattr(params, name), rules)
        except GateError as error:
            raise invalid(FieldError(f"params.{name}", "{why}.", {"why": str(error).capitalize()})) from None
    return params


def changed_params(
    row: Source,
    collector: AnyCollector,
    given: Mapping[str, Any],
    seal: Seal,
    settings: Settings,
    dropped: Sequence[str] = (),
) -> BaseModel:
    """The params that somebody gives a source that exists, with the secrets that they left out and did not drop.

    Raises Problem 422 as `checked_params` does, and where a stored secret would go to another server.
    """
    stored = secrets.without_dropped(seal.open(row.secrets, seal_name(row)), collector.params, dropped)
    params = checked_params(collector, secrets.keep_stored(given, collector.params, stored), settings)
    secrets.check_destination(given, params, row.params, stored)
    return params


def put_params(row: Source, params: BaseModel, seal: Seal) -> None:
    """Writes the params into the row, with the secrets sealed, and the host that the requests go to."""
    shown, hidden = secrets.split(params)
    row.params = shown
    row.secrets = seal.seal(hidden, seal_name(row)) if hidden else None
    collector = collector_of(row.collector)
    row.host = _host(collector, shown)
    row.limit_key = limit_key(collector, params, seal)


def host_asked(collector: AnyCollector, params: BaseModel) -> str:
    """The host that the requests go to; "" for a kind that makes none."""
    return _host(collector, secrets.split(params)[0])


def _host(collector: AnyCollector, shown: Mapping[str, Any]) -> str:
    """The host that the requests go to; "" for a kind that makes none."""
    address = str(shown.get(collector.address, ""))
    return host_of(address) if "://" in address else address


def limit_key(collector: AnyCollector, params: BaseModel, seal: Seal) -> str:
    """Names the sources that a host throttles together: the host, with a fingerprint of their secrets if they have
    any."""
    shown, _ = secrets.split(params)
    host, values = _host(collector, shown), secrets.secret_values(params)
    return f"{host}#{seal.fingerprint(values)}" if values else host


def seal_name(row: Source) -> str:
    """The name under which the secrets of a source are sealed, so that they open for no other row."""
    return place_of("source", row.workspace_id, row.id)
