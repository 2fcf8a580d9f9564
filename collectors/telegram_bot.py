"""Telegram bot: the messages of the groups and channels where your bot is a member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, ValidationError
from pydantic_core import from_json

from ._kit.answers import Part, Text, answer_of, missing_field, reason_of
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params
from ._kit.limits import seconds
from ._kit.paging import capped
from ._kit.refusals import Complaint, Refusal, Refusals, values_at
from ._kit.texts import texts_of
from ._kit.times import moment
from .base import (
    Collector,
    Cursor,
    Inbound,
    Page,
    RawMention,
    Received,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceRefused,
    Unsigned,
)

PAGE_SIZE, MOST_PAGES = 100, 50
KINDS = ("message", "edited_message", "channel_post", "edited_channel_post")
QUIET = timedelta(days=6)
OPEN_CHATS = ("channel", "group", "supergroup")
"""What is said to the bot in private is nobody's mention."""
SUPERGROUP = "-100"  # how the id of a supergroup or a channel begins; the rest is in the addresses of its messages

NO_TOKEN = "Telegram does not accept this token: it was revoked, or not copied whole. Ask @BotFather for it again"  # noqa: S105


def _wait(complaint: Complaint) -> timedelta | None:
    return seconds(next(values_at(complaint.body, "parameters.retry_after"), None))


REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "this bot sends its messages to an address, so that they cannot be asked for: have it send them to this "
            "source, or end that with deleteWebhook",
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


class Person(Part):
    id: int = 0
    first_name: Text = ""
    last_name: Text = ""
    username: Text = ""


class Chat(Part):
    id: int
    type: Text = ""
    title: Text = ""
    username: Text = ""


class Quote(Part):
    text: Text = ""


class Choice(Part):
    text: Text = ""


class Poll(Part):
    question: Text = ""
    options: list[Choice] = Field(default_factory=list)


class Answered(Part):
    message_id: int


class Message(Part):
    message_id: int
    chat: Chat
    date: Any = None
    edit_date: Any = None
    sender: Person | None = Field(None, alias="from")
    sender_chat: Chat | None = None
    author_signature: Text = ""
    text: Text = ""
    caption: Text = ""
    quote: Quote | None = None
    poll: Poll | None = None
    reply_to_message: Answered | None = None
    message_thread_id: int | None = None


class Update(Part):
    """One of `KINDS` holds the message; what else a bot is told of is passed over."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None


class Answer(Part):
    ok: bool
    result: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)


def pages(params: Bot, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was said since the last call. Telegram forgets an update once a later one is asked for: that is done only
    when its page is stored, since the `offset` of its cursor is sent with the next call."""
    if params.webhook_secret.get_secret_value():
        yield Page((), cursor, unchanged=True)
        return
    offset = _offset(cursor)
    for number in range(1, MOST_PAGES + 1):
        updates = [one for one in _ask(params, http, offset) if _is_new(one, offset)]
        mentions, broken, last = _read(updates, host_of(params.base_url))
        if last is None:
            if number == 1:
                yield Page((), cursor, unchanged=True)
            return
        offset = last + 1
        at: Cursor = {"offset": offset, "at": datetime.now(UTC).isoformat()}
        warning = capped(MOST_PAGES * PAGE_SIZE) if number == MOST_PAGES else None
        yield Page(mentions, at, broken=broken, warning=warning)


def _offset(cursor: Cursor) -> int | None:
    """After a quiet week Telegram may count from anywhere: an old offset would confirm what was never read."""
    offset, at = cursor.get("offset"), moment(cursor.get("at"))
    return offset if isinstance(offset, int) and at and datetime.now(UTC) - at < QUIET else None


def _is_new(update: Any, offset: int | None) -> bool:
    number = update.get("update_id") if isinstance(update, dict) else None
    return offset is None or not isinstance(number, int) or number >= offset


