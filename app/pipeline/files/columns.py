"""Recognises what the columns of a file are: by what the person said, by the tool that wrote it, by their titles, and
at last by what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.pipeline.files.limits import Cell, UnreadableFile, is_filled
from ground.dates import read_date

UNUSED = "-"
"""What a column is mapped to that is not to be read."""
PROSE_WORDS = 4.0
"""Words a cell, on average, from which a column is taken for texts rather than for names or places."""
TITLE_LONGEST = 60
"""Longer titles are questions of a survey: they hold words of ours by chance."""
_NUMBER = re.compile(r"[+-]?[\d\s.,\u202f\xa0]+%?|[-–—]|n/?a|null|none", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}(\s?[:h.]\s?\d{0,2}){0,2}(\s?[ap]\.?m\.?)?", re.IGNORECASE)
OTHER_DAYS = re.compile(
    r"\breply\b|réponse|\brepl|modifi|mise à jour|updat|achat|purchase|commande|\border|visit|séjour|\bstay\b|naissance"
    r"|birth|livraison|deliver|expir|début|\bstart|\bfin\b|\bend\b|inscription|regist|joined|index|échéance|\bdue\b"
)
"""In the titles of days on which something else happened than that it was said."""
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a tool names its columns. It wrote the file where all titles of one of its `marks` are there.

    `columns` is {our field: its titles, the best first}; every title as `name_of` writes it.
    """

    tool: str
    marks: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields that a file may have. `what` they belong to is for sentences.

    `titles` is {field: names of its column, the best first} beside its own name; `profiles` come before them, `hints`,
    {field: what a title may hold}, after them. `prose` is the field that a column of texts is, whatever its title;
    `numbers` are the fields of numbers whose titles may as well be those of texts.
    """

    what: str
    titles: Mapping[str, tuple[str, ...]]
    hints: Mapping[str, re.Pattern[str]]
    profiles: tuple[Profile, ...] = ()
    prose: str = "text"
    numbers: Collection[str] = ()

    def counts(self, mapping: Mapping[str, str] | None) -> Callable[[Sequence[object]], int]:
        """Says how many fields are recognised among the titles in a line, by their names alone."""
        known = {name_of(column): wanted for column, wanted in (mapping or {}).items()}
        for profile in self.profiles:
            known |= {title: wanted for wanted, titles in profile.columns.items() for title in titles}
        known |= {name_of(title): wanted for wanted, titles in self.titles.items() for title in (wanted, *titles)}

        def count(cells: Sequence[object]) -> int:
            names = (name_of(cell) for cell in cells[:300] if isinstance(cell, str) and len(cell) < 200)
            return len({known[name] for name in names if name in known})

        return count


@dataclass(frozen=True, slots=True)
class Recognised:
    """{our field: its column}, and the tool whose export it is, empty where unknown."""

    fields: Mapping[str, str]
    tool: str = ""


def name_of(column: str) -> str:
    """A column's name as it is compared: case, spaces, underlines, apostrophes and what ends it do not count."""
    return " ".join(column.replace("’", "'").replace("_", " ").split()).casefold().rstrip(" :*")


def column_titles(cells: Sequence[Cell]) -> list[str]:
    """A title for each column, none twice: one without a title is called by its letter, as [C]."""
    last = max((at for at, cell in enumerate(cells, start=1) if is_filled(cell)), default=0)
    titles: list[str] = []
    seen: dict[str, int] = {}
    for at, cell in enumerate(cells[:last]):
        title = " ".join(str(cell).split()) if is_filled(cell) else ""
        title = title or f"[{letter_of(at)}]"
        seen[title] = seen.get(title, 0) + 1
        titles.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return titles


def letter_of(at: int) -> str:
    """What a spreadsheet calls its column number `at`, counted from 0: A … Z, AA …"""
    high, low = divmod(at, 26)
    return (letter_of(high - 1) if high else "") + chr(ord("A") + low)


def recognise(
    columns: Sequence[str],
    vocabulary: Vocabulary,
    mapping: Mapping[str, str] | None = None,
    rows: Iterable[Sequence[Cell]] = (),
    loose: bool = False,
) -> Recognised:
    """What these columns are. `rows` are the first ones of the file; `loose`: the mapping may name columns not here.

    Raises UnreadableFile for a mapping with an unknown field or column, or two columns for one field.
    """
    named: dict[str, str] = {}
    for column in columns:
        named.setdefault(name_of(column), column)
    fields = _apply_mapping(named, vocabulary, mapping or {}, loose)
    said = set(map(name_of, mapping or {}))
    search = _Search(vocabulary, {name: one for name, one in named.items() if name not in said}, fields)
    search.samples = _samples(columns, rows)
    profile = next((one for one in vocabulary.profiles if _is_of(one, named)), None)
    if profile:
        search.by_titles(profile.columns)
    search.by_titles(vocabulary.titles)
    search.by_hints()
    search.by_contents()
    return Recognised(search.fields, profile.tool if profile else "")


