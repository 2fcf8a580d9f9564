"""The page of all brands: its order, and where its figures lead."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.models import Brand
from app.queries.all_brands import BrandLine
from app.queries.reputation import Standing
from app.queries.sums import Counts, Point
from app.services import Services
from app.viewer import Viewer
from app.web.overview import in_order
from sentiment.indices import Reputation
from tests.web.test_reputation import counted, said

__all__ = ["said"]
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def line(name: str, score: float | None, past: float | None, incidents: int) -> BrandLine:
    def point(value: float | None) -> Point:
        found = Reputation(9, value, value - 20, value + 20, value) if value is not None else Reputation(0)
        return Point(NOW, found, 9, 9, Counts(4, 2, 3))

    brand: Any = SimpleNamespace(name=name)
    return BrandLine(Standing(brand, point(score), point(past), "unknown"), incidents, 0, False, 0)


@pytest.mark.parametrize(
    ("order", "names"),
    [("", "abcd"), ("nonsense", "abcd"), ("score", "badc"), ("change", "bacd"), ("incidents", "cabd")],
)
def test_the_worst_comes_first_and_what_cannot_be_told_last(order: str, names: str) -> None:
    lines = [line("a", 10, 5, 1), line("b", -10, 40, 0), line("c", None, None, 3), line("d", 20, None, 0)]
    assert "".join(each.standing.brand.name for each in in_order(lines, order)) == names


def test_every_figure_leads_to_exactly_what_it_counts(
    browser: TestClient, services: Services, viewer: Viewer, said: Brand
) -> None:
    page = browser.get("/overview").text
    row = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)[0]
    links = re.findall(r'<a href="(/\?[^"]*)">([^<]*)</a>', row)
    numbers = {words: counted(services, viewer, unescape(href)) for href, words in links if words.isdecimal()}
    assert numbers
    assert all(int(words) == number for words, number in numbers.items())
    assert f"/reputation?brand={said.id}" in row
    assert 'aria-sort="ascending"' in browser.get("/overview?sort=score").text
