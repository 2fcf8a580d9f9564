"""A trial: what a stream brings within some seconds, and why a source cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.actions.trial import HEARD_MAX, SHOWN, UNREAD, _brands_of, _listen, problem_of
from app.models import Brand
from app.pipeline.sift.page import queries_json
from app.pipeline.sift.queries import Asked
from collectors.base import Page, RawMention, SourceError
from ground.notice import Notice
from matching.match import BrandQuery, Matcher

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ACME, BRUMELO = UUID(int=1), UUID(int=2)
QUERIES = queries_json([Asked(ACME, "acme")])


def page(*texts: str, warning: Notice | None = None, deleted: bool = False) -> Page:
    mentions = [RawMention(text, text=text, published_at=AT, deleted=deleted) for text in texts]
    return Page(tuple(mentions), {}, warning=warning)


def heard(*pages: Page) -> Page:
    def stream() -> Iterator[Page]:
        yield from pages

    return _listen(stream(), QUERIES)


def test_what_may_be_about_a_brand_comes_first() -> None:
    found = heard(page("weather", "acme is late"), page("more weather", "acme again"))
    assert [one.text for one in found.mentions] == ["acme is late", "acme again", "weather", "more weather"]


def test_listening_ends_when_there_is_enough_to_show() -> None:
    pages = [page(*(f"acme {n} {m}" for m in range(SHOWN))) for n in range(3)]
    assert len(heard(*pages).mentions) == SHOWN


def test_what_is_not_about_a_brand_is_kept_only_so_far() -> None:
    found = heard(page(*(f"weather {n}" for n in range(HEARD_MAX + 50))), page("more weather"))
    assert len(found.mentions) == HEARD_MAX


def test_what_was_deleted_is_not_shown_and_silence_is_said() -> None:
    found = heard(page("acme is late", deleted=True))
    assert found.mentions == ()
    assert "Nobody said anything there" in str(found.warning)
    told = Notice("The site sends half of it")
    assert heard(page(warning=told)).warning == told


@pytest.mark.parametrize(
    ("error", "text", "detail"),
    [
        (SourceError("the site answered {code}", code=500), "The site answered {code}.", "The site answered 500."),
        (SourceError("{reason}", reason="no feed is here"), "{reason}.", "No feed is here."),
        (SourceError("is this a feed?"), "Is this a feed?", "Is this a feed?"),
    ],
)
def test_a_source_that_cannot_be_read_says_why_in_a_sentence(error: SourceError, text: str, detail: str) -> None:
    problem = problem_of(error)
    assert problem.code in UNREAD
    assert (problem.text, problem.detail) == (text, detail)
    assert problem.errors[0].message == detail


@dataclass(frozen=True)
class Words:
    """The words of a draft."""

    title: str
    text: str


@pytest.mark.parametrize(
    ("tied_to", "text", "names"),
    [
        (None, "acme and brumelo", ["Acme", "Brumelo"]),
        (None, "weather", []),
        (BRUMELO, "acme is late", ["Acme", "Brumelo"]),
        (BRUMELO, "weather", ["Brumelo"]),
    ],
)
def test_a_mention_is_about_the_brands_it_matches_and_the_one_of_its_source(
    tied_to: UUID | None, text: str, names: list[str]
) -> None:
    brands = {ACME: Brand(id=ACME, name="Acme"), BRUMELO: Brand(id=BRUMELO, name="Brumelo")}
    matcher = Matcher([BrandQuery(ACME, "acme"), BrandQuery(BRUMELO, "brumelo")])
    found = _brands_of(matcher, Words("", text), tied_to, brands)  # type: ignore[arg-type] # all that is read of a draft
    assert sorted(brand.name for brand in found) == names
