"""The fields of a form, from what a plug-in's model asks for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from starlette.datastructures import FormData

from app.web.forms import SentForm, fields_of, params_from, readable
from collectors import all_collectors
from collectors._kit.fields import LongSecret


class Asked(BaseModel):
    private_key: LongSecret = Field(title="Key")
    blob: SecretStr = Field(default=SecretStr(""), title="File", json_schema_extra={"multiline": True})
    token: SecretStr = Field(default=SecretStr(""), title="Token")
    sort: Literal["top_posts", "new", "fr"] = Field(
        "new", title="Order", json_schema_extra={"labels": {"new": "Newest"}}
    )


def test_every_key_that_comes_as_a_file_has_room_for_its_lines() -> None:
    long = {
        f"{one.kind}: {field.name}"
        for one in all_collectors().values()
        for field in fields_of(one.params)
        if field.kind == "long secret"
    }
    assert long == {"appstore_connect: params.private_key", "google_play: params.service_account"}


def test_keys_that_come_as_a_file_keep_their_lines() -> None:
    kinds = {field.name: field.kind for field in fields_of(Asked)}
    assert kinds == {
        "params.private_key": "long secret",
        "params.blob": "long secret",
        "params.token": "secret",
        "params.sort": "choice",
    }
    form = SentForm(
        FormData([("params.private_key", "-----BEGIN-----\r\nabc\r\n-----END-----\r\n"), ("params.sort", "fr")])
    )
    assert params_from(Asked, form) == {"private_key": "-----BEGIN-----\nabc\n-----END-----\n", "sort": "fr"}


def test_choices_are_called_by_their_label_else_by_their_words() -> None:
    (field,) = (field for field in fields_of(Asked) if field.kind == "choice")
    assert field.choices == (("top_posts", "Top posts"), ("new", "Newest"), ("fr", "fr"))
    assert [readable(code) for code in ("en", "most-recent", "FIVE", "last_7_days")] == [
        "en",
        "Most recent",
        "FIVE",
        "Last 7 days",
    ]


class WithSecrets(BaseModel):
    """A name, and two secrets of which one is stored."""

    token: SecretStr
    password: SecretStr


def test_only_a_secret_that_is_stored_may_be_left_empty() -> None:
    fields = {field.name.rpartition(".")[2]: field for field in fields_of(WithSecrets, kept={"token", "url"})}
    assert {name: (field.kept, field.required) for name, field in fields.items()} == {
        "token": (True, False),
        "password": (False, True),
    }
