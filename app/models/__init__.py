"""The tables: who (workspace), what is watched (watching), what was said (mention), judged (judging) and by which model
(scoring), what people labelled and answered (labelling), when we speak (alerting)."""

from .alerting import AlertRule, Channel, Delivery, IncidentEvent, IncidentRow
from .base import Base, Json, uuid7
from .judging import ModelRun, Phrase, Restance
from .labelling import AuditMatch, SurveyResponse
from .mention import Bucket, DirtyHour, Match, Mention, Revision, Story
from .scoring import ScorerRow
from .watching import Brand, Host, Poll, Quarantined, Source, Usage
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
    "AuditMatch",
    "Base",
    "Brand",
    "Bucket",
    "Channel",
    "Delivery",
    "DirtyHour",
    "Heartbeat",
    "Host",
    "IdempotentAnswer",
    "IncidentEvent",
    "IncidentRow",
    "Json",
    "LoginAttempts",
    "LoginSession",
    "Match",
    "Member",
    "Mention",
    "ModelRun",
    "OneTimeLink",
    "Phrase",
    "Poll",
    "Quarantined",
    "Restance",
    "Revision",
    "ScorerRow",
    "Source",
    "Story",
    "SurveyResponse",
    "Usage",
    "User",
    "Workspace",
    "uuid7",
]
