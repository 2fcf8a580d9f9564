"""`vigie backtest`: a rule tried on the past."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Workspace
from tests.cli.conftest import Run
from tests.rows import brand_row, match_row, mention_row, rule_row

PARAMS = {"limit": 5, "window_hours": 2, "min_mentions": 1}


@pytest.fixture
def stored(database: Database) -> datetime:
    """A rule, and a burst of six detractors ten days ago among 40 days of mentions. Returns when it was."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    burst = now - timedelta(days=10)
    with database.writing() as session:
        here = session.scalars(select(Workspace.id)).one()
        brand, empty = brand_row(here, "Acme"), brand_row(here, "Bolt")
        session.add_all([brand, empty])
        session.flush()
        session.add(rule_row(brand, name="Too many", params=PARAMS))
        for number, at in enumerate([now - timedelta(days=40), *[burst + timedelta(minutes=1)] * 6]):
            mention = mention_row(here, f"broken {number}", at)
            session.add(mention)
            session.flush()
            session.add(match_row(mention, brand, stance="detractor"))
    return burst


def test_a_saved_rule_is_tried_and_told_in_words(run: Run, stored: datetime) -> None:
    ran = run("backtest", "Too many", "--days", "30")
    assert (ran.code, ran.err) == (0, "")
    first, second, *rest = ran.out.splitlines()
    assert first.startswith("1 alert since ")
    assert first.endswith(": 1 a month")
    assert second.startswith(f"  {stored:%Y-%m-%d %H:15} UTC warning, until ")
    assert "6 negative stories" in second
    assert "  5: 1 (this rule)" in rest
    assert rest[-1].startswith("at most one a month from limit ")


def test_a_rule_that_is_not_saved_is_tried_and_told_as_json(run: Run, stored: datetime) -> None:
    described = ("--brand", "Acme", "--kind", "threshold", "--param", "limit=50", "--param", "window_hours=2")
    found = json.loads(run("backtest", *described, "--json").out)
    assert set(found) == {"from", "to", "known_since", "firings", "per_month", "sensitivity", "suggestion"}
    assert found["firings"] == []
    changed = json.loads(run("backtest", "Too many", "--param", "limit=500", "--json").out)
    assert changed["firings"] == []
    assert {"level": 500.0, "per_month": 0.0} in changed["sensitivity"]


def test_a_brand_without_mentions_has_nothing_to_try_on(run: Run, stored: datetime) -> None:
    ran = run("backtest", "--brand", "Bolt", "--kind", "negative_spike")
    assert (ran.code, ran.out) == (0, "there is no mention of this brand yet\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "give the name of a RULE, or --brand and --kind"),
        (("Too many", "--brand", "Acme"), 2, "give the name of a RULE, or --brand and --kind"),
        (("Nobody",), 1, "there is: Too many"),
        (("Too many", "--days", "366"), 2, "366 is not in the range"),
        (("Too many", "--param", "limit"), 2, "--param takes NAME=VALUE"),
        (("Too many", "--param", "limit=-1"), 1, "params.limit"),
        (("--brand", "Acme", "--kind", "none"), 1, "There is no kind of rule"),
    ],
)
def test_what_cannot_be_tried_is_told(run: Run, stored: datetime, words: tuple[str, ...], code: int, said: str) -> None:
    ran = run("backtest", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
