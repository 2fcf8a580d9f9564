"""Which group a language belongs to."""

from __future__ import annotations

import pytest

from sentiment.quantify import group_of


@pytest.mark.parametrize(
    ("language", "group"),
    [("en", "en"), ("en-GB", "en"), ("FR", "fr"), ("fr_CA", "fr"), ("de", "other"), (None, "other"), ("", "other")],
)
def test_a_language_has_a_group(language: str | None, group: str) -> None:
    assert group_of(language) == group
