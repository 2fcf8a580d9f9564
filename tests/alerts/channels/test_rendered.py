"""What each channel sends, whole: receivers have filters and programs that read it, so that a change must be meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import slack, webhook
from alerts.channels.email import Email, mail
from tests.alerts.messages import retold

RENDERED = Path(__file__).with_name("rendered")
TO = Email(to=["anne@lumen.example"], unsubscribe_url="https://vigie.example/u/1")


def letter(message) -> dict[str, Any]:
    """A mail as its reader's program has it: folding and encoding are Python's business and change with it."""
    arrived = message_from_bytes(mail(TO, message).as_bytes(), policy=default)
    parts = {kind: arrived.get_body((kind,)).get_content().splitlines() for kind in ("plain", "html")}
    return {"headers": [[name, str(value)] for name, value in arrived.items()], **parts}


WAYS: dict[str, Callable[[Any], Any]] = {
    "email": letter,
    "slack": slack.payload,
    "webhook": lambda message: json.loads(webhook.body_of(message)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("why", "language", "test"), [("opened", "en", False), ("resolved", "fr", False), ("reminder", "fr", True)]
)
def test_a_message_is_rendered_as_it_was_recorded(message, way, why, language, test):
    made = WAYS[way](replace(retold(message, why=why), language=language, test=test))
    recorded = (RENDERED / f"{why}.{language}.{way}.json").read_text(encoding="utf-8")
    assert json.dumps(made, ensure_ascii=False, indent=1) + "\n" == recorded
