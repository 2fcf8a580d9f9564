"""What the refusals of Reddit's API mean: to a login, for a subreddit, and for a search."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

from collectors._kit.refusals import Complaint, Refusal, Refusals, any_body, pause_or
from collectors.base import SourceBusy, SourceRefused

PAUSE = timedelta(minutes=10)  # its limits are counted over ten minutes
SUBREDDIT = re.compile(r"/r/[^/]+/")
SUCCESS = range(200, 300)


def subreddit_of(path: str) -> str:
    """The name of the subreddit that a path is below; empty where it is below none."""
    return path.split("/")[2] if path.startswith("/r/") else ""


def _leads_elsewhere(complaint: Complaint) -> bool:
    """Whether Reddit shows another page instead of the subreddit, as it does for names that nobody has taken."""
    subreddit = SUBREDDIT.search(f"{urlsplit(complaint.asked).path}/".lower())
    path = f"{urlsplit(complaint.url).path}/".lower()
    return complaint.was_redirected and subreddit is not None and subreddit[0] not in path


def _gives_no_token(complaint: Complaint) -> bool:
    body = complaint.body
    return isinstance(body, dict) and "error" in body and "access_token" not in body


BUSY = Refusal(SourceBusy, "{host} asks us to read less often (429)", status={429}, wait=pause_or(PAUSE))
OWN_TOKEN = Refusal(
    SourceRefused,
    "Reddit no longer accepts its own token (401): check that the app still exists",
    status={401},
)
CLOSED = {403, 404}
FOR_PAYING = "only paying members of Reddit may read r/{name}: remove the source"
NO_SUCH = "there is no r/{name} on Reddit (any more): check its name"
OF_A_SUBREDDIT = Refusals(
    (
        Refusal(SourceRefused, NO_SUCH, status=SUCCESS, when=_leads_elsewhere),
        OWN_TOKEN,
        Refusal(
            SourceRefused,
            "r/{name} is private: only its members may read it. Remove the source, or ask its moderators",
            status=CLOSED,
            codes={"private"},
        ),
        Refusal(
            SourceRefused,
            "Reddit has put r/{name} in quarantine and does not show it to applications: remove the source",
            status=CLOSED,
            codes={"quarantined"},
        ),
        Refusal(
            SourceRefused,
            "Reddit shows r/{name} only to people who confirmed that they want to see it: remove the source",
            status=CLOSED,
            codes={"gated"},
        ),
        Refusal(
            SourceRefused,
            "Reddit has banned r/{name}: there is nothing left to read. Remove the source",
            status=CLOSED,
            codes={"banned"},
        ),
        Refusal(
            SourceRefused,
            "only Reddit's own staff may read r/{name}: remove the source",
            status=CLOSED,
            codes={"employees_only"},
        ),
        Refusal(SourceRefused, FOR_PAYING, status=CLOSED, codes={"gold_only", "premium_only"}),
        Refusal(SourceRefused, NO_SUCH, status={404}),
        Refusal(
            SourceRefused,
            "Reddit does not let this app read r/{name} (403): check that it is public, and that the app is approved",
            status={403},
        ),
        BUSY,
    ),
    codes=("reason",),
)
OF_A_SEARCH = Refusals(
    (
        OWN_TOKEN,
        Refusal(
            SourceRefused,
            "Reddit does not let this app search (403): check that Reddit has approved it",
            status={403},
        ),
        BUSY,
    )
)
OF_A_LOGIN = Refusals(
    (
        BUSY,
        Refusal(
            SourceRefused,
            "Reddit refuses the client id or the secret ({status}): copy both again from the app, or see whether it "
            "was revoked",
            status={400, 401, 403},
        ),
        Refusal(
            SourceRefused,
            "Reddit gives no token for this app: it has to be of the type «script» or «web app»",
            status=SUCCESS,
            when=_gives_no_token,
        ),
    ),
    read=any_body,
)
