"""The tables, one file per subject, over the columns that `base` gives to many of them.

`workspace`: who may do what; `people`: what goes with its members; `login`: how they prove who they are. `watching`:
brands, sources, and what each poll brought. `mention`: what was said, its stories, its matches with brands, and their
counts by hour. `judging`: what decides a stance beside the model; `scoring`: which models have scored. `labelling`:
what people labelled, and answers to surveys. `importing`: files that were imported, and what each brought. `triage`:
what people changed of many mentions at once, and its undo; `views`: what they keep for their daily work. `alerting`:
when we speak, and to whom.
"""

from .alerting import AlertRule, Channel, Delivery, IncidentEvent, IncidentRow, Silence, Withheld
from .base import Base, Json, uuid7
from .importing import FileImport, ImportedAnswer, ImportedMention
from .judging import ModelRun, Phrase, Restance
from .labelling import AuditMatch, SurveyResponse
from .login import AccountMail, KeptForm, RecoveryCode, SecondFactor
from .mention import Bucket, DayBucket, DirtyHour, Match, Mention, Revision, Story
from .people import ForYou, Invitation, KeyUsage, Letter
from .scoring import ScorerRow
from .triage import BulkChange, BulkItem
from .views import CannedAnswer, Claim, SavedView
from .watching import Brand, Host, Poll, Quarantined, RematchCandidate, ShareLink, Source, Usage
from .workspace import (
    ApiKey,
    AuditEntry,
    Heartbeat,
    IdempotentAnswer,
    LoginAttempts,
    LoginSession,
    Member,
    OneTimeLink,
    RequestCount,
    User,
    Workspace,
)

__all__ = [
    "AccountMail",
    "AlertRule",
    "ApiKey",
    "AuditEntry",
    "AuditMatch",
    "Base",
    "Brand",
    "Bucket",
    "BulkChange",
    "BulkItem",
    "CannedAnswer",
    "Channel",
    "Claim",
    "DayBucket",
    "Delivery",
    "DirtyHour",
    "FileImport",
    "ForYou",
    "Heartbeat",
    "Host",
    "IdempotentAnswer",
    "ImportedAnswer",
    "ImportedMention",
    "IncidentEvent",
    "IncidentRow",
    "Invitation",
    "Json",
    "KeptForm",
    "KeyUsage",
    "Letter",
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
    "RecoveryCode",
    "RematchCandidate",
    "RequestCount",
    "Restance",
    "Revision",
    "SavedView",
    "ScorerRow",
    "SecondFactor",
    "ShareLink",
    "Silence",
    "Source",
    "Story",
    "SurveyResponse",
    "Usage",
    "User",
    "Withheld",
    "Workspace",
    "uuid7",
]
