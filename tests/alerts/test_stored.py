from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.stored import explanation_from_json, explanation_to_json, message_from_json, message_to_json
from tests.alerts.messages import retold

FLAT = json.loads((Path(__file__).parent / "stored/flat_message.json").read_text(encoding="utf-8"))
"""What a version of November 2026 stored for the message of `conftest`."""


@pytest.mark.parametrize("test", [True, False])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_what_is_stored_is_json_and_comes_back_equal(message, why, test):
    message = replace(retold(message, why=why), test=test)
    assert message_from_json(json.loads(json.dumps(message_to_json(message)))) == message


def test_an_explanation_comes_back_equal(explanation):
    assert explanation_from_json(json.loads(json.dumps(explanation_to_json(explanation)))) == explanation


def test_a_message_that_an_older_version_stored_is_the_same_message(message):
    assert message_from_json(FLAT) == message


def test_the_ids_of_an_older_message_stay_apart():
    read = message_from_json({**FLAT, "id": "msg_1", "incident_id": "incident-2"})
    assert (read.id, read.subject.id) == ("msg_1", "incident-2")


def test_an_older_message_may_lack_what_has_a_default():
    bare = {name: value for name, value in FLAT.items() if name not in ("language", "timezone", "test")}
    read = message_from_json(bare)
    assert (read.language, read.timezone, read.test) == ("en", "UTC", False)


@pytest.mark.parametrize(
    "stored", [{}, {"subject": {}}, {"id": "x"}, {**FLAT, "why": "bored"}, {**FLAT, "subject": None}]
)
def test_what_is_no_message_is_refused(stored):
    with pytest.raises(ValidationError):
        message_from_json(stored)
