"""Takes out of a text what its author only quotes, in the marks of Markdown and of forums (BBCode).

What is quoted has another author, so it is neither looked through for brands nor scored as the words of this one.
Takes linear time.
"""

from __future__ import annotations

import re

_MARKER = re.compile(r" {0,3}(?:(?:[-*+]|\d{1,9}[.)]) {1,4}){0,4}((?:(?:>|&gt;) ?)+)")
_NO_QUOTE = re.compile(
    r"[!=]"  # a spoiler, >!like this!<, and >= for «at least»
    r"|[:;=][-'^]?[()\[\]{}DPpOo03/\\|@$*](?!\w)|[._-]{1,3}(?:[<>]|&[lg]t;)"  # a face, >:( or >_<
)
_SPOILER = re.compile(r"(?:>|&gt;)!((?:(?!(?:>|&gt;)!).){0,2000}?)!(?:<|&lt;)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NEW_BLOCK = re.compile(
    r" {0,3}(?:#{1,6}(?:\s|$)|`{3}|~{3}|[-*+]\s|1[.)]\s|(?:[-*_] {0,3}){3,}$|<(?:div|p|table|pre|details|/)\b)"
)
_BBCODE = re.compile(r"\[(?:(quote)(?:[= ][^\[\]\n]{0,300})?|/quote)\]", re.IGNORECASE)


def without_markdown_quotes(text: str) -> str:
    """The text without its block quotes (CommonMark 5.1): lines that begin with `>` or `&gt;`, at any depth, and the
    lines on which the quoted paragraph goes on without that mark. Spoilers, faces and code are no quotes.
    """
    own: list[str] = []
    goes_on, fence = False, ""
    for line in text.replace("\r\n", "\n").split("\n"):
        marker = None if fence else _marker(line)
        if marker:
            inside = line[marker.end() :]
            goes_on = bool(inside.strip()) and not _NEW_BLOCK.match(inside)
            continue
        if goes_on and line.strip() and not _NEW_BLOCK.match(line):
            continue
        goes_on, fence = False, _fence_after(line, fence)
        own.append(line)
    return _SPOILER.sub(r"\1", "\n".join(own)).strip()


def _marker(line: str) -> re.Match[str] | None:
    """The marks of a quote at the start of a line."""
    marker = _MARKER.match(line)
    if marker is None or (not marker[1].endswith(" ") and _NO_QUOTE.match(line, marker.end())):
        return None
    return marker


def _fence_after(line: str, fence: str) -> str:
    """The fence that is open after a line of the author's own, where `fence` was open before it."""
    found = _FENCE.match(line)
    if not fence:
        return found[1] if found else ""
    closes = found and found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def without_bbcode_quotes(text: str) -> str:
    """The text without `[quote]…[/quote]`, at any depth. A quote that is never closed ends nothing."""
    opened: list[int] = []
    closed: list[tuple[int, int]] = []
    for mark in _BBCODE.finditer(text):
        if mark[1]:
            opened.append(mark.start())
        elif opened:
            closed.append((opened.pop(), mark.end()))
    if not closed:
        return text
    pieces, at = [], 0
    for start, end in sorted(closed):
        if start >= at:  # not inside another one
            pieces.append(text[at:start])
            at = end
    return "\n".join([*pieces, text[at:]]).strip()
