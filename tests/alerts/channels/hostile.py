"""What the public may write into any field, and a message that carries it everywhere it can."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alerts.base import Message, Sample
from tests.alerts.messages import retold

TEXTS = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>",
    "header": "x\r\nBcc: all@example.com\r\n\r\nbody\n\n",
    "slack": "<!channel> <!here|here> <@U123> <https://evil.example|bank> &amp; *b* `c`",
    "template": "{{7*7}} {% for x in y %} {0} {brand} ${x} %(x)s #{7*7} %s",
    "long": "é" * 1_000_000,
    "long entities": "&" * 50_000,
    "surrogates": "a\ud800b\udfffc\udc80",
    "direction": "\u202egnp.exe\u202c \u2067x\u2069 \u200fy\u061c",
    "controls": "a\x00b\x07c\x1b[31md\x7fe\x85f\u2028g\ufeffh",
    "emoji": "👩‍👩‍👧‍👦" * 5_000,
    "empty": "",
    "blank": " \n\t ",
    "quotes": "\"\\'" * 5_000,
}
URLS = [
    None,
    "",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/x",
    "https://",
    "https://x.example/\r\nSet-Cookie: a",
    "https://x.example/>|<!channel>",
    "https://x.example/" + "a" * 5_000,
    "https://[::1",
    "https://x.example/\ud800",
    'https://x.example/"onmouseover="x',
]
OLD = datetime(1990, 1, 1, tzinfo=UTC)


def filled(message: Message, text: str, url: str | None = "javascript:alert(1)") -> Message:
    """The message with `text` in every field that comes from outside."""
    sample = Sample(text, text, text, url, OLD, 2**40)
    told = replace(
        message.subject.explanation,
        words=(text,) * 50,
        first_mention=sample,
        top_source=text,
        samples=(sample,) * 10,
        reach=2**50,
        observed=1e12,
        customers_at_risk=(2**40, 2**50),
    )
    return retold(message, brand=text, rule=text, explanation=told)
