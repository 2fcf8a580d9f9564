"""What a log never shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.log import mask_credentials


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://vigie:sesame@db/vigie", "postgresql://***@db/vigie"),
        ("https://ex.org/?api_key=sesame&q=1", "https://ex.org/?api_key=***&q=1"),
        ("https://ex.org/?q=1&ACCESS_TOKEN=sesame", "https://ex.org/?q=1&ACCESS_TOKEN=***"),
        ("GET https://me:pw@ex.org/a failed", "GET https://***@ex.org/a failed"),
        ("write to ana@example.org", "write to ana@example.org"),
        ("", ""),
    ],
)
def test_credentials_in_addresses_are_masked(text: str, shown: str) -> None:
    assert mask_credentials(text) == shown


LOGGING = """
import logging
import structlog
from app.log import set_up
set_up("info", pretty=False)
structlog.get_logger("a").info("read https://me:pw@ex.org/", token="sesame", outlet="two\\nlines")
structlog.get_logger("a").debug("unseen")
logging.getLogger("b").warning("from a library: %s", "https://ex.org/?key=sesame")
logging.getLogger("httpx2").info("unseen")
"""


def test_every_log_is_a_line_of_json_on_stderr_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
    first, second = map(json.loads, done.stderr.splitlines())
    assert (first["event"], first["token"], first["level"]) == ("read https://***@ex.org/", "***", "info")
    assert first["outlet"] == "two\nlines"
    assert second["event"] == "from a library: https://ex.org/?key=***"
