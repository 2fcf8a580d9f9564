"""What is written for a channel to send, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from alerts.base import Explanation, Verdict
from alerts.incident import Policy, step
from alerts.stored import explanation_to_json, message_from_json
from app.models import AlertRule, Brand, Channel, Delivery
from app.pipeline.tell.incidents import new_row, remember
from app.pipeline.tell.outbox import delivery_of, notice_of

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SPACE = UUID(int=1)
BRAND = Brand(workspace_id=SPACE, id=UUID(int=2), name="Lumen")
RULE = AlertRule(
    workspace_id=SPACE, id=UUID(int=3), brand_id=BRAND.id, kind="threshold", name="Too many", severity="info"
)
CHANNEL = Channel(
    workspace_id=SPACE, id=UUID(int=4), kind="webhook", name="hook", language="fr", timezone="Europe/Paris"
)
EXPLANATION = Explanation(12, 3.5, 40, 0.3, 0.1, 3, NOW, words=("colis",))


def delivery(channel: Channel = CHANNEL, why: str = "opened", sequence: int = 1, number: int = 5) -> Delivery:
    memory, _ = step(None, Verdict(True, 4.0, 3.0), NOW, Policy())
    assert memory is not None
    row = new_row(RULE, memory, NOW)
    remember(row, memory, RULE)
    row.id, row.explanation = UUID(int=number), explanation_to_json(EXPLANATION)
    notice = notice_of(row, memory, BRAND, RULE, why, sequence)  # type: ignore[arg-type] # a Why
    return delivery_of(notice, channel, "https://vigie.example", NOW)


def test_a_delivery_tells_of_its_incident_in_the_language_of_its_channel() -> None:
    made = delivery()
    message = message_from_json(made.message)
    assert (made.workspace_id, made.incident_id, made.channel_id) == (SPACE, UUID(int=5), CHANNEL.id)
    assert (made.why, made.sequence, made.next_try_at) == ("opened", 1, NOW)
    assert (message.id, message.at, message.language, message.timezone, message.test) == (
        f"msg_{made.id.hex}", NOW, "fr", "Europe/Paris", False,
    )  # fmt: skip
    assert message.url == f"https://vigie.example/alerts/{UUID(int=5)}"
    told = message.subject
    assert (told.id, told.brand, told.rule, told.rule_kind) == (str(UUID(int=5)), "Lumen", "Too many", "threshold")
    assert (told.why, told.sequence, told.severity, told.state) == ("opened", 1, "warning", "firing")
    assert (told.opened_at, told.explanation) == (NOW, EXPLANATION)


def test_a_delivery_that_is_decided_twice_has_one_id() -> None:
    """The ids are those of earlier versions: a message that was sent before an upgrade is known again after it."""
    assert delivery().id == delivery().id == UUID("82ac2dc9-171a-593b-a4b8-5e877aabf9ff")


def test_another_incident_channel_reason_or_sequence_is_another_delivery() -> None:
    other = Channel(workspace_id=SPACE, id=UUID(int=6), language="en", timezone="UTC")
    made = [delivery(), delivery(other), delivery(why="reminder"), delivery(sequence=2), delivery(number=7)]
    assert len({each.id for each in made}) == len({each.message["id"] for each in made}) == 5


@pytest.mark.parametrize(("language", "spoken"), [("fr", "fr"), ("en", "en"), ("de", "en")])
def test_a_channel_in_a_language_that_we_do_not_speak_is_told_in_english(language: str, spoken: str) -> None:
    channel = Channel(workspace_id=SPACE, id=CHANNEL.id, language=language, timezone="UTC")
    assert message_from_json(delivery(channel).message).language == spoken
