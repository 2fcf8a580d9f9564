"""Messages and explanations as the JSON in which rows keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from .base import Explanation, IncidentNotice, Message

_EXPLANATION = TypeAdapter(Explanation)
_MESSAGE = TypeAdapter(Message)
_FLAT = {"incident_id": "id"} | {field.name: field.name for field in fields(IncidentNotice) if field.name != "id"}
"""The fields of an incident as messages stored them until 2026, beside the id of the message itself."""


def message_to_json(message: Message) -> dict[str, Any]:
    """A JSON object that `message_from_json` reads back to an equal value."""
    content: dict[str, Any] = _MESSAGE.dump_python(message, mode="json")
    return content


def message_from_json(stored: Mapping[str, Any]) -> Message:
    """Reads a message, also one from before messages had a subject: those wait in the databases of running services.

    Raises ValueError (as pydantic.ValidationError) when it is neither.
    """
    if not isinstance(stored, Mapping):
        raise ValueError("a message is an object")
    return _MESSAGE.validate_python(stored if "subject" in stored else _with_subject(stored))


def explanation_to_json(explanation: Explanation) -> dict[str, Any]:
    """A JSON object that `explanation_from_json` reads back to an equal value."""
    content: dict[str, Any] = _EXPLANATION.dump_python(explanation, mode="json")
    return content


def explanation_from_json(stored: Mapping[str, Any]) -> Explanation:
    """Raises pydantic.ValidationError when `stored` was not written by `explanation_to_json`."""
    return _EXPLANATION.validate_python(stored)


def _with_subject(flat: Mapping[str, Any]) -> dict[str, Any]:
    """A message of the old shape, in which the fields of its incident were flat, in today's shape."""
    incident = {name: flat[former] for former, name in _FLAT.items() if former in flat}
    return {**{name: value for name, value in flat.items() if name not in _FLAT}, "subject": incident}
