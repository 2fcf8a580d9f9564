"""Finds the members whom a note names: «@Sophie», «@SophieMartin» or «@sophie.martin»."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Member, User

_NAME = re.compile(r"(?<![\w@.+/-])@(\w[\w.'’-]*+)(?!@)")  # not ana@example.com, nor @ana@server.example
MOST = 50
"""So many names are looked at in one note."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member who can be named. The `name` may be empty."""

    id: UUID
    name: str
    email: str

    @property
    def handle(self) -> str:
        """What to write after the @ for this person and nobody else of the name: the name without spaces."""
        joined = "".join(letter for letter in self.name if letter.isalnum())
        return joined or self.email.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Named:
    """A member, and where in the text they are named: [start, end) counted in characters, the @ with it."""

    start: int
    end: int
    id: UUID


class Names:
    """Whom each word after an @ may mean: by name or address first, else by first name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = tuple(people)
        self._whole: dict[str, set[UUID]] = defaultdict(set)
        self._first: dict[str, set[UUID]] = defaultdict(set)
        for one in self.people:
            self._whole[_joined(one.name)].add(one.id)
            self._whole[_plain(one.email.partition("@")[0])].add(one.id)
            self._first[_joined(one.name.partition(" ")[0])].add(one.id)

    def meant(self, word: str) -> UUID | None:
        """The one member that the word means; None where it means nobody, or may mean two people."""
        joined = _joined(word)
        if not joined:
            return None
        whole = self._whole.get(joined, set()) | self._whole.get(_plain(word), set())
        found = whole or (set() if "." in word else self._first.get(joined, set()))
        return next(iter(found)) if len(found) == 1 else None

    def handles(self) -> list[tuple[str, Person]]:
        """What to write after the @ for each member, where there is something that means only them."""
        return [(one.handle, one) for one in self.people if self.meant(one.handle) == one.id]


def names_in(session: Session, workspace_id: UUID) -> Names:
    """The names of the members of a workspace."""
    theirs = select(User.id, User.name, User.email).join(Member, Member.user_id == User.id)
    rows = session.execute(theirs.where(Member.workspace_id == workspace_id).order_by(User.name, User.id))
    return Names(Person(*row) for row in rows)


def find_named(text: str, names: Names) -> list[Named]:
    """Where the text names somebody, in order."""
    found = []
    for match in islice(_NAME.finditer(text), MOST):
        for word in _readings(match[1]):
            who = names.meant(word)
            if who is not None:
                found.append(Named(match.start(), match.start(1) + len(word), who))
                break
    return found


def newly_named(before: str, after: str, names: Names) -> set[UUID]:
    """Whom the text names that it did not name before it was edited."""
    return {one.id for one in find_named(after, names)} - {one.id for one in find_named(before, names)}


def _readings(word: str) -> Sequence[str]:
    """The word without the signs that end it; and what stands before an apostrophe: «@Sophie's»."""
    whole = word.rstrip(".'’-")
    return list(dict.fromkeys((whole, re.split("['’]", whole)[0])))


def _plain(text: str) -> str:
    """Without accents and capitals."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _joined(text: str) -> str:
    return "".join(letter for letter in _plain(text) if letter.isalnum())
