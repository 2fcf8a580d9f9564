"""What a reader sees of HTML, in two ways that give the same words with different spaces between them.

`html_to_text` reads the texts of feeds and interfaces, which are pieces of HTML: it leaves out quotes and signatures
of forums, and ends paragraphs by an empty line. `text_of` and `line_of` read elements of a page or an e-mail that
`parsed` turned into a tree. On the 730 pieces in the recorded answers the two differ in 202, nearly always in empty
lines alone; the stored texts came from one or the other, so if one replaced the other, every mention would look
edited. Both are for use in a process that can be killed.
"""

from __future__ import annotations

import re
from html import unescape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
)  # fmt: skip
"""Elements that stand on lines of their own."""
CELLS = ("td", "th")

HTML_LIMIT = (
    64 * 1024
)  # characters: the sanitiser is quadratic on hostile nesting, 0.3 s at 64 KB, over a minute at 1 MB
_INLINE = (
    "a|abbr|acronym|area|audio|b|base|bdi|bdo|big|body|button|canvas|center|cite|code|col|colgroup|data|datalist|del|"
    "dfn|dialog|em|embed|font|frame|frameset|head|html|i|iframe|img|input|ins|kbd|label|legend|link|map|mark|math|"
    "meta|meter|noscript|object|optgroup|option|output|param|picture|progress|q|rp|rt|ruby|s|samp|script|select|"
    "small|source|span|strike|strong|style|sub|sup|svg|template|textarea|time|title|track|tt|u|var|video|wbr"
)
_NO_TAG = re.compile(rf"(?i)<(?!/?(?:{'|'.join((*BLOCKS, *CELLS))}|{_INLINE})[\s/>]|!)")
_QUOTE_CLASSES = {
    "div": {
        "quotewrapper", "quotetop", "quotemain", "quoteheader", "quotefooter", "bbCodeQuote", "bbcode_quote",
        "quote_container", "gmail_quote", "yahoo_quoted",
    },
    "aside": {"quote"},
    "blockquote": {"uncited", "bbCodeBlock--quote", "ipsQuote", "mycode_quote", "bbc_standard_quote"},
    "p": {"quote-inline"},
    "span": {"quote-inline"},
    "td": {"alt2"},
}  # fmt: skip
"""By element, the classes with which boards, social networks and mail programs mark what is quoted: phpBB, MyBB, SMF,
Invision, vBulletin (td.alt2 in version 3), XenForo 1 and 2, Discourse, Flarum, Mastodon, Gmail, Yahoo."""
_CLEANER = nh3.Cleaner(
    tags={*BLOCKS, *CELLS, "cite", "span"},
    clean_content_tags={"script", "style", "iframe", "object", "template"},
    attributes={},
    allowed_classes=_QUOTE_CLASSES,
)
# What the cleaner lets through is well formed and bare, so that patterns are enough from here on.
_QUOTING = re.compile(
    r'<(?P<opened>div|aside|blockquote|p|span|td)(?P<quote> class="[^"]+"|(?=>(?:<div>)?<cite>))?[^>]*>'
    r"|</(?:div|aside|blockquote|p|span|td)>"
)
_CELL = re.compile(r"</?t[dh]>")
_TAG = re.compile(r"</?(\w+)[^>]*>")
_SIGNATURE = re.compile(r"<p>\s*(?:Statistics: Posted by|Statistiques: Posté par)\b.*?(?:</p>|$)", re.DOTALL)


def html_to_text(html: str) -> str:
    """What a reader sees of a piece of HTML, its blocks on lines of their own. The result has no markup, but still
    needs `clean_text`.

    Only the first 64 KB count. What the author quotes is left out, and so is the signature phpBB adds to its feeds. A
    plain `blockquote` around all of the text is taken for layout, and stays; what is marked as a quote never does.
    """
    if "<" not in html:
        return unescape(html[:HTML_LIMIT])
    bare = _SIGNATURE.sub("", _CLEANER.clean(html[:HTML_LIMIT]))
    return _without_tags(_without_quotes(bare, plain=True)) or _without_tags(_without_quotes(bare, plain=False))


def quotes_alone(html: str) -> bool:
    """Whether a piece of HTML without words of its own quotes those of others."""
    return "<" in html and bool(_without_tags(_CLEANER.clean(html[:HTML_LIMIT])))


def title_of_html(html: str) -> str:
    """The text of a title that may be HTML. Signs that open no known element are text, as in «A & B <c>»."""
    return html_to_text(_NO_TAG.sub("&lt;", html[:HTML_LIMIT]))


def _without_tags(bare: str) -> str:
    spaced = _CELL.sub(" ", bare)
    return unescape(_TAG.sub(lambda tag: "" if tag[1] in ("cite", "span") else "\n", spaced)).strip()


def _without_quotes(bare: str, *, plain: bool) -> str:
    """The parts outside of every quote, also of those that are a plain `blockquote` where `plain`."""
    parts, start, depth = [], 0, 0
    opened: list[bool] = []  # whether each element that is open here is a quote
    for tag in _QUOTING.finditer(bare):
        if tag["opened"]:
            opened.append(_opens_quote(tag, plain=plain))
            if opened[-1] and not depth:
                parts.append(bare[start : tag.start()])
            depth += opened[-1]
        elif opened and opened.pop():
            depth -= 1
            start = start if depth else tag.end()
    return "\n".join([*parts, bare[start:]]) if not depth else bare


def _opens_quote(tag: re.Match[str], *, plain: bool) -> bool:
    """An element with the class of a quote, a `blockquote` whose first child cites somebody, or a plain one."""
    return bool(tag["quote"]) or (tag["opened"] == "blockquote" and (plain or tag["quote"] is not None))


LONGEST_PAGE = 2 * 1024 * 1024  # characters
_UNSEEN = "script, style, template, noscript, head, title, svg, iframe, object, select, textarea"
_MARKED = ", ".join(f"{tag}.{name}" for tag, names in _QUOTE_CLASSES.items() for name in sorted(names))
_BREAK = "\x1e"
_SPACES = re.compile(r"[^\S\x1e]+")
_BREAKS = re.compile(rf" ?{_BREAK}[{_BREAK} ]*")


def parse_html(html: str) -> LexborHTMLParser:
    """The tree of a page, or of a piece of one."""
    return LexborHTMLParser(html[:LONGEST_PAGE])


def text_of(node: LexborNode) -> str:
    """The text of an element. Changes the tree: removes what nobody sees, and marks blocks."""
    for unseen in node.css(_UNSEEN):
        if unseen.mem_id != node.mem_id:
            unseen.decompose()
    for block in node.css(", ".join(BLOCKS)):
        if block.mem_id != node.mem_id:
            block.insert_before(_BREAK)
            block.insert_after(_BREAK)
    text = (node.text() or "").replace("\x00", "")
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def own_text_of(node: LexborNode) -> str:
    """As `text_of`, without what is marked as a quote. A plain `blockquote` stays: pages show reviews in one."""
    for quote in node.css(_MARKED):
        if quote.mem_id != node.mem_id:
            quote.decompose()
    return text_of(node)


def line_of(node: LexborNode) -> str:
    """The text of an element on one line."""
    return " ".join((node.text(separator=" ") or "").replace("\x00", "").split())
