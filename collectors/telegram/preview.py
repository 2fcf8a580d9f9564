"""Reads the public preview of a Telegram channel, in a process of its own, since strangers write its HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

POST = re.compile(r"([A-Za-z0-9_]{1,64})/(\d{1,18})")
NUMBER = re.compile(r"(\d{1,12}(?:[.,]\d{1,3})?)\s?([KMB]?)", re.IGNORECASE)
SCALE = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
MOST_MESSAGES = 200
BLOCKS = "blockquote, pre, div"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a preview. `reply_to` is `channel/number` where it answers one of the same channel."""

    channel: str
    number: int
    at: str
    text: str
    author: str
    signature: str
    forwarded_from: str
    reply_to: str
    views: int | None
    reactions: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page of t.me shows. `older` is the number before which older messages are; None at the first.

    `history` is false for a page that is no preview; `page_title` and `page_extra` say what is there instead.
    `seen` are the numbers of all messages, including those without words.
    """

    messages: tuple[Message, ...]
    seen: tuple[int, ...]
    older: int | None
    history: bool
    followers: int | None = None
    page_title: str = ""
    page_extra: str = ""


def read_preview(body: bytes) -> Preview:
    """The messages of the page, in its order: the oldest first."""
    tree = LexborHTMLParser(body)
    nodes = tree.css(".tgme_widget_message[data-post]")[:MOST_MESSAGES]
    numbers = [int(match[2]) for node in nodes if (match := POST.fullmatch(node.attributes.get("data-post") or ""))]
    more = tree.css_first(".tme_messages_more[data-before]")
    older = (more.attributes.get("data-before") or "") if more else ""
    return Preview(
        tuple(message for node in nodes if (message := _message(node)) is not None),
        tuple(numbers),
        int(older) if older.isascii() and older.isdecimal() and len(older) < 19 else None,
        history=tree.css_first(".tgme_channel_history") is not None,
        followers=count(_first(tree.root, ".tgme_header_counter").partition(" sub")[0].replace(" ", "")),
        page_title=_first(tree.root, ".tgme_page_title"),
        page_extra=_first(tree.root, ".tgme_page_extra"),
    )


def count(text: str) -> int | None:
    """A count as Telegram writes it: 3,120 for `3.12K`; None for anything else."""
    match = NUMBER.fullmatch(text.strip())
    return round(float(match[1].replace(",", ".")) * SCALE[match[2].upper()]) if match else None


def _message(node: LexborNode) -> Message | None:
    """A message; None where nobody wrote anything: «channel created», a photo without words."""
    post = POST.fullmatch(node.attributes.get("data-post") or "")
    if not post or "service_message" in (node.attributes.get("class") or ""):
        return None
    reply = node.css_first(".tgme_widget_message_reply")
    answers_to = POST.search((reply.attributes.get("href") or "").partition("t.me/")[2]) if reply else None
    if reply:
        reply.decompose()
    text = "\n".join(_words(node))
    if not text:
        return None
    time = node.css_first(".tgme_widget_message_date time[datetime]") or node.css_first("time[datetime]")
    return Message(
        channel=post[1],
        number=int(post[2]),
        at=(time.attributes.get("datetime") or "") if time else "",
        text=text,
        author=_first(node, ".tgme_widget_message_owner_name"),
        signature=_first(node, ".tgme_widget_message_from_author"),
        forwarded_from=_first(node, ".tgme_widget_message_forwarded_from_name"),
        reply_to=answers_to[0] if answers_to and answers_to[1].lower() == post[1].lower() else "",
        views=count(_first(node, ".tgme_widget_message_views")),
        reactions=_reactions(node),
    )


def _words(node: LexborNode) -> Iterator[str]:
    """The text; the question and the choices of a poll; the name of a file; the card of a link."""
    for selector in (
        ".tgme_widget_message_text.js-message_text",
        ".tgme_widget_message_poll_question",
        ".tgme_widget_message_poll_option_text",
        ".tgme_widget_message_document_title",
        ".link_preview_title",
        ".link_preview_description",
    ):
        for part in node.css(selector):
            if not _is_nested(part, node) and (text := _plain(part)):
                yield text


def _is_nested(part: LexborNode, within: LexborNode) -> bool:
    """Whether the part lies inside a text that was read already, as in albums."""
    above = part.parent
    while above is not None and above.mem_id != within.mem_id:
        if "js-message_text" in (above.attributes.get("class") or ""):
            return True
        above = above.parent
    return False


def _plain(node: LexborNode) -> str:
    """The text as a reader sees it, with its lines, without quotes unless nothing else is there. Emoji are the texts of
    their pictures."""
    own = LexborHTMLParser(node.html or "")
    for quote in own.css("blockquote"):
        quote.replace_with("\n")
    return (_spaced_text(own.body) if own.body else "") or _spaced_text(node)


def _spaced_text(node: LexborNode) -> str:
    for line_break in node.css("br"):
        line_break.replace_with("\n")
    for block in node.css(BLOCKS):
        if block.mem_id != node.mem_id:
            block.insert_before("\n")
            block.insert_after("\n")
    return node.text(deep=True).strip()


def _reactions(node: LexborNode) -> int | None:
    counts = []
    for reaction in node.css(".tgme_reaction"):
        for emoji in reaction.css("i, tg-emoji"):
            emoji.decompose()
        counts.append(count(reaction.text(deep=True)))
    return sum(filter(None, counts)) if counts else None


def _first(node: LexborNode | None, selector: str) -> str:
    element = node.css_first(selector) if node is not None else None
    return element.text(deep=True).strip()[:500] if element else ""
