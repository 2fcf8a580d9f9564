"""The reasons X gives for refusing, and what to do about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from collectors._kit.items import fit
from collectors._kit.refusals import Complaint, Refusal, Refusals, judge, values_at
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json


class TooOld(SourceRefused):
    """X refuses ids from before its seven days; `end` names the parameter it refused, `since_id` or `until_id`."""

    def __init__(self, text: str, *, end: str) -> None:
        super().__init__(text)
        self.end = end


def sentence(problem: Json) -> str:
    """What went wrong in X's own words: from the first error that it lists, else from the answer as a whole."""
    inner = next((value for value in values_at(problem, "errors.*") if isinstance(value, dict)), None)
    places = ((inner, "message"), (inner, "detail"), (problem, "detail"), (problem, "title"))
    texts = (value for where, name in places for value in values_at(where, name))
    return fit(next((text for text in texts if isinstance(text, str) and text), ""), 200).rstrip(". ") or "no details"


def _names(parameter: str) -> Callable[[Complaint], bool]:
    return lambda complaint: parameter in sentence(complaint.body)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    return {"reason": sentence(complaint.body)}


KIND_OF_PROBLEM = ("type", "title", "reason")
TOO_OLD = "X goes back only 7 days: Vigie cannot read what was posted before"
REFUSALS = Refusals(
    (
        Refusal(partial(TooOld, end="until_id"), TOO_OLD, status={400}, when=_names("until_id")),
        Refusal(partial(TooOld, end="since_id"), TOO_OLD, status={400}, when=_names("since_id")),
        Refusal(SourceRefused, "X cannot read this search: {reason}. Change it", status={400}),
        Refusal(
            SourceRefused,
            "X does not know this token (401): it was revoked, or badly copied. Create a new Bearer token in the "
            "developer console of X and paste it here",
            status={401},
        ),
        Refusal(
            SourceRefused,
            "the credits of this X developer account are used up (402): buy credits in the developer console of X",
            status={402},
        ),
        Refusal(
            SourceRefused,
            "the app of this token has no access to the X API v2 (403): put it into a project with access, in the "
            "developer console of X",
            status={403},
            phrase="client-forbidden|client-not-enrolled|client forbidden",
        ),
        Refusal(
            SourceRefused,
            "X needs another kind of token (403): paste the Bearer token of the app, not its API key",
            status={403},
            phrase="unsupported-authentication",
        ),
        Refusal(SourceRefused, "X refuses this reading (403): {reason}", status={403}),
        Refusal(
            SourceBusy,
            "the app of this token has read all the posts that X lets it read this month: wait for its next "
            "billing month, or ask X for more",
            status={429},
            phrase="usage-capped|usagecapexceeded",
            wait=timedelta(hours=24),
        ),
    ),
    words=KIND_OF_PROBLEM,
    facts=_facts,
)

NO_ANSWER = Refusal(SourceError, "X could not answer: {reason}")
OF_A_SEARCH = Refusals((NO_ANSWER,), facts=_facts)
OF_AN_ACCOUNT = Refusals(
    (
        Refusal(
            SourceRefused,
            "X has no account with the number {id}: it was closed, or the number is wrong",
            phrase="resource-not-found|not found",
        ),
        Refusal(
            SourceRefused,
            "the account with the number {id} is private or suspended: X shows nothing of it",
            phrase="not-authorized|authorization",
        ),
        NO_ANSWER,
    ),
    words=KIND_OF_PROBLEM,
    facts=_facts,
)
"""For answers with status 200 that hold nothing but errors."""


def why_empty(errors: Any, user_id: str, host: str, now: datetime) -> SourceError | None:
    """The error for an answer with status 200 that holds only `errors`; None when it lists none.

    `user_id` is empty for a search.
    """
    first = next((error for error in errors if isinstance(error, dict)), None) if isinstance(errors, list) else None
    if first is None:
        return None
    refusals = OF_AN_ACCOUNT.about(id=user_id) if user_id else OF_A_SEARCH
    return judge(refusals, Complaint(host, now, status=200, body=first))
