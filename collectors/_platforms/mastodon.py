"""Statuses of Mastodon, and of servers with its API, as mentions; and what the refusals of these servers mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pydantic import SecretStr

from collectors._kit.answers import Count, Part, Text, each
from collectors._kit.fetch import host_of
from collectors._kit.refusals import Refusal, Refusals, stated_pause
from collectors._kit.times import moment, not_ahead
from collectors.base import Broken, RawMention, SourceBusy, SourceError, SourceRefused
from ground.links import clean_link

MOST_EMOJIS = 50
MOST_PARTS = 20

FOR_EVERYBODY = (
    Refusal(
        SourceError,
        "{host} has no such list (404): check the address, it must be that of a Mastodon server",
        status={404},
    ),
    Refusal(SourceBusy, "{host} asks us to read less often (429)", status={429}, wait=stated_pause),
)
WITH_TOKEN = Refusals(
    (
        Refusal(SourceRefused, "{host} refuses the token (401): create a new one and paste it", status={401}),
        Refusal(
            SourceRefused,
            "{host} does not let this token read it (403): create one with the rights «read:search» and "
            "«read:statuses»",
            status={403},
        ),
        *FOR_EVERYBODY,
    )
)
WITHOUT_TOKEN = Refusals(
    (
        Refusal(
            SourceRefused,
            "{host} shows this only to people who have an account there ({status}): create a token in "
            "Preferences → Development and paste it, or choose another server",
            status={401, 403, 422},
        ),
        *FOR_EVERYBODY,
    )
)


class MastodonAccount(Part):
    acct: Text = ""
    display_name: Text = ""
    username: Text = ""
    url: Text = ""
    emojis: Any = None
    followers_count: Count = None
    indexable: bool | None = None

    @property
    def name(self) -> str:
        """The display name without the server's own emojis, which it contains as `:shortcode:`."""
        name = self.display_name
        for emoji in self.emojis[:MOST_EMOJIS] if isinstance(self.emojis, list) else ():
            code = emoji.get("shortcode") if isinstance(emoji, dict) else None
            name = name.replace(f":{code}:", "") if isinstance(code, str) else name
        return " ".join(name.split()) or self.username


class Card(Part):
    title: Text = ""
    description: Text = ""


class Status(Part):
    """A status, or a mere reference to one. Mastodon 1 sends ids as numbers."""

    id: str
    uri: Text = ""
    url: Text = ""
    account: MastodonAccount
    content: Text = ""
    spoiler_text: Text = ""
    created_at: Any = None
    edited_at: Any = None
    in_reply_to_id: str | None = None
    language: str | None = None
    visibility: Text = "public"
    reblog: Any = None
    card: Card | None = None
    media_attachments: Any = None
    poll: Any = None
    favourites_count: Count = None
    reblogs_count: Count = None
    quotes_count: Count = None
    replies_count: Count = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes mentions of one server's statuses. `all_authors` includes those who opted out of searches."""

    base_url: str
    all_authors: bool = False

    @property
    def host(self) -> str:
        return host_of(self.base_url)

    def mentions(self, values: Sequence[Any]) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
        """The mentions of a list of statuses, and the statuses that could not be read. Raises SourceChanged."""
        here = {
            str(value.get("id")): str(value["uri"]) for value in values if isinstance(value, dict) and value.get("uri")
        }
        return each(Status, values, lambda status: self.mention(status, here), self.host)

    def mention(self, status: Status, here: dict[str, str] | None = None) -> RawMention | None:
        """A status as a mention; None for one that is not public, has no words, or only boosts another.

        `here` holds the addresses of the statuses of the same list, by their ids.
        """
        text = _text(status)
        if not self._may_read(status) or not (text or status.spoiler_text):
            return None
        author = status.account
        addresses, parent = here or {}, status.in_reply_to_id
        return RawMention(
            external_id=status.uri or f"{self.base_url}/statuses/{status.id}",
            url=clean_link(status.url) or clean_link(status.uri),
            title=escape(status.spoiler_text),
            text=text,
            html=True,
            author=author.name,
            author_id=author.acct if "@" in author.acct else f"{author.acct}@{self.host}",
            author_followers=author.followers_count,
            platform="mastodon",
            outlet=author.acct.partition("@")[2] or self.host,
            language=status.language,
            published_at=not_ahead(moment(status.created_at)),
            edited_at=moment(status.edited_at),
            parent_id=addresses.get(parent, f"{self.base_url}/statuses/{parent}") if parent else None,
            engagement=_engagement(status),
        )

    def _may_read(self, status: Status) -> bool:
        if status.reblog or status.visibility in ("private", "direct"):
            return False
        return self.all_authors or status.account.indexable is not False


def _engagement(status: Status) -> dict[str, int]:
    counts = {
        "likes": status.favourites_count,
        "shares": _sum(status.reblogs_count, status.quotes_count),
        "comments": status.replies_count,
    }
    return {name: number for name, number in counts.items() if number is not None}


def _sum(*counts: int | None) -> int | None:
    values = [count for count in counts if count is not None]
    return sum(values) if values else None


def _text(status: Status) -> str:
    """The content, then, each as a paragraph, the choices of a poll, the card of a linked page, and the descriptions of
    pictures. A quoted status is its own author's."""
    card = [escape(status.card.title), escape(status.card.description)] if status.card else []
    choices = _words(status.poll.get("options") if isinstance(status.poll, dict) else None, "title")
    pictures = _words(status.media_attachments, "description")
    more = [*choices, *card, *pictures]
    return status.content + "".join(part if part.startswith("<p") else f"<p>{part}</p>" for part in more if part)


def _words(parts: object, name: str) -> list[str]:
    """The text `name` of each part of a status (a choice of a poll, a picture), as HTML."""
    values = (
        [part.get(name) for part in parts[:MOST_PARTS] if isinstance(part, dict)] if isinstance(parts, list) else []
    )
    return [escape(words.strip()) for words in values if isinstance(words, str)]


def headers_of(token: SecretStr) -> dict[str, str]:
    value = token.get_secret_value().strip()
    return {"Authorization": f"Bearer {value}"} if value else {}


def refusals_of(base_url: str, *, has_token: bool) -> Refusals:
    """The table of a server. Without a token, 401 means that the server shows nothing to visitors."""
    return (WITH_TOKEN if has_token else WITHOUT_TOKEN).about(host=host_of(base_url))
