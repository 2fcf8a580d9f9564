"""What X says when it gives nothing, and what to do about it."""

from __future__ import annotations

from datetime import timedelta

import httpx2
from pydantic_core import from_json

from collectors._kit.answers import Part, Text
from collectors._kit.items import fit
from collectors.base import SourceBusy, SourceError, SourceRefused

from .posts import Many


class TooOld(SourceRefused):
    """X takes no ids from before its seven days; `end` is the one that it refused."""

    def __init__(self, end: str) -> None:
        super().__init__("X goes back 7 days only: what was posted before them cannot be read")
        self.end = end


class Problem(Part):
    type: Text = ""
    title: Text = ""
    detail: Text = ""
    message: Text = ""
    reason: Text = ""
    errors: Many = ()

    def says(self, *words: str) -> bool:
        told = f"{self.type} {self.title} {self.reason}".lower()
        return any(word in told for word in words)

    @property
    def sentence(self) -> str:
        """What X says went wrong, in its own words."""
        inner = next((Problem.model_validate(one) for one in self.errors if isinstance(one, dict)), None)
        told = (inner.message or inner.detail if inner else "") or self.detail or self.title
        return fit(told, 200).rstrip(". ") or "no details"


def judge(answer: httpx2.Response) -> SourceError | None:
    """What an answer of X means that other platforms do not write so; None for the usual ones."""
    if answer.is_success or answer.status_code >= 500:
        return None
    problem = _problem(answer)
    match answer.status_code:
        case 400 if end := next((end for end in ("until_id", "since_id") if end in problem.sentence), ""):
            return TooOld(end)
        case 400:
            return SourceRefused("X cannot read this search: {reason}. Change it", reason=problem.sentence)
        case 401:
            return SourceRefused(
                "X does not know this token (401): it was revoked, or badly copied. Create a new Bearer token in the "
                "developer console of X and paste it here"
            )
        case 402:
            return SourceRefused(
                "the credits of this X developer account are used up (402): buy credits in the developer console of X"
            )
        case 403:
            return _forbidden(problem)
        case 429 if problem.says("usage-capped", "usagecapexceeded"):
            return SourceBusy(
                "the app of this token has read all the posts that X lets it read this month: wait for its next "
                "billing month, or ask X for more",
                wait=timedelta(hours=24),
            )
    return None


def _forbidden(problem: Problem) -> SourceRefused:
    if problem.says("client-forbidden", "client-not-enrolled", "client forbidden"):
        return SourceRefused(
            "the app of this token has no access to the X API v2 (403): put it into a project with access, in the "
            "developer console of X"
        )
    if problem.says("unsupported-authentication"):
        return SourceRefused(
            "X wants a token of another kind (403): paste the Bearer token of the app, not its API key"
        )
    return SourceRefused("X refuses this reading (403): {reason}", reason=problem.sentence)


def _problem(answer: httpx2.Response) -> Problem:
    """The body of a refusal as far as it can be read: a 429 is plain text."""
    try:
        body = from_json(answer.content)
        return Problem.model_validate(body if isinstance(body, dict) else {})
    except ValueError:
        return Problem()


def unfound(errors: object, user_id: str) -> SourceError | None:
    """Why an answer with status 200 brings nothing but errors; None when it has none."""
    first = next((one for one in errors if isinstance(one, dict)), None) if isinstance(errors, list) else None
    if first is None:
        return None
    problem = Problem.model_validate({name: value for name, value in first.items() if isinstance(value, str)})
    if user_id and problem.says("resource-not-found", "not found"):
        return SourceRefused(
            "X knows no account with the number {id}: it was closed, or the number is wrong", id=user_id
        )
    if user_id and problem.says("not-authorized", "authorization"):
        return SourceRefused(
            "the account with the number {id} is private or suspended: X shows nothing of it", id=user_id
        )
    return SourceError("X could not answer: {reason}", reason=problem.sentence)
