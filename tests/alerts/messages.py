"""Messages for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alerts.base import Message


def retold(message: Message, **incident: Any) -> Message:
    """The message with other facts about its incident."""
    return replace(message, subject=replace(message.subject, **incident))
