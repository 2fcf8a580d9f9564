"""Turns HTML into the text that a reader sees, one line per block. For use in a process that can be killed."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST_PAGE = 2 * 1024 * 1024  # characters
UNSEEN = "script, style, template, noscript, head, title, svg, iframe, object, select, textarea"
BLOCKS = (
    "address, article, aside, blockquote, br, dd, details, div, dl, dt, figcaption, footer, form, h1, h2, h3, h4, h5, "
    "h6, header, hr, li, main, nav, ol, p, pre, section, summary, table, tr, ul"
)
BREAK = "\x1e"

_SPACES = re.compile(r"[^\S\x1e]+")
_BREAKS = re.compile(rf" ?{BREAK}[{BREAK} ]*")


def parsed(html: str) -> LexborHTMLParser:
    """The tree of a page, or of a piece of one."""
    return LexborHTMLParser(html[:LONGEST_PAGE])


def text_of(node: LexborNode) -> str:
    """The text of an element. This changes the tree: it removes what nobody sees and marks the blocks."""
    for unseen in node.css(UNSEEN):
        if unseen.mem_id != node.mem_id:
            unseen.decompose()
    for block in node.css(BLOCKS):
        if block.mem_id != node.mem_id:
            block.insert_before(BREAK)
            block.insert_after(BREAK)
    text = (node.text() or "").replace("\x00", "")
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def line_of(node: LexborNode) -> str:
    """The text of an element on one line."""
    return " ".join((node.text(separator=" ") or "").replace("\x00", "").split())
