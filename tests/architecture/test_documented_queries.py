"""What the page on queries teaches is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matching.match import BrandQuery, Matcher
from matching.query import check_collected, parse

PAGES = ("docs/using/queries.md", "docs/fr/requetes.md")
ROW = re.compile(r"^\| `([^|]+)` \| ([^|`]+) \| ([^|`]+) \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^\| [^|`]+ \| `([^|]+)` \|$", re.MULTILINE)
CODES = re.compile(r"`([^`]+)`")


def finds(query: str, written: str) -> bool:
    title, slash, text = written.partition(" / ")
    return bool(Matcher([BrandQuery(1, query)]).match(title if slash else "", text if slash else title))


@pytest.mark.parametrize("page", PAGES)
def test_each_query_finds_the_first_text_and_not_the_second(root: Path, page: str) -> None:
    rows = ROW.findall((root / page).read_text(encoding="utf-8"))
    assert len(rows) == 15
    assert [query for query, found, other in rows if not finds(query, found) or finds(query, other)] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_example_is_the_query_of_a_brand(root: Path, page: str) -> None:
    examples = EXAMPLE.findall((root / page).read_text(encoding="utf-8"))
    assert len(examples) == 5
    for query in examples:
        check_collected(parse(query))


@pytest.mark.parametrize("page", PAGES)
def test_each_field_is_read(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    start = text.index("\n## ", text.index("\n## ") + 1)
    table = text[start : text.index("\n## ", start + 1)]
    codes = [
        code for line in table.splitlines() if line.startswith("| `") for code in CODES.findall(line.split("|")[1])
    ]
    assert len(codes) > 20
    for code in codes:
        assert str(parse(code))