def _ask(params: Bot, http: httpx2.Client, offset: int | None) -> list[Any]:
    """The token is part of the address: an error of another kind than ours is not let out with it."""
    secret = params.token.get_secret_value().strip()
    asked = {"limit": PAGE_SIZE, "timeout": 0, "allowed_updates": list(KINDS)}
    if offset is not None:
        asked["offset"] = offset
    if not (secret.isascii() and secret.replace(":", "").replace("_", "").replace("-", "").isalnum()):
        raise SourceRefused(NO_TOKEN)
    got = fetch(http, f"{params.base_url}/bot{secret}/getUpdates", method="POST", json=asked, refusals=REFUSALS)
    answer = answer_of(Answer, got)
    if not answer.ok:
        raise SourceError("{host} could not be read ({reason})", host=host_of(params.base_url), reason="ok: false")
    return answer.result


Read = tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...], int | None]


def _read(updates: list[Any], host: str) -> Read:
    """The mentions, what could not be read, and the last number of an update.

    An update that cannot be read still has its number, so that it is not asked for again for ever.
    """
    mentions: dict[str, RawMention] = {}
    broken: list[tuple[str, str]] = []
    numbers: list[int] = []
    for value in updates:
        number = value.get("update_id") if isinstance(value, dict) else None
        numbers += [number] if isinstance(number, int) else []
        try:
            found = mention(Update.model_validate(value))
        except ValidationError as error:
            broken.append((str(number or ""), reason_of(error)))
            continue
        mentions |= {found.external_id: found} if found else {}
    if updates and not numbers:
        raise missing_field(host, "update_id")
    return tuple(mentions.values()), tuple(broken), max(numbers, default=None)


def mention(update: Update) -> RawMention | None:
    """None for private talk and for messages without words."""
    said = update.edited_channel_post or update.channel_post or update.edited_message or update.message
    text = _words(said) if said else ""
    if said is None or not text or said.chat.type not in OPEN_CHATS:
        return None
    chat = said.chat
    author, author_id = _author(said)
    parent = said.reply_to_message
    return RawMention(
        external_id=f"{chat.id}/{said.message_id}",
        url=_link(chat, said.message_id),
        text=text,
        author=author,
        author_id=author_id,
        platform="telegram",
        outlet=chat.title,
        published_at=moment(said.date),
        edited_at=moment(said.edit_date),
        thread_id=f"{chat.id}/{said.message_thread_id}" if said.message_thread_id else str(chat.id),
        parent_id=f"{chat.id}/{parent.message_id}" if parent else None,
    )


def _words(said: Message) -> str:
    """The text, the passage that it quotes, a poll with its choices."""
    poll = [said.poll.question, *(choice.text for choice in said.poll.options)] if said.poll else []
    return "\n".join(filter(None, (said.text, said.caption, *poll, said.quote.text if said.quote else "")))


def _author(said: Message) -> tuple[str, str]:
    if said.sender and not said.sender_chat:
        name = f"{said.sender.first_name} {said.sender.last_name}".strip()
        return name or said.sender.username, str(said.sender.id or "")
    chat = said.sender_chat or said.chat
    return said.author_signature or chat.title, str(chat.id)


def _link(chat: Chat, number: int) -> str | None:
    """The address of a message: for everybody in a public chat, for its members in a private one."""
    if chat.username:
        return f"https://t.me/{chat.username}/{number}"
    inner = str(chat.id).removeprefix(SUPERGROUP)
    return f"https://t.me/c/{inner}/{number}" if inner != str(chat.id) else None


def receive(params: Bot, asked: Inbound) -> Received:
    """One update, as Telegram sends it to the address given with setWebhook, with the secret given there."""
    secret = params.webhook_secret.get_secret_value()
    given = asked.headers.get("x-telegram-bot-api-secret-token", "")
    if not secret or not compare_digest(given.encode(), secret.encode()):
        raise Unsigned
    try:
        update = from_json(asked.body)
    except (ValueError, RecursionError):
        raise SourceChanged("this is no update of a Telegram bot: it is not read") from None
    mentions, broken, _ = _read([update], "Telegram")
    return Received(mentions, broken=broken)


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
