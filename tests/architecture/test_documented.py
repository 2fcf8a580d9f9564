"""What can be set, added or made is written down."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from alerts.channels import all_channels
from alerts.rules import all_rules
from app.http.imap import PORTS as IMAP_PORTS
from app.http.mail import PORTS as SMTP_PORTS
from app.http.url import WEB_PORTS
from app.settings import PREFIX, Settings
from app.web.words import WORDS
from collectors import all_collectors
from collectors._kit.reference import renew


def missing(words: Iterable[str], text: str) -> list[str]:
    """Those of the words that do not stand in the text as `code`."""
    return sorted(word for word in words if f"`{word}`" not in text)


def test_every_setting_is_documented_with_its_file(root: Path) -> None:
    text = (root / "docs/operating.md").read_text(encoding="utf-8")
    names = [PREFIX + name.upper() for name in Settings.model_fields]
    assert names
    assert missing(names, text) == []
    assert "_FILE" in text


def test_every_setting_that_is_documented_exists(root: Path) -> None:
    written = re.findall(
        r"^\| `(VIGIE_[A-Z_]+)`", (root / "docs/operating.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(set(written) - {PREFIX + name.upper() for name in Settings.model_fields}) == []


def test_every_state_of_a_source_is_explained(root: Path) -> None:
    text = (root / "docs/using.md").read_text(encoding="utf-8")
    assert [word for word in WORDS["source state"].values() if f"| {word} |" not in text] == []


def test_the_firewall_of_the_docs_lets_through_what_vigie_asks(root: Path) -> None:
    text = (root / "docs/operating.md").read_text(encoding="utf-8")
    rule = re.search(r"multiport ! --dports ([\d,]+)", text)
    assert rule
    assert {int(port) for port in rule[1].split(",")} == {*WEB_PORTS, *SMTP_PORTS.values(), *IMAP_PORTS}


def test_every_collector_is_documented(root: Path) -> None:
    kinds = [kind for kind, collector in all_collectors().items() if not collector.hidden]
    assert not kinds or missing(kinds, (root / "docs/collectors.md").read_text(encoding="utf-8")) == []


def test_the_reference_of_the_collectors_is_what_they_declare(root: Path) -> None:
    page = (root / "docs/collectors.md").read_text(encoding="utf-8")
    assert page == renew(page, all_collectors().values()), "run: python -m collectors --renew docs/collectors.md"


def test_every_rule_and_channel_is_documented(root: Path) -> None:
    kinds = [*all_rules(), *all_channels()]
    assert not kinds or missing(kinds, (root / "docs/alerts.md").read_text(encoding="utf-8")) == []


def test_every_command_of_make_says_what_it_does(root: Path) -> None:
    text = (root / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY: help"))
    told = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\S+)", told, re.MULTILINE)
    assert sorted(listed) == sorted(phony.removeprefix(".PHONY: ").split())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs"])
def test_every_link_to_a_file_leads_to_one(root: Path, page: str) -> None:
    pages = sorted((root / page).rglob("*.md")) if (root / page).is_dir() else [root / page]
    links = [(file, link) for file in pages for link in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8"))]
    local = [(file, link) for file, link in links if "://" not in link and not link.startswith("mailto:")]
    assert [f"{file.relative_to(root)}: {link}" for file, link in local if not (file.parent / link).exists()] == []


def test_the_decisions_are_numbered_without_a_hole(root: Path) -> None:
    numbers = [int(file.name[:4]) for file in sorted((root / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(len(numbers)))
