"""What a mail server means by NO: to a name and a password, to an authorization, to a command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from collectors._kit.refusals import Complaint, Refusal, Refusals, meets, must_judge
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json

LONGEST = 300


def printable(words: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)[:LONGEST]


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    return {"said": printable(complaint.words)}


NO_ENCRYPTION = "{host} does not accept a password without encryption: choose TLS, on port 993"
BUSY = Refusal(
    SourceBusy,
    "{host} asks Vigie to come back later: it is busy, or has too many connections",
    phrase=r"\[(?:UNAVAILABLE|INUSE|LIMIT|THROTTLED|OVERQUOTA)\]|too many|try again|later|throttl",
)
OF_A_COMMAND = Refusals(
    (BUSY, Refusal(SourceError, "{host} refused what Vigie asked of the mailbox: {said}")),
    words=("",),
    facts=_facts,
)
OF_A_PASSWORD = Refusals(
    (
        Refusal(
            SourceRefused,
            "{host} requires an app password instead of your usual one: create one in the settings of the account",
            phrase="app(?:lication)?[- ]?(?:specific )?password|web login|basic auth",
        ),
        Refusal(
            SourceRefused,
            "the password of this mailbox has expired: give the new one",
            phrase=r"(?-i:\[EXPIRED\])",
        ),
        Refusal(SourceRefused, NO_ENCRYPTION, phrase=r"(?-i:\[PRIVACYREQUIRED\]|isallowed)"),
        BUSY,
        Refusal(
            SourceRefused,
            "{host} refuses the name or the password: check both (Gmail, iCloud and Yahoo want an app password)",
        ),
    ),
    words=("",),
)
OF_AN_AUTHORIZATION = Refusals(
    (
        BUSY,
        Refusal(
            SourceRefused,
            "{host} refuses the authorization: check that IMAP is switched on for this mailbox, then authorize again",
        ),
    ),
    words=("",),
)


def refusal(refusals: Refusals, host: str, words: str) -> SourceError:
    """The error that a server's words stand for."""
    return must_judge(refusals, Complaint(host, datetime.now(UTC), body=words))


def is_busy(words: str) -> bool:
    return meets(Complaint("", datetime.now(UTC), words=words), BUSY)
