"""A page that is written in both languages says the same in both: it has the same sections, commands and figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.channels import all_channels
from app.web.language import catalogue
from app.web.words import WORDS
from collectors import all_collectors

PAIRS = {
    "README.md": "docs/README.fr.md",
    "docs/using.md": "docs/fr/utiliser.md",
    "docs/using/queries.md": "docs/fr/requetes.md",
    "docs/alerts.md": "docs/fr/alertes.md",
    "docs/sentiment.md": "docs/fr/tonalite-et-score.md",
    "docs/privacy.md": "docs/fr/donnees-personnelles.md",
}
BOTH = [pytest.param(*pair, id=pair[0]) for pair in PAIRS.items()]
BLANK = "\u00a0"


def blocks(text: str) -> list[str]:
    """The blocks of code, without the remarks in them, which are translated."""
    found = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(r"[ \t]*# .*", "", block) for block in found]


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """The level of each heading and what stands below it, without blocks of code."""
    parts = re.split(r"^(#+) ", prose(text), flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def codes(text: str) -> set[str]:
    """What stands `so`, on one line."""
    return {" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(text))}


def shape(section: str) -> dict[str, int]:
    """How many rows of tables, points and links a section has."""
    signs = {"rows": r"^\|", "points": r"^(?:-|\d+\.) ", "links": r"\]\("}
    return {name: len(re.findall(sign, section, re.MULTILINE)) for name, sign in signs.items()}


def figures(text: str, thousands: str, decimal: str) -> Counter[str]:
    """The numbers of a text outside its links and `codes`, written alike."""
    bare = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", text)
    whole = re.sub(rf"(?<=\d){thousands}(?=\d\d\d(?!\d))", "", bare)
    return Counter(re.sub(rf"(?<=\d)\{decimal}(?=\d)", ".", number) for number in re.findall(r"\d+(?:[.,]\d+)?", whole))


def slug(heading: str) -> str:
    """The anchor that a forge makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize(("english", "french"), BOTH)
def test_both_have_the_same_sections(root: Path, english: str, french: str) -> None:
    one, other = (list(sections((root / page).read_text(encoding="utf-8"))) for page in (english, french))
    assert [level for level, _ in one] == [level for level, _ in other]
    if english == "README.md":  # its list of pages is by language
        one, other = one[:-1], other[:-1]
    wrong = [
        ours.splitlines()[0] for (_, ours), (_, theirs) in zip(one, other, strict=True) if shape(ours) != shape(theirs)
    ]
    assert wrong == [], "a table, a list or a link is missing in one of the languages"


@pytest.mark.parametrize(("english", "french"), BOTH)
def test_both_have_the_same_commands(root: Path, english: str, french: str) -> None:
    one, other = ((root / page).read_text(encoding="utf-8") for page in (english, french))
    assert blocks(one) == blocks(other)
    assert codes(one) == codes(other)


@pytest.mark.parametrize(("english", "french"), BOTH)
def test_both_have_the_same_figures(root: Path, english: str, french: str) -> None:
    one, other = (list(sections((root / page).read_text(encoding="utf-8"))) for page in (english, french))
    for (_, ours), (_, theirs) in zip(one, other, strict=True):
        assert figures(ours, ",", ".") == figures(theirs, BLANK, ","), ours.splitlines()[0]


@pytest.mark.parametrize("french", PAIRS.values())
def test_french_pages_are_set_as_french_is(root: Path, french: str) -> None:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", prose((root / french).read_text(encoding="utf-8")))
    assert re.findall(r".{20} [:;!?»%](?!\w).{5}|«(?!\u00a0).{20}|.{10}\w'\w.{10}", text) == []


@pytest.mark.parametrize("french", PAIRS.values())
def test_a_french_page_leads_to_french_pages_where_there_are_some(root: Path, french: str) -> None:
    text = (root / french).read_text(encoding="utf-8")
    leads = {
        ((root / french).parent / link).resolve() for link in re.findall(r"\]\(([^)#\s]+)", text) if ":" not in link
    }
    translated = {(root / page).resolve() for page in PAIRS if page != "README.md"}
    assert leads & translated == set()


def test_a_link_to_a_section_leads_to_one(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    wrong = []
    for page in pages:
        for file, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
            there = (page.parent / file).read_text(encoding="utf-8") if file else page.read_text(encoding="utf-8")
            if anchor not in {slug(title) for title in re.findall(r"^#+ (.+)$", prose(there), re.MULTILINE)}:
                wrong.append(f"{page.relative_to(root)}: {file}#{anchor}")
    assert wrong == []


def test_every_state_of_a_source_is_explained_in_french(root: Path) -> None:
    text = (root / "docs/fr/utiliser.md").read_text(encoding="utf-8")
    say = catalogue("fr").gettext
    assert [word for word in WORDS["source state"].values() if f"| {say(word)} |" not in text] == []


def test_both_readmes_tell_how_much_there_is(root: Path) -> None:
    kinds = sum(not collector.hidden for collector in all_collectors().values())
    assert 40 < kinds < 50, "write another number of kinds into both READMEs, and here"
    for page, number in (("README.md", "more than forty kinds"), ("docs/README.fr.md", "plus de quarante types")):
        text = (root / page).read_text(encoding="utf-8")
        assert number in text
        words = text.lower()
        language = "en" if page == "README.md" else "fr"
        missing = [kind for kind, channel in all_channels().items() if channel.title[language].lower() not in words]
        assert missing == [], f"{page} does not name these channels"


def test_no_page_says_that_what_is_there_is_still_to_come(root: Path) -> None:
    past = re.compile(
        r"two kinds of source|deux types? de sources|social platforms later|plateformes sociales plus tard"
    )
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    assert [page.name for page in pages if past.search(page.read_text(encoding="utf-8").lower())] == []


def test_kinds_that_others_send_to_have_an_address_in_the_docs(root: Path) -> None:
    text = (root / "docs/api.md").read_text(encoding="utf-8")
    sent_to = [kind for kind, collector in all_collectors().items() if collector.receive and not collector.polled]
    assert sent_to
    assert [kind for kind in sent_to if f"`{kind}`" not in text] == []
    assert "inbound_url" in text