@dataclass(slots=True)
class _Search:
    """The columns that are `left`, by their names, the `fields` that were found, and what the columns hold."""

    vocabulary: Vocabulary
    left: dict[str, str]
    fields: dict[str, str]
    samples: Mapping[str, Sequence[Cell]] = field(default_factory=dict)

    def by_titles(self, titles: Mapping[str, tuple[str, ...]]) -> None:
        for wanted, others in titles.items():
            names = (wanted.replace("_", " "), *map(name_of, others))
            fit = (self.left[name] for name in names if name in self.left and self._fits(wanted, self.left[name]))
            self._take(wanted, next(fit, None))

    def by_hints(self) -> None:
        for wanted, hint in self.vocabulary.hints.items():
            found = [column for name, column in self.left.items() if hint.search(name)]
            self._take(wanted, next((one for one in found if self.samples.get(one)), next(iter(found), None)))

    def by_contents(self) -> None:
        """The column that holds most prose is the text; hours that say the day, or the only days, are the date."""
        words = {column: _words(self.samples.get(column, ())) for column in self.left.values()}
        best = max(words, key=lambda column: words[column], default=None)
        if best is not None and words[best] >= PROSE_WORDS:
            self._take(self.vocabulary.prose, best)
        hours = self.samples.get(self.fields.get("time", ""), ())
        if "date" not in self.fields and not all(map(_is_clock, hours)):
            self.fields["date"] = self.fields.pop("time")
        days = [
            column for name, column in self.left.items() if not OTHER_DAYS.search(name) and self._holds_days(column)
        ]
        self._take("date", days[0] if len(days) == 1 else None)

    def _holds_days(self, column: str) -> bool:
        cells = self.samples.get(column, ())
        return bool(cells) and all(map(_is_day, cells))

    def _take(self, wanted: str, column: str | None) -> None:
        if column is not None and wanted not in self.fields:
            self.fields[wanted] = column
            self.left.pop(name_of(column), None)

    def _fits(self, wanted: str, column: str) -> bool:
        """Whether a column may be what its title says: «Comments» are counts or texts."""
        cells = self.samples.get(column, ())
        numbers = sum(map(_is_number, cells))
        if wanted in self.vocabulary.numbers:
            return not cells or numbers > 0
        return wanted != self.vocabulary.prose or not cells or numbers < len(cells)


def _samples(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {column: [] for column in columns}
    for row in rows:
        for column, cell in zip(columns, row, strict=False):
            if is_filled(cell):
                found[column].append(cell)
    return found


def _apply_mapping(
    named: Mapping[str, str], vocabulary: Vocabulary, mapping: Mapping[str, str], loose: bool
) -> dict[str, str]:
    fields: dict[str, str] = {}
    for column, wanted in mapping.items():
        if wanted != UNUSED and wanted not in vocabulary.titles:
            raise UnreadableFile(_UNKNOWN_FIELD[vocabulary.what], field=wanted, known=", ".join(vocabulary.titles))
        here = named.get(name_of(column))
        if here is None and not loose:
            raise UnreadableFile(
                "There is no column “{column}”. Columns found: {found}.", column=column, found=listing(named.values())
            )
        if here is None or wanted == UNUSED:
            continue
        if wanted in fields:
            raise UnreadableFile("Two columns are read as “{field}”: choose one of them.", field=wanted)
        fields[wanted] = here
    return fields


_UNKNOWN_FIELD = {
    "mention": "“{field}” is not a field of a mention: choose one of {known}.",
    "answer": "“{field}” is not a field of an answer: choose one of {known}.",
}


def listing(columns: Iterable[str]) -> str:
    """The columns in a sentence."""
    return ", ".join(filter(None, columns))[:500] or "none"


def _is_of(profile: Profile, named: Mapping[str, str]) -> bool:
    return any(all(title in named for title in marks) for marks in profile.marks)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) or (isinstance(cell, str) and bool(_NUMBER.fullmatch(cell.strip())))


def _is_clock(cell: Cell) -> bool:
    """Whether a cell holds an hour of the day, and no day."""
    return isinstance(cell, str) and bool(_CLOCK.fullmatch(cell.strip()))


def _is_day(cell: Cell) -> bool:
    if isinstance(cell, datetime):
        return True
    return isinstance(cell, str) and not _is_number(cell) and read_date(cell, order="day first") is not None


def _words(cells: Sequence[Cell]) -> float:
    """Words a cell; 0 where they are addresses, or where few differ: a label is no text."""
    texts = [cell for cell in cells if isinstance(cell, str) and not _NO_WORDS.fullmatch(cell.strip())]
    if not texts or len(set(texts)) * 2 < len(texts):
        return 0.0
    return sum(len(text.split()) for text in texts) / len(texts)
