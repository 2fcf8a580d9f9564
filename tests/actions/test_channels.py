"""Channels: what they are set up with, and the message that tests one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels import all_channels
from app.actions.channels import channel_of, checked_params, trial_message
from app.models import Channel, uuid7
from app.problems import Problem
from app.settings import Settings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SETTINGS = Settings(database_url="postgresql://nowhere/vigie", secret_key="a secret key for tests only")


def test_a_kind_that_is_none_is_refused_with_those_there_are() -> None:
    assert channel_of("webhook") is all_channels()["webhook"]
    with pytest.raises(Problem) as refused:
        channel_of("pigeon")
    [error] = refused.value.errors
    assert (error.field, error.message) == ("kind", "There is no kind of channel «pigeon».")
    assert error.hint is not None
    assert all(kind in error.hint for kind in all_channels())


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("webhook", {"url": "https://hooks.example.com/in"}, None),
        ("webhook", {"url": "http://169.254.169.254/latest"}, "params.url"),
        ("webhook", {"url": "http://127.0.0.1/in"}, "params.url"),
        ("webhook", {}, "params.url"),
        ("webhook", {"url": "https://hooks.example.com/in", "colour": "red"}, "params.colour"),
    ],
)
def test_params_are_those_that_a_kind_declares_and_lead_to_public_addresses(
    kind: str, params: dict[str, Any], field: str | None
) -> None:
    if field is None:
        assert checked_params(channel_of(kind), params, SETTINGS).model_dump()["url"] == params["url"]
        return
    with pytest.raises(Problem) as refused:
        checked_params(channel_of(kind), params, SETTINGS)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "Ceci est un essai de Vigie."), ("en", "This is a test from Vigie.")]
)
def test_a_test_message_says_that_it_is_one_in_the_language_of_its_channel(language: str, text: str) -> None:
    row = Channel(id=uuid7(), name="Hook", kind="webhook", language=language, timezone="Europe/Paris")
    message = trial_message(row, "https://vigie.example.com", NOW)
    assert message.test
    assert (message.language, message.timezone, message.url) == (language, "Europe/Paris", "https://vigie.example.com")
    assert message.subject.explanation.samples[0].text == text


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", True),
        ("https://hooks.slack-gov.com/services/T0/B0/x", True),
        ("http://10.1.2.3:8065/hooks/x", True),  # the operator allowed this host
        ("http://hooks.slack.com/x", False),
        ("https://hooks.slack.com:8443/x", False),
        ("https://hooks.slack.com.attacker.example/x", False),
        ("https://hooks.slack.com@attacker.example/x", False),
        ("https://attacker.example/hooks.slack.com/", False),
    ],
)
def test_a_slack_webhook_leads_to_slack_or_to_a_host_that_the_operator_allowed(url: str, accepted: bool) -> None:
    settings = SETTINGS.model_copy(update={"allowed_private_hosts": ("10.1.2.3:8065",)})
    if accepted:
        checked_params(channel_of("slack"), {"webhook_url": url}, settings)
        return
    with pytest.raises(Problem) as refused:
        checked_params(channel_of("slack"), {"webhook_url": url}, settings)
    assert [error.field for error in refused.value.errors] == ["params.webhook_url"]
