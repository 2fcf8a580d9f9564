"""The tables: who (workspace), what is watched (watching), what was said (mention) and which model judged it
(scoring), when we speak (alerting)."""

from .alerting import AlertRule, Channel, Delivery, IncidentEvent, IncidentRow
from .base import Base, Json, uuid7
from .mention import Bucket, DirtyHour, Match, Mention, Revision, Story
from .scoring import ScorerRow
from .watching import Brand, Poll, Quarantined, Source
from .workspace import (
    ApiKey,
    AuditEntry,
    Heartbeat,
    IdempotentAnswer,
    LoginAttempts,
    LoginSession,
    Member,
    OneTimeLink,
    User,
    Workspace,
)

__all__ = [
    "AlertRule",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Brand",
    "Bucket",
    "Channel",
    "Delivery",
    "DirtyHour",
    "Heartbeat",
    "IdempotentAnswer",
    "IncidentEvent",
    "IncidentRow",
    "Json",
    "LoginAttempts",
    "LoginSession",
    "Match",
    "Member",
    "Mention",
    "OneTimeLink",
    "Poll",
    "Quarantined",
    "Revision",
    "ScorerRow",
    "Source",
    "Story",
    "User",
    "Workspace",
    "uuid7",
]
