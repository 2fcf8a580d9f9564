"""What the refusals of a Lemmy instance mean, in either of its versions."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import httpx2

from collectors._kit.refusals import Complaint, Refusal, Refusals, pause_or
from collectors.base import SourceBusy, SourceError, SourceRefused
from ground.notice import Json

PAUSE = timedelta(minutes=10)  # the time over which it counts; version 3 answers 400 when the limit is used up
ERRORS = range(400, 1000)


class Gone(SourceError):
    """Nothing answers there: the instance speaks another version, or it is no Lemmy."""


def _beginning(answer: httpx2.Response) -> Json:
    """The first words of an answer, which name its error, JSON or not."""
    return answer.content[:1_000].lstrip()[:200].decode("utf-8", "replace")


def _asks_for_content(complaint: Complaint) -> bool:
    return "/site" not in urlsplit(complaint.url).path


NO_COMMUNITY = "{host} does not know this community: check its name"
PRIVATE = "{host} is private, or refuses programs: ask its owner"
NO_API = "{host} has no such interface"
REFUSALS = Refusals(
    (
        Refusal(
            SourceBusy,
            "{host} asks us to read less often (429)",
            status=ERRORS,
            phrase="rate_limit",
            wait=pause_or(PAUSE),
        ),
        Refusal(SourceError, NO_COMMUNITY, status=ERRORS, phrase="couldnt_find_community"),
        Refusal(SourceError, NO_COMMUNITY, status=ERRORS, phrase='"not_found"', when=_asks_for_content),
        Refusal(SourceRefused, PRIVATE, status={401, 403}),
        Refusal(SourceRefused, PRIVATE, status=ERRORS, phrase="instance_is_private"),
        Refusal(Gone, NO_API, status={404}),
        Refusal(Gone, NO_API, status=range(200, 300), phrase="^<"),
    ),
    words=("",),
    read=_beginning,
)
