"""Turns what strangers wrote into plain text: clean code points, bounded lengths, no markup."""

from __future__ import annotations

import re
from html import unescape
from unicodedata import is_normalized, normalize

import nh3

HTML_LIMIT = 64 * 1024  # the sanitiser is quadratic on hostile nesting: 0.3 s at 64 KB, over a minute at 1 MB
_TIDY = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")

_BLOCKS = (
    "address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|"
    "h4|h5|h6|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|area|audio|b|base|bdi|bdo|big|body|button|canvas|center|cite|code|col|colgroup|data|datalist|del|"
    "dfn|dialog|em|embed|font|frame|frameset|head|html|i|iframe|img|input|ins|kbd|label|legend|link|map|mark|math|"
    "meta|meter|noscript|object|optgroup|option|output|param|picture|progress|q|rp|rt|ruby|s|samp|script|select|"
    "small|source|span|strike|strong|style|sub|sup|svg|template|textarea|time|title|track|tt|u|var|video|wbr"
)
_NO_TAG = re.compile(rf"(?i)<(?!/?(?:{_BLOCKS}|{_INLINE})[\s/>]|!)")
_CLEANER = nh3.Cleaner(
    tags={*_BLOCKS.split("|"), "cite"},
    clean_content_tags={"script", "style", "iframe", "object", "template"},
    attributes={},
    allowed_classes={
        "div": {"quotewrapper"},
        "aside": {"quote"},
        "blockquote": {"uncited", "bbCodeBlock--quote"},
    },
)
# What the cleaner lets through is well formed and bare, so that patterns are enough from here on.
_QUOTED = re.compile(
    r'<(?P<tag>div|aside|blockquote)(?P<quote> class="[^"]+"|(?=>(?:<div>)?<cite>))?[^>]*>'
    r"|</(?P<end>div|aside|blockquote)>"
)
_CELL = re.compile(r"</?t[dh]>")
_TAG = re.compile(r"</?(\w+)[^>]*>")
_SIGNATURE = re.compile(r"<p>\s*(?:Statistics: Posted by|Statistiques: Posté par)\b.*?(?:</p>|$)", re.DOTALL)


def clean_text(text: str, limit: int) -> str:
    """Text that can be stored and shown: NFC, no surrogates, controls or direction overrides, `limit` code points.

    Runs of spaces and of empty lines become one, and lines lose the spaces around them. Zero-width characters stay, for
    emoji and Persian need them; words compare without them. Idempotent.
    """
    if _TIDY.fullmatch(text):
        return text[:limit].rstrip()
    text = text.strip()[: 4 * limit]  # no composition shrinks more than that
    if not text.isascii() or _CONTROLS.search(text):
        text = _SURROGATES.sub("\ufffd", _BREAKS.sub("\n", text))
        text = _CONTROLS.sub("", text)
        if not is_normalized("NFC", text):
            text = normalize("NFC", text)
    if "\n" in text:
        text = "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))
        text = _BLANK_LINES.sub("\n\n", text)
    else:
        text = _SPACES.sub(" ", text)
    return text.strip()[:limit].rstrip()


def clean_line(text: str, limit: int) -> str:
    """As clean_text, on one line."""
    clean = clean_text(text, 4 * limit)
    return clean_text(clean.replace("\n", " "), limit) if "\n" in clean else clean[:limit].rstrip()


def html_to_text(html: str) -> str:
    """The text that a reader sees of a piece of HTML, one line per block. No markup is left; `clean_text` comes next.

    It reads the first 64 KB only. It leaves out quotes of other messages (phpBB, Discourse, XenForo) and the signature
    that phpBB adds to its feeds, unless there is nothing else.
    """
    if "<" not in html:
        return unescape(html[:HTML_LIMIT])
    bare = _SIGNATURE.sub("", _CLEANER.clean(html[:HTML_LIMIT]))
    return _text_of(_without_quotes(bare)) or _text_of(bare)


def title_of_html(html: str) -> str:
    """The text of a title that may be HTML. A «<» that opens no known element is text, as in «A & B <c>»."""
    return html_to_text(_NO_TAG.sub("&lt;", html[:HTML_LIMIT]))


def _text_of(bare: str) -> str:
    spaced = _CELL.sub(" ", bare)
    return unescape(_TAG.sub(lambda tag: "" if tag[1] == "cite" else "\n", spaced)).strip()


def _without_quotes(bare: str) -> str:
    kept, depth, start = [], 0, 0
    opened: list[tuple[str, bool]] = []
    for found in _QUOTED.finditer(bare):
        if found["tag"]:
            is_quote = found["quote"] is not None and (found["tag"] == "blockquote" or bool(found["quote"]))
            if is_quote and not depth:
                kept.append(bare[start : found.start()])
            depth += is_quote
            opened.append((found["tag"], is_quote))
        elif opened:
            _, was_quote = opened.pop()
            depth -= was_quote
            if was_quote and not depth:
                start = found.end()
    return "\n".join([*kept, bare[start:]]) if not depth else bare
