"""Updates of a Telegram bot, and the mentions in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from collectors._kit.answers import Part, Text, excerpt_of, missing_field, reason_of
from collectors._kit.times import moment
from collectors.base import Broken, RawMention

KINDS = ("message", "edited_message", "channel_post", "edited_channel_post")
OPEN_CHATS = ("channel", "group", "supergroup")
"""What people write to the bot in private is no public mention."""
SUPERGROUP = "-100"  # how the id of a supergroup or a channel begins; the rest is in the addresses of its messages


MOST_ENTITIES = 200
Entities = Annotated[list[Any], BeforeValidator(lambda value: value if isinstance(value, list) else [])]


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


class Choice(Part):
    text: Text = ""


class Ballot(Part):
    """A poll of Telegram: what it asks, and what may be answered."""

    question: Text = ""
    options: list[Choice] = Field(default_factory=list)


class Parent(Part):
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
    entities: Entities = Field(default_factory=list)
    caption_entities: Entities = Field(default_factory=list)
    poll: Ballot | None = None
    reply_to_message: Parent | None = None
    message_thread_id: int | None = None


class Update(Part):
    """One of `KINDS` holds the message; updates about anything else are ignored."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The mentions of some updates, those that could not be read, and the number of the last update."""

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    last: int | None


def read_updates(updates: list[Any], host: str) -> Batch:
    """Raises SourceChanged when no update has a number: the next call could not go on after them.

    An update that cannot be read but has a number counts for `last`, so that it is not asked for again for ever.
    """
    mentions: dict[str, RawMention] = {}
    broken: list[Broken] = []
    numbers: list[int] = []
    for value in updates:
        number = value.get("update_id") if isinstance(value, dict) else None
        numbers += [number] if isinstance(number, int) else []
        try:
            message = mention(Update.model_validate(value))
        except ValidationError as error:
            broken.append(Broken(str(number or ""), reason_of(error), excerpt_of(value)))
            continue
        mentions |= {message.external_id: message} if message else {}
    if updates and not numbers:
        raise missing_field(host, "update_id")
    return Batch(tuple(mentions.values()), tuple(broken), max(numbers, default=None))


def mention(update: Update) -> RawMention | None:
    """The message of an update; None for a private one and for one without words."""
    message = update.edited_channel_post or update.channel_post or update.edited_message or update.message
    text = _words(message) if message else ""
    if message is None or not text or message.chat.type not in OPEN_CHATS:
        return None
    chat = message.chat
    author, author_id = _author(message)
    parent = message.reply_to_message
    return RawMention(
        external_id=f"{chat.id}/{message.message_id}",
        url=_link(chat, message.message_id),
        text=text,
        author=author,
        author_id=author_id,
        platform="telegram",
        outlet=chat.title,
        published_at=moment(message.date),
        edited_at=moment(message.edit_date),
        thread_id=f"{chat.id}/{message.message_thread_id}" if message.message_thread_id else str(chat.id),
        parent_id=f"{chat.id}/{parent.message_id}" if parent else None,
    )


def _words(message: Message) -> str:
    """Its text, without the passages that are marked as quotes, and the choices of its poll."""
    poll = [message.poll.question, *(choice.text for choice in message.poll.options)] if message.poll else []
    own = (_own(message.text, message.entities), _own(message.caption, message.caption_entities))
    return "\n".join(filter(None, (*own, *poll)))


def _own(text: str, entities: list[Any]) -> str:
    """The text outside of the quotes among its entities, which count in code units of UTF-16; all of it if nothing else
    is there."""
    data, at, pieces = text.encode("utf-16-le", "surrogatepass"), 0, []
    for start, end in sorted(_quotes(entities)):
        pieces += [data[at : 2 * start]] if 2 * start >= at else []
        at = max(at, 2 * end)
    own = "\n".join(piece.decode("utf-16-le", "replace").strip() for piece in (*pieces, data[at:])).strip()
    return own or text


def _quotes(entities: list[Any]) -> Iterator[tuple[int, int]]:
    for entity in entities[:MOST_ENTITIES]:
        if isinstance(entity, dict) and entity.get("type") in ("blockquote", "expandable_blockquote"):
            start, length = entity.get("offset"), entity.get("length")
            if isinstance(start, int) and isinstance(length, int) and start >= 0 and length > 0:
                yield start, start + length


def _author(message: Message) -> tuple[str, str]:
    """The name and the id of its author: a person, else the chat that it was sent in the name of."""
    if message.sender and not message.sender_chat:
        name = f"{message.sender.first_name} {message.sender.last_name}".strip()
        return name or message.sender.username, str(message.sender.id or "")
    chat = message.sender_chat or message.chat
    return message.author_signature or chat.title, str(chat.id)


def _link(chat: Chat, number: int) -> str | None:
    """The address of a message: open to everybody in a public chat, to members in a private one."""
    if chat.username:
        return f"https://t.me/{chat.username}/{number}"
    inner = str(chat.id).removeprefix(SUPERGROUP)
    return f"https://t.me/c/{inner}/{number}" if inner != str(chat.id) else None
