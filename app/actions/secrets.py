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
    given = {name: getattr(params, name) for name in names}
    told = {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}
    return shown, {name: value for name, value in told.items() if value}


def keep_stored(given: Mapping[str, Any], model: type[BaseModel], stored: Mapping[str, str]) -> dict[str, Any]:
    """The params given; a secret that was left out, left empty or left masked keeps its stored value."""
    names = secret_fields(model)
    untouched = {name: value for name, value in stored.items() if given.get(name, "") in ("", MASK, None)}
    return {name: value for name, value in given.items() if name not in untouched or name not in names} | untouched
