"""Telegram bot: the messages of the groups and channels where your bot is a member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hmac import compare_digest
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr
from pydantic_core import from_json

from collectors._kit.answers import Part, answer_of
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Params
from collectors._kit.limits import seconds
from collectors._kit.paging import cap_warning
from collectors._kit.refusals import Complaint, Refusal, Refusals, values_at
from collectors._kit.texts import texts_of
from collectors._kit.times import moment
from collectors._kit.walk import walk
from collectors.base import (
    Collector,
    Cursor,
    Inbound,
    Page,
    Received,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceRefused,
    Unsigned,
)

from .messages import KINDS, Batch, read_updates

PAGE_SIZE, MOST_PAGES = 100, 50
QUIET = timedelta(days=6)

NO_TOKEN = "Telegram does not accept this token: it was revoked, or not copied whole. Ask @BotFather for it again"  # noqa: S105


def _wait(complaint: Complaint) -> timedelta | None:
    return seconds(next(values_at(complaint.body, "parameters.retry_after"), None))


REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "this bot sends its messages to an address, so Vigie cannot ask for them: have it send them to this "
            "source, or call deleteWebhook",
            status={409},
            phrase="webhook",
        ),
        Refusal(
            SourceRefused,
            "another program reads the messages of this bot too: only one may, so give Vigie a bot of its own",
            status={409},
        ),
        Refusal(SourceRefused, NO_TOKEN, status={401, 403, 404}),
        Refusal(SourceBusy, "{host} asks us to read less often (429)", status={429}, wait=_wait),
    ),
    words=("description",),
)
"""Errors are `{"ok": false, "error_code", "description", "parameters"}`, under the status of the same number."""


class Bot(Params):
    base_url: Interface = Field("https://api.telegram.org", title="Address of the interface")
    token: SecretStr = Field(title="Token", description="As @BotFather gave it, with its colon", max_length=200)
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        title="Secret of the webhook",
        description="Only if the bot sends its messages here",
        max_length=256,
    )


class Updates(Part):
    ok: bool
    result: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)


def pages(params: Bot, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was written since the last call, oldest first, up to an empty answer.

    Telegram deletes an update once a call sends a later `offset`. That offset stands in the cursor of the page, and is
    sent only after the page was stored, so nothing is lost when a reading is cut short.
    """
    if params.webhook_secret.get_secret_value():
        yield Page((), cursor, unchanged=True)
        return
    start = _offset(cursor)
    for leg in walk(partial(_ask, params, http), start, most=MOST_PAGES):
        if leg.next is not None:
            at: Cursor = {"offset": leg.next, "at": datetime.now(UTC).isoformat()}
            warning = cap_warning(MOST_PAGES * PAGE_SIZE) if leg.capped else None
            yield Page(leg.answer.mentions, at, broken=leg.answer.broken, warning=warning)
        elif leg.mark == start:
            yield Page((), cursor, unchanged=True)


def _offset(cursor: Cursor) -> int | None:
    """Where to go on. After a quiet week Telegram may number its updates from anywhere: an old offset is then dropped,
    since it could confirm updates that were never read."""
    offset, at = cursor.get("offset"), moment(cursor.get("at"))
    return offset if isinstance(offset, int) and at and datetime.now(UTC) - at < QUIET else None


def _ask(params: Bot, http: httpx2.Client, offset: int | None) -> tuple[Batch, int | None]:
    """The updates from `offset` on, and the next offset; None when there are none."""
    updates = [update for update in _updates(params, http, offset) if _is_new(update, offset)]
    batch = read_updates(updates, host_of(params.base_url))
    return batch, None if batch.last is None else batch.last + 1


def _is_new(update: Any, offset: int | None) -> bool:
    number = update.get("update_id") if isinstance(update, dict) else None
    return offset is None or not isinstance(number, int) or number >= offset


def _updates(params: Bot, http: httpx2.Client, offset: int | None) -> list[Any]:
    """Calls getUpdates. Raises SourceError.

    The token is part of the address, so a token with signs that none has is refused here: the error of a malformed
    address would show it.
    """
    secret = params.token.get_secret_value().strip()
    body = {"limit": PAGE_SIZE, "timeout": 0, "allowed_updates": list(KINDS)}
    if offset is not None:
        body["offset"] = offset
    if not (secret.isascii() and secret.replace(":", "").replace("_", "").replace("-", "").isalnum()):
        raise SourceRefused(NO_TOKEN)
    answer = fetch(http, f"{params.base_url}/bot{secret}/getUpdates", method="POST", json=body, refusals=REFUSALS)
    updates = answer_of(Updates, answer)
    if not updates.ok:
        raise SourceError("{host} could not be read ({reason})", host=host_of(params.base_url), reason="ok: false")
    return updates.result


def receive(params: Bot, request: Inbound) -> Received:
    """One update, as Telegram sends it to the address given with setWebhook. Raises Unsigned, SourceChanged.

    The header must carry the secret that was given there too.
    """
    secret = params.webhook_secret.get_secret_value()
    header = request.headers.get("x-telegram-bot-api-secret-token", "")
    if not secret or not compare_digest(header.encode(), secret.encode()):
        raise Unsigned
    try:
        update = from_json(request.body)
    except (ValueError, RecursionError):
        raise SourceChanged("this is not an update from a Telegram bot: Vigie did not read it") from None
    batch = read_updates([update], "Telegram")
    return Received(batch.mentions, broken=batch.broken)


collector = Collector(
    kind="telegram_bot",
    **texts_of(__name__),
    params=Bot,
    address="base_url",
    pages=pages,
    receive=receive,
    platform="telegram",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=1),
    default_interval=timedelta(minutes=5),
    history_days=1,
)
