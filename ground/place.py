"""What somebody gives who looks for sources: an address, with what its page says of itself, or the name of a brand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from ground.accents import without_accents

HEAD = 200_000
"""Characters of a page in which a kind of source looks for its marks."""
_GENERATOR = re.compile(
    r"""<meta\s[^<>]{0,200}?name=["']?generator["']?[^<>]{0,200}?content=["']([^"'<>]{1,200})""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address, or the `words` to search for where there is none.

    `url` is absolute, "" where words were typed. `html` is the page at the address, `is_feed` whether a feed is there
    instead; neither is known before somebody looked. `words` is the name of the brand, "" when there is none yet.
    `feeds` are those that the page names.
    """

    url: str = ""
    words: str = ""
    language: str = "en"
    html: str = ""
    is_feed: bool = False
    feeds: Sequence[str] = ()

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        return (self._parts.hostname or "").lower().removeprefix("www.")

    @property
    def path(self) -> str:
        return self._parts.path

    @property
    def origin(self) -> str:
        return f"{self._parts.scheme}://{self._parts.netloc}" if self.url else ""

    @property
    def phrase(self) -> str:
        """The words as most searches take them: side by side."""
        return f'"{self.words}"' if " " in self.words else self.words

    @property
    def tag(self) -> str:
        """The words as a hashtag, without the sign."""
        return re.sub(r"\W+", "", without_accents(self.words))

    @property
    def is_search(self) -> bool:
        """Whether only words were typed."""
        return bool(self.words) and not self.url

    def on(self, *hosts: str) -> bool:
        """Whether the address is on one of these hosts, or below one."""
        return any(self.host == host or self.host.endswith(f".{host}") for host in hosts)

    def at(self, pattern: str) -> re.Match[str] | None:
        """The match of a pattern with the beginning of the path."""
        return re.match(pattern, unquote(self.path))

    def asked(self, name: str) -> str:
        """A value of the query of the address, "" for none."""
        return next(iter(parse_qs(self._parts.query, max_num_fields=50).get(name, ())), "")

    def says(self, pattern: str) -> bool:
        """Whether the page holds the pattern."""
        return bool(re.search(pattern, self.html[:HEAD], re.IGNORECASE))

    @property
    def generator(self) -> str:
        """What the page says it was made by, in lower case."""
        found = _GENERATOR.search(self.html[:HEAD])
        return found[1].lower() if found else ""

    def root(self, *marks: str) -> str:
        """The address up to the first of these parts of a path, or up to its last folder; no slash at its end."""
        path = self.path
        ends = [place for mark in marks if (place := path.find(mark)) >= 0]
        return self.origin + (path[: min(ends)] if ends else path.rpartition("/")[0]).rstrip("/")
