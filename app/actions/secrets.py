"""Params that hold secrets: the secrets are sealed separately, and never sent to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

MASK = "**********"


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields that are SecretStr, optional ones too."""
    return frozenset(name for name, field in model.model_fields.items() if _is_secret(field.annotation))


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))


def split(params: BaseModel) -> tuple[dict[str, Any], dict[str, str]]:
    """The params that may be shown, as JSON, and the secrets."""
    names = secret_fields(type(params))
    shown = params.model_dump(mode="json", exclude=set(names))
    values = {name: getattr(params, name) for name in names}
    secrets = {name: value.get_secret_value() for name, value in values.items() if isinstance(value, SecretStr)}
    return shown, {name: value for name, value in secrets.items() if value}


def keep_stored(params: Mapping[str, Any], model: type[BaseModel], stored: Mapping[str, str]) -> dict[str, Any]:
    """The params given; a secret that was left out, left empty or left masked keeps its stored value."""
    names = secret_fields(model)
    untouched = {name: value for name, value in stored.items() if params.get(name, "") in ("", MASK, None)}
    return {name: value for name, value in params.items() if name not in untouched or name not in names} | untouched
