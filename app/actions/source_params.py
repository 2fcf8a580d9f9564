"""The params of a source: the kind that declares them, how they are checked, and how its row holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.actions import secrets
from app.actions.fields import validate
from app.crypto import Seal
from app.http import GateError, check_url, rules_for
from app.models import Source
from app.pipeline.collect import host_of
from app.pipeline.meters import Payer
from app.problems import FieldError, invalid
from app.settings import Settings
from collectors import all_collectors
from collectors.base import AnyCollector


def needs_brand(collector: AnyCollector, brand_id: UUID | None) -> None:
    """Raises Problem 422 for a survey without a brand: its answers are about one, and nothing in them says which."""
    if collector.group == "surveys" and brand_id is None:
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


def checked_params(collector: AnyCollector, given: Mapping[str, Any], settings: Settings) -> BaseModel:
    """The params as the collector declares them. Raises Problem 422, also for an address that may not be reached."""
    params: BaseModel = validate(collector.params, dict(given), under="params")
    rules = rules_for(settings.allowed_private_hosts)
    shown, _ = secrets.split(params)
    for name, value in shown.items():
        if isinstance(value, str) and name.endswith("url"):
            try:
                check_url(value, rules)
            except GateError as error:
                raise invalid(FieldError(f"params.{name}", "{why}.", {"why": str(error).capitalize()})) from None
    return params


def put_params(row: Source, params: BaseModel, seal: Seal) -> None:
    """Writes the params into the row: the secrets sealed, and the host that is asked."""
    shown, hidden = secrets.split(params)
    row.params = shown
    row.secrets = seal.seal(hidden, seal_name(row)) if hidden else None
    row.host = _host(shown)
    row.limit_key = limit_key(params, seal)


def _host(shown: Mapping[str, Any]) -> str:
    addresses = [value for value in shown.values() if isinstance(value, str) and "://" in value]
    return str(shown.get("host") or (host_of(addresses[0]) if addresses else ""))


def limit_key(params: BaseModel, seal: Seal) -> str:
    """The sources of one key wait together: it is their host, with a fingerprint of their secrets if they have any."""
    shown, hidden = secrets.split(params)
    return f"{_host(shown)}#{seal.fingerprint(hidden)}" if hidden else _host(shown)


def payer_of(row: Source) -> Payer:
    """Whom the requests of a source are charged to."""
    return Payer(row.workspace_id, row.collector, str(row.id), row.limit_key)


def seal_name(row: Source) -> str:
    """The name under which the secrets of a source are sealed: they open for no other row."""
    return f"source:{row.workspace_id}:{row.id}"
