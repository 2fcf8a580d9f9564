"""What TikTok's errors mean. It sends them with HTTP status 200 and a `code` other than 0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from collectors._kit.refusals import Complaint, Refusal, Refusals, any_body, pause_or
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json

PAUSE = timedelta(minutes=5)


def _is_error(complaint: Complaint) -> bool:
    return any(isinstance(code, int) and code for code in complaint.codes)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    """The status in our sentences is the code, because the HTTP status says nothing."""
    return {"status": next(iter(complaint.codes), "")}


REFUSALS = Refusals(
    (
        Refusal(
            SourceBusy,
            "{host} received too many requests and asks for a pause",
            codes={40016, 40100, 40132, 40133, 50002},
            wait=pause_or(PAUSE),
        ),
        Refusal(
            SourceRefused,
            "the access token has expired: connect the account again, and paste the new token here",
            codes={40102},
        ),
        Refusal(
            SourceRefused,
            "the access token is missing: paste the one that TikTok gave when the account was connected",
            codes={40104},
        ),
        Refusal(
            SourceRefused,
            "the access token is not accepted, or was withdrawn: connect the account again, and paste the new one here",
            codes={40105},
        ),
        Refusal(
            SourceRefused,
            "TikTok does not let this app do that ({code}): have it approved for comments and videos, and connect the "
            "account again with both permissions",
            codes={40001, 40003, 40110},
        ),
        Refusal(
            SourceRefused,
            "TikTok has no such account, or does not show it to this token ({code}): check the business id",
            codes={40002, 40006, 40007},
        ),
        Refusal(
            SourceError,
            "{host} has a problem of its own ({status}); the next reading is automatic",
            codes=range(50_000, 10**9),
        ),
        Refusal(SourceError, "{host} refused the request with its error {code}", when=_is_error),
    ),
    codes=("code",),
    read=any_body,
    facts=_facts,
)
