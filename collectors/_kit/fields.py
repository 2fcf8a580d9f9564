"""The fields that the forms of several kinds share, under the same names everywhere.

`base_url` is the address of a platform's API: the public one by default, so that a self-hosted instance or a recorded
one can replace it. `query` is what to search for. `token`, `api_key`, `client_id`, `client_secret`, `username` and
`password` are what a platform hands out, the secret ones as SecretStr or LongSecret.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from ground.links import clean_link

BARE = re.compile(r"(?!\w+:)[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
"""An address as people type it: its beginning, https://, is added."""


class Params(BaseModel):
    """The base of every kind's params: strict, frozen, and its errors never quote a value, which may be secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _address(url: str) -> str:
    url = url.strip()
    if BARE.fullmatch(url):
        url = f"https://{url}"
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError("the address starts with http:// or https://")
    if "@" in url.split("/")[2]:
        raise ValueError("write the name and the password in their own fields, not in the address")
    if clean_link(url) is None:
        raise ValueError("this address is not written correctly")
    return url


def _base(url: str) -> str:
    if "?" in url or "#" in url:
        raise ValueError("give only the address of the site, without ? or #")
    return url.rstrip("/")


def _words(text: str) -> str:
    if any(ord(sign) < 32 for sign in text):
        raise ValueError("write it on one line, without control characters")
    return text


Address = Annotated[
    str, StringConstraints(max_length=2048), AfterValidator(_address), Field(json_schema_extra={"format": "uri"})
]
"""An http(s) address as a person typed it. The gate checks it before it is saved."""

BaseUrl = Annotated[Address, AfterValidator(_base)]
"""The address of a site or of an API, without a slash at its end."""

Interface = Annotated[BaseUrl, Field(json_schema_extra={"technical": True})]
"""The public address of a platform's API. Forms keep it out of sight, since few people need to change it."""

LongSecret = Annotated[SecretStr, Field(json_schema_extra={"multiline": True})]
"""A secret that comes as a file, such as a private key: its line breaks count, and forms give it several lines."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_words)]
"""The words to search for, on one line."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_words)]
"""A name, an id or another short text on one line; it may be empty."""
