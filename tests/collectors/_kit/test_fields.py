"""The fields that forms share: what each takes, and what it says of the rest."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from collectors._kit.fields import Address, BaseUrl, Interface, Line, LongSecret, Params, Words


class Form(Params):
    address: Address = "https://a.example/"
    site: BaseUrl = "https://a.example"
    api: Interface = "https://api.example"
    key: LongSecret = SecretStr("")
    words: Words = "acme"
    line: Line = ""


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("address", " https://a.example/feed?x=1 ", "https://a.example/feed?x=1"),
        ("address", "HTTP://a.example/", "HTTP://a.example/"),
        ("address", "a.example/feed?x=1", "https://a.example/feed?x=1"),
        ("site", "forum.example:8080/board/", "https://forum.example:8080/board"),
        ("site", "https://forum.example/board/", "https://forum.example/board"),
        ("api", "https://api.example/v1/", "https://api.example/v1"),
        ("words", "  acme cloud ", "acme cloud"),
        ("line", "", ""),
    ],
)
def test_what_is_typed_is_kept_in_one_form(field: str, typed: str, kept: str) -> None:
    assert getattr(Form(**{field: typed}), field) == kept


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("address", "acme", "starts with http:// or https://"),
        ("address", "ftp://a.example/", "starts with http:// or https://"),
        ("address", "https://ann:secret@a.example/", "in their own fields, not in the address"),
        ("address", "https://", "not written correctly"),
        ("address", "https://a.example/" + "x" * 2_048, "at most 2048"),
        ("site", "https://a.example/?page=1", "give only the address of the site"),
        ("site", "https://a.example/#top", "give only the address of the site"),
        ("words", "", "at least 1"),
        ("words", "a\nb", "on one line"),
        ("line", "a\x00b", "on one line"),
        ("line", "x" * 201, "at most 200"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(field: str, typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence) as caught:
        Form(**{field: typed})  # type: ignore[arg-type]  # fields of several types
    assert "secret@" not in str(caught.value)


def test_a_form_knows_its_fields_and_takes_no_other() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Form(colour="red")  # type: ignore[call-arg]  # what is being tested
    with pytest.raises(ValidationError, match="frozen"):
        Form().line = "x"  # type: ignore[misc]  # what is being tested


def test_a_form_is_told_what_is_an_address_what_is_technical_and_what_has_several_lines() -> None:
    fields = Form.model_json_schema()["properties"]
    assert fields["address"]["format"] == fields["site"]["format"] == "uri"
    assert fields["api"]["technical"] is True
    assert fields["key"]["multiline"] is True
