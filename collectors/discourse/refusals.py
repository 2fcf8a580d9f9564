"""What the refusals of a Discourse forum mean, with an API key and without one."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from collectors._kit.limits import retry_after, seconds
from collectors._kit.refusals import Complaint, Refusal, Refusals, values_at
from collectors.base import SourceBusy, SourceError, SourceRefused


def _wait(complaint: Complaint) -> timedelta | None:
    """The pause of the header, else that in the body: `extras.wait_seconds`."""
    stated = retry_after(complaint.headers.get("retry-after"), complaint.now)
    return seconds(next(values_at(complaint.body, "extras.wait_seconds"), None)) if stated is None else stated


def _leads_to_login(complaint: Complaint) -> bool:
    path = urlsplit(complaint.url).path
    return "/login" in path or "/session/sso" in path


def _is_search(complaint: Complaint) -> bool:
    return urlsplit(complaint.url).path.endswith("/search.json")


MEMBERS_ONLY = "{host} shows its forum to members only: ask its owner for an API key and paste it here"
IN_ANY_CASE = (
    Refusal(SourceBusy, "{host} asks us to read less often (429)", status={429}, wait=_wait),
    Refusal(SourceRefused, MEMBERS_ONLY, when=_leads_to_login),
    Refusal(
        SourceError,
        "{host} does not accept this search: make it longer, or simpler",
        status={400},
        when=_is_search,
    ),
)
WITH_KEY = Refusals(
    (
        *IN_ANY_CASE,
        Refusal(
            SourceRefused,
            "{host} refuses the API key or the user name (403): the key may have been revoked. "
            "Ask the forum's owner for a new one and paste it here",
            status={403},
        ),
    )
)
WITHOUT_KEY = Refusals(
    (
        *IN_ANY_CASE,
        Refusal(SourceRefused, MEMBERS_ONLY, status={403}, codes={"not_logged_in"}),
        Refusal(
            SourceRefused,
            "{host} refuses to show this to visitors (403): ask its owner for an API key, or to allow it",
            status={403},
        ),
    ),
    codes=("error_type",),
)
