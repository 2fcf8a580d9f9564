"""Params that hold secrets: the secrets are sealed separately, sent to nobody else, and asked for again before they go
to another server.

An address that carries a secret, such as `?api_key=…`, is sealed as well; a masked one is shown in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, SecretStr

from app.crypto import Seal, SecretsLost
from app.http import origin_of
from app.problems import FieldError, Problem, invalid
from ground.credentials import MASK, credentials, filled_in, masked, masked_whole

ASK_AGAIN = "The address now leads to another server: enter this again, or put the former address back."
Dropped = Annotated[
    list[str],
    Field(max_length=20, description="Names of params: the stored secrets to remove. One left out of `params` stays."),
]
STILL_MASKED = "A part of this address is hidden: enter the whole address again."


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields that are SecretStr, optional ones too."""
    return frozenset(name for name, field in model.model_fields.items() if _is_secret(field.annotation))


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))


def address_fields(model: type[BaseModel]) -> list[str]:
    """The params that hold an address, as their type says."""
    return [name for name, schema in _schemas(model) if schema.get("format") == "uri"]


def _schemas(model: type[BaseModel]) -> Iterator[tuple[str, dict[str, Any]]]:
    return iter(model.model_json_schema().get("properties", {}).items())


def split(params: BaseModel) -> tuple[dict[str, Any], dict[str, str]]:
    """The params that may be shown, as JSON, and the secrets, with the whole of each address that carries one."""
    names = secret_fields(type(params))
    shown = params.model_dump(mode="json", exclude=set(names))
    values = {name: getattr(params, name) for name in names}
    secrets = {name: value.get_secret_value() for name, value in values.items() if isinstance(value, SecretStr)}
    sealed = {name: value for name, value in secrets.items() if value}
    for name, mask in _masks(type(params)):
        if isinstance(url := shown[name], str) and mask(url) != url:
            sealed[name], shown[name] = url, mask(url)
    return shown, sealed


def _masks(model: type[BaseModel]) -> Iterator[tuple[str, Callable[[str], str]]]:
    """How each address of the model is masked: in full where the model says that its path is the secret."""
    for name, schema in _schemas(model):
        if schema.get("format") == "uri":
            yield name, masked_whole if schema.get("sealed") else masked


def stored_names(seal: Seal, sealed: bytes | None, place: str) -> frozenset[str]:
    """The names of the secrets that are stored in this place; none where they no longer open."""
    try:
        return frozenset(seal.open(sealed, place))
    except SecretsLost:
        return frozenset()


def secret_values(params: BaseModel) -> dict[str, str]:
    """What the secrets of the params are, wherever they stand: the same for two addresses of one site and one key."""
    fields, addresses = secret_fields(type(params)), dict(_masks(type(params)))
    _, sealed = split(params)
    own = {name: value for name, value in sealed.items() if name in fields}
    for name, url in sealed.items():
        if name in addresses:
            carried = credentials(url) or {"": url}
            own |= {f"{name}?{parameter}": value for parameter, value in carried.items()}
    return own


def keep_stored(params: Mapping[str, Any], model: type[BaseModel], stored: Mapping[str, str]) -> dict[str, Any]:
    """The params given; a secret that was left out, left empty or left masked keeps its stored value, and so does the
    masked part of an address that leads to the same server."""
    left_out = kept_secrets(params, model, stored)
    whole = {name: value for name, value in params.items() if name not in left_out} | left_out
    for name in address_fields(model):
        url = whole.get(name)
        if isinstance(url, str) and MASK in url and name in stored and origin_of(url) == origin_of(stored[name]):
            whole[name] = filled_in(url, stored[name])
    return whole


def kept_secrets(params: Mapping[str, Any], model: type[BaseModel], stored: Mapping[str, str]) -> dict[str, str]:
    """The stored secrets that these params do not replace, by another value or by another param in their place."""
    names = secret_fields(model) - replaced_secrets(params, model)
    return {name: value for name, value in stored.items() if name in names and not is_given(params, name)}


def replaced_secrets(params: Mapping[str, Any], model: type[BaseModel]) -> set[str]:
    """The secrets in the place of which another param is given, as its schema says in `replaces`."""
    return {
        former for name, schema in _schemas(model) for former in schema.get("replaces", ()) if is_given(params, name)
    }


def is_given(params: Mapping[str, Any], name: str) -> bool:
    """Whether somebody entered this secret: it is neither left out, nor left empty, nor left masked."""
    return params.get(name, "") not in ("", MASK, None)


def with_params(changes: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The changes; those that drop a secret and give no params leave the other params as they are."""
    return {**({"params": params} if changes.get("drop_secrets") else {}), **changes}


def without_dropped(stored: Mapping[str, str], model: type[BaseModel], dropped: Sequence[str]) -> dict[str, str]:
    """The stored secrets but for those that somebody drops. Raises Problem 422 for a name that is no secret's."""
    names = secret_fields(model)
    wrong = [number for number, name in enumerate(dropped) if name not in names]
    if wrong:
        raise invalid(*(FieldError(f"drop_secrets.{number}", "There is no such secret here.") for number in wrong))
    return {name: value for name, value in stored.items() if name not in dropped}


def destinations(model: type[BaseModel], shown: Mapping[str, Any]) -> dict[str, str]:
    """Where the params lead, by the names of those that say so: the origin of an address, else the value itself."""
    return {
        name: origin_of(str(value)) if schema.get("format") == "uri" else str(value)
        for name, schema in _schemas(model)
        if schema.get("format") == "uri" or schema.get("destination")
        for value in (shown.get(name, schema.get("default")),)
    }


def check_destination(
    given: Mapping[str, Any], params: BaseModel, stored_params: Mapping[str, Any], stored: Mapping[str, str]
) -> None:
    """Refuses to send a stored secret to another server than the one it was entered for.

    `given` is what somebody typed, `params` the same with the stored secrets. Raises Problem 422, with a sentence on
    each secret that has to be entered again.
    """
    model = type(params)
    kept = kept_secrets(given, model, stored)
    if kept and destinations(model, split(params)[0]) != destinations(model, stored_params):
        raise invalid(*(FieldError(f"params.{name}", ASK_AGAIN) for name in model.model_fields if name in kept))


def check_whole(params: BaseModel) -> None:
    """Raises Problem 422 on an address that still holds a mask instead of its secret."""
    wrong = [name for name in address_fields(type(params)) if MASK in str(getattr(params, name))]
    if wrong:
        raise _refuse_masks(wrong)


def _refuse_masks(names: list[str]) -> Problem:
    return invalid(*(FieldError(f"params.{name}", STILL_MASKED) for name in names))
