"""What the refusals of Bluesky mean, of a login and of a search."""

from __future__ import annotations

from collections.abc import Mapping

from collectors._kit.items import fit
from collectors._kit.refusals import Complaint, Refusal, Refusals, stated_pause
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json


class ExpiredSession(SourceError):
    """The session has expired."""


class FailedSearch(SourceError):
    """The search failed for a reason of the server's own."""


def _is_named(complaint: Complaint) -> bool:
    return bool(complaint.codes)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    """What Bluesky says went wrong, else its name for the error."""
    return {"said": fit(complaint.words, 200) or next(iter(complaint.codes), "")}


NOT_LOGGED_IN = "{host} refuses the handle or the app password ({status}): create a new app password and paste it"
IN_ANY_CASE = (
    Refusal(
        SourceRefused,
        "{host} has closed the account that Vigie searches with: use another one",
        codes={"AccountTakedown"},
    ),
    Refusal(
        SourceRefused,
        "{host} asks for a code by e-mail: give an app password, not the account's own",
        codes={"AuthFactorTokenRequired"},
    ),
    Refusal(SourceBusy, "{host} asks us to search less often ({status})", status={429, 503}, wait=stated_pause),
    Refusal(SourceRefused, NOT_LOGGED_IN, status={401, 403}),
)
OF_A_LOGIN = Refusals(
    (*IN_ANY_CASE, Refusal(SourceRefused, NOT_LOGGED_IN, status={400}, when=_is_named)),
    codes=("error",),
)
OF_A_SEARCH = Refusals(
    (
        Refusal(ExpiredSession, "the session has run out", status={400, 401}, codes={"ExpiredToken", "InvalidToken"}),
        Refusal(
            FailedSearch,
            "the search of {host} fails for the moment ({status}); the next reading goes on from here",
            status={500, 502, 504},
        ),
        *IN_ANY_CASE,
        Refusal(
            SourceRefused,
            "{host} cannot search for this. Change the words of the source: «{said}»",
            status={400},
            when=_is_named,
        ),
    ),
    codes=("error",),
    words=("message",),
    facts=_facts,
)
