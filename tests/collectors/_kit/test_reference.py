"""The kinds as Markdown, for docs/collectors.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collectors import all_collectors
from collectors.__main__ import main
from collectors._kit.reference import BEGINS, ENDS, renew, section


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(main, args, env=environment, prog_name="python -m collectors")


def test_the_reference_tells_every_kind_that_is_offered(tmp_path: Path) -> None:
    told = run("--reference")
    assert told.exit_code == 0
    for kind, declared in all_collectors().items():
        assert (f"`{kind}`" in told.stdout) is not declared.hidden
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGINS}\nold\n{ENDS}\nafter\n", encoding="utf-8")
    assert run("--renew", str(page)).exit_code == 0
    assert page.read_text("utf-8") == f"before\n{BEGINS}\n\n{told.stdout}\n{ENDS}\nafter\n"


def test_a_page_without_its_marks_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="the marks between which to write are missing"):
        renew(f"{BEGINS}\nno end", all_collectors().values())


def test_a_section_says_what_a_kind_asks_for_costs_and_keeps() -> None:
    lines = "\n".join(section(all_collectors()["x"]))
    assert "`token` (required, secret)" in lines
    assert "`monthly_budget` (`5.0` by default)" in lines
    assert "- Cost: about $5.00 for 1,000 mentions." in lines
    assert "7 days at most" in lines


def test_a_kind_that_is_sent_to_us_is_not_said_to_be_read() -> None:
    lines = "\n".join(section(all_collectors()["webhook"]))
    assert "- Inbound: " in lines
    assert "- Read: " not in lines
