"""Chooses among the parts of a letter those that hold its words, and turns them into text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from itertools import starmap

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ground import charsets
from ground.html import parse_html, text_of
from ground.words import folded_words

from .quotes import LONGEST_TEXT, unflow

Body = tuple[str, str]
"""A text of a letter: "plain" or "html", and what it says."""

LONGEST_BODY = 1024 * 1024
MOST_PARTS, DEEPEST = 200, 20
_SIGNATURES = ".gmail_signature, .moz-signature, .protonmail_signature_block, #Signature, #ms-outlook-mobile-signature"
_QUOTES = (
    'blockquote[type="cite"], .gmail_quote, .gmail_attr, .moz-cite-prefix, .moz-forward-container, .yahoo_quoted, '
    ".protonmail_quote"
)
_ALL_AFTER = "#divRplyFwdMsg, #appendonsend, #x_divRplyFwdMsg, #reply-intro"
_HIDDEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|mso-hide\s{0,3}:\s{0,3}all"
    r"|(?<![\w-])(?:max-height|max-width|opacity|font-size)\s{0,3}:\s{0,3}0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"<?(?:https?://|www\.)\S{1,2000}|\[[^\[\]]{0,300}\]|[\w.+-]{1,64}@[\w.-]{1,200}")
_STUB = re.compile(
    r"(?:view|read|see|open|display|voir|lire|ouvrir|afficher?|consulte[rz]?|ansehen|anzeigen|lesen|öffnen|ver|leer|abrir"
    r"|visualiz\w{1,9}|legg\w{1,4}|aprire|apri|vedi|ler|veja|abra)\b.{0,80}\b(?:browser|web|online|navigateur|ligne"
    r"|navegador|línea|linea|rete|linha)|\bHTML\b",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_STUB = 80
"""Words up to which a text that sends its reader to the browser may be nothing else."""
_SHARED = 0.5
"""The share of the words of the HTML that a plain text has to have, to say the same thing."""


def bodies_of(part: Message, depth: int, count: list[int] | None = None) -> Iterator[Body]:
    """The texts of a letter as ("plain" or "html", text): one of its alternatives, and no attachment.

    `count` holds the number of parts so far, of all depths together.
    """
    count = count if count is not None else [0]
    count[0] += 1
    if depth > DEEPEST or count[0] > MOST_PARTS or _is_attached(part, depth):
        return
    kind, inside = part.get_content_type(), part.get_payload()
    if kind.startswith("multipart/") and isinstance(inside, list):
        children = [child for child in inside if isinstance(child, Message)]
        yield from _choose(kind, [list(bodies_of(child, depth + 1, count)) for child in children])
    elif kind == "text/html":
        yield "html", _text(part)
    elif kind in ("text/plain", "text/enriched") or kind.startswith("multipart/"):
        yield "plain", _text(part)


def _choose(kind: str, parts: Sequence[list[Body]]) -> list[Body]:
    """Which texts of a multipart count: the best alternative, the first of related parts, else all of them."""
    if kind == "multipart/alternative":
        return _best(parts)
    if kind == "multipart/related":
        return next(filter(None, parts), [])
    return [body for part in parts for body in part]


def _best(alternatives: Sequence[list[Body]]) -> list[Body]:
    """The plain alternative when it says what the one in HTML says, else that one."""
    filled = [each for each in alternatives if any(body.strip() for _, body in each)]
    plain = next((each for each in filled if all(kind == "plain" for kind, _ in each)), [])
    rich = next((each for each in reversed(filled) if each is not plain and each[0][0] == "html"), [])
    if not plain or (rich and is_stub(_read(plain), _read(rich))):
        return rich or next(iter(filled), [])
    return plain


def _read(bodies: Sequence[Body]) -> str:
    return "\n".join(starmap(text_of_body, bodies))


def is_stub(plain: str, rich: str) -> bool:
    """Whether a plain alternative is there for form's sake only, while the text of the HTML has the words.

    It is where it has no words but addresses; or where it lacks most words of the HTML, and is either less than half as
    long or a short note that sends its reader to the browser.
    """
    bare = _NO_WORDS.sub(" ", plain[:LONGEST_TEXT])
    ours, theirs = set(folded_words(bare)), set(folded_words(_NO_WORDS.sub(" ", rich[:LONGEST_TEXT])))
    if not ours or not theirs:
        return bool(theirs)
    if len(ours & theirs) >= _SHARED * len(theirs):
        return False
    return 2 * len(ours) <= len(theirs) or (len(ours) <= _SHORT_STUB and bool(_STUB.search(bare)))


def _is_attached(part: Message, depth: int) -> bool:
    disposition = str(part.get("Content-Disposition", "")).lower()
    return disposition.startswith("attachment") or ("filename" in disposition and depth > 0)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[:LONGEST_BODY] if isinstance(payload, bytes) else b""
    charset = part.get_param("charset") or ""
    text = charsets.decode(data, [charset if isinstance(charset, str) else charset[2]])
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/plain" and str(part.get_param("format") or "").lower() == "flowed":
        return unflow(text, delsp=str(part.get_param("delsp") or "").lower() == "yes")
    return text


def text_of_body(kind: str, body: str) -> str:
    """What the author of a body wrote, as far as its HTML tells; one that only quotes keeps its quote."""
    if kind == "plain":
        return body
    tree = _visible_tree(body)
    for quote in tree.css(f"{_QUOTES}, {_SIGNATURES}"):
        quote.decompose()
    for mark in tree.css(_ALL_AFTER):
        while mark.next is not None:
            mark.next.decompose()
        mark.decompose()
    return _words(tree) or _words(_visible_tree(body))


def whole_text(kind: str, body: str) -> str:
    """A body with all that it quotes, without signatures."""
    if kind == "plain":
        return body
    tree = _visible_tree(body)
    for signature in tree.css(_SIGNATURES):
        signature.decompose()
    return _words(tree)


def _visible_tree(body: str) -> LexborHTMLParser:
    """The tree of a body, without what its styles hide: newsletters begin with lines for the list of letters alone."""
    tree = parse_html(body)
    for node in tree.css("[style], [hidden]"):
        if node.tag not in ("html", "body") and ("hidden" in node.attributes or _is_hidden(node)):
            node.decompose()
    return tree


def _is_hidden(node: LexborNode) -> bool:
    return bool(_HIDDEN.search((node.attributes.get("style") or "")[:1_000]))


def _words(tree: LexborHTMLParser) -> str:
    root = tree.body or tree.root
    return text_of(root) if root else ""
