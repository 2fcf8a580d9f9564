"""E-mail: what customers write to a mailbox, read by IMAP and never marked as read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from collectors._kit.fields import Address, Line, Params
from collectors._kit.texts import texts_of
from collectors._kit.times import moment
from collectors.base import Collector, Cursor, Page, Window
from ground.notice import Notice

from .letters import Whose, batches, read
from .mailbox import Folder, Imap, Security, connect, day, enter, facts, log_in, log_in_with_token, search
from .oauth import refresh_access

FIRST = timedelta(days=7)
MOST = 2_000  # letters in one reading; the next one goes on

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]{2,45}\]?")


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise ValueError("give only the name of the mail server, like imap.example.org")
    return name.lower()


class Mailbox(Params):
    """A mailbox, and how to log in to it: with a password, or with an OAuth refresh token."""

    host: Annotated[str, StringConstraints(strip_whitespace=True, max_length=253), AfterValidator(_host)] = Field(
        title="Mail server (IMAP)", examples=["imap.example.org"], json_schema_extra={"destination": True}
    )
    port: int = Field(
        default=993,
        title="Port",
        ge=1,
        le=65535,
        description="993 with TLS, 143 with STARTTLS.",
        json_schema_extra={"destination": True},
    )
    security: Security = Field(
        default="tls",
        title="Encryption",
        json_schema_extra={
            "labels": {"tls": "TLS (usual)", "starttls": "STARTTLS", "none": "None (servers of your own only)"},
            "destination": True,
        },
        description="Without encryption, Vigie reads only servers that its operator has allowed.",
    )
    username: Line = Field(
        title="User name", description="Most often the whole address of the mailbox.", examples=["avis@example.org"]
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        title="Password",
        max_length=500,
        description="With Gmail, iCloud or Yahoo an app password. Leave it empty when you give a refresh token.",
    )
    client_id: Line = Field(
        default="", title="Client id (OAuth)", description="Of your application at Google, Microsoft …"
    )
    client_secret: SecretStr = Field(default=SecretStr(""), title="Client secret (OAuth)", max_length=2_000)
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token (OAuth)", max_length=8_000)
    token_url: Address = Field(
        default="https://oauth2.googleapis.com/token",
        title="Address that renews tokens (OAuth)",
        description="For Microsoft: https://login.microsoftonline.com/common/oauth2/v2.0/token",
    )
    folder: Line = Field(
        default="INBOX", title="Folder", description="A folder or label of this mailbox, as it is shown there."
    )
    split_alerts: bool = Field(
        default=True,
        title="Split Google Alerts",
        description="A Google Alerts e-mail becomes one mention for each of its links.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Mailbox:
        if not (self.password.get_secret_value() or self.refresh_token.get_secret_value()):
            raise ValueError("give a password, or a refresh token with its client id")
        return self


def pages(params: Mailbox, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The letters that arrived since the last run, oldest first, up to 50 or 8 MB a page; at first those of 7 days.

    The cursor holds `validity` and `uid` of the last letter read, and its arrival as `since`. When the server numbers
    its letters anew, those since then are read again; their Message-IDs keep them from being stored twice.

    A search gives all numbers at once, so there is no listing to walk: the letters are only fetched batch by batch.
    """
    whose = Whose(params.host, params.username, params.split_alerts)
    with _open_folder(params, http) as (box, folder):
        due, start = _due(box, folder, cursor, datetime.now(UTC))
        waiting = facts(box, due[:MOST])
        if not waiting:
            yield Page((), start, unchanged=dict(start) == dict(cursor))
            return
        warning = _more(len(due))
        for batch in batches(waiting):
            letters = read(box, batch, whose)
            start = {**start, "uid": batch[-1].uid, "since": max(fact.arrived for fact in batch).isoformat()}
            yield Page(letters.mentions, start, broken=letters.broken, warning=warning)


def backfill(params: Mailbox, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The letters that arrived in a window, newest first.

    The cursor holds the arrival (`to`) and the `uid` of the last one given. Letters belong to the window by their
    arrival, not by the date their sender wrote, so that `Rewind`, which goes by that date, does not serve here.
    """
    whose = Whose(params.host, params.username, params.split_alerts)
    with _open_folder(params, http) as (box, folder):
        reached, uid = moment(cursor.get("to")) or window.until, _uid(cursor)
        if cursor.get("validity") != folder.validity:
            uid = 2**32  # numbered anew: letters that arrived at that moment are given again rather than lost
        days = (day(window.since - timedelta(days=1)), day(window.until + timedelta(days=2)))
        around = facts(box, search(box, "SINCE", days[0], "BEFORE", days[1]))
        due = [
            fact
            for fact in sorted(around, key=lambda fact: (fact.arrived, fact.uid), reverse=True)
            if window.holds(fact.arrived) and (fact.arrived < reached or (fact.arrived == reached and fact.uid < uid))
        ]
        for batch in batches(due):
            letters, last = read(box, batch, whose), batch[-1]
            ended = last is due[-1]
            onward: Cursor = {"validity": folder.validity, "to": last.arrived.isoformat(), "uid": last.uid}
            yield Page(letters.mentions, onward, broken=letters.broken, reached=window.since if ended else last.arrived)
        if not due:
            yield Page((), {**cursor, "validity": folder.validity}, reached=window.since)


@contextmanager
def _open_folder(params: Mailbox, http: httpx2.Client) -> Iterator[tuple[Imap, Folder]]:
    """Logs in and opens the folder for reading only, for the time of a `with`."""
    token = _token(params, http)
    with connect(http, params.host, params.port, params.security) as box:
        if token:
            log_in_with_token(box, params.host, params.username, token)
        else:
            log_in(box, params.host, params.username, params.password.get_secret_value())
        yield box, enter(box, params.host, params.folder)


def _token(params: Mailbox, http: httpx2.Client) -> str:
    refresh = params.refresh_token.get_secret_value()
    secret = params.client_secret.get_secret_value()
    return refresh_access(http, params.token_url, params.client_id, secret, refresh) if refresh else ""


def _due(box: Imap, folder: Folder, cursor: Cursor, now: datetime) -> tuple[list[int], Cursor]:
    """The numbers of the letters to read, ascending, and the cursor to go on from."""
    last = _uid(cursor)
    if cursor.get("validity") == folder.validity and last:
        newer = search(box, "UID", f"{last + 1}:*")  # `*` is the last letter, even one that was read already
        return [uid for uid in newer if uid > last], cursor
    since = moment(cursor.get("since"))
    uids = search(box, "SINCE", day((since or now) - (timedelta(days=1) if since else FIRST)))
    return uids, {"validity": folder.validity, "uid": max(uids, default=folder.next_uid - 1), **_since(cursor)}


def _since(cursor: Cursor) -> Cursor:
    return {"since": cursor["since"]} if cursor.get("since") else {}


def _uid(cursor: Cursor) -> int:
    """The number of the last letter read; 0 at first."""
    uid = cursor.get("uid")
    return uid if isinstance(uid, int) else 0


def _more(waiting: int) -> Notice | None:
    if waiting <= MOST:
        return None
    return Notice(
        "{count} messages were waiting: Vigie read the {most} oldest; the next readings bring the rest",
        {"count": waiting, "most": MOST},
    )


collector = Collector(
    kind="email",
    **texts_of(__name__),
    params=Mailbox,
    address="host",
    pages=pages,
    backfill=backfill,
    platform="email",
    group="own",
    auth="password",
    min_interval=timedelta(minutes=5),
    default_interval=timedelta(minutes=15),
    retention_days=180,
    may_train=False,
)
