"""Which rules notify a channel, chosen from the channel's side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.actions import brands, channels, rules
from app.actions.ties import channels_after, tie
from app.models import AlertRule
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer

A, B, C = (UUID(int=n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("chosen", "wanted", "after"),
    [
        (None, True, None),
        (None, False, [A, C]),
        ([A], True, [A, B]),
        ([A, B], True, [A, B]),
        ([A, B], False, [A]),
        ([B], False, []),
        ([], True, [B]),
    ],
)
def test_a_rule_names_the_others_only_where_it_leaves_one_out(
    chosen: list[UUID] | None, wanted: bool, after: list[UUID] | None
) -> None:
    assert channels_after(chosen, B, [A, B, C], wanted=wanted) == after


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def test_only_the_rules_that_are_named_change(services: Services, viewer: Viewer) -> None:
    now, jobs = datetime.now(UTC), services.jobs
    with services.db.writing() as session:
        brand = brands.create(session, viewer, brands.NewBrand(name="Brumelo", query="brumelo"), jobs, now)
        all_of_them, narrow, other = (
            rules.create(
                session,
                viewer,
                rules.NewRule(name=name, brand_id=brand.id, kind="negative_spike", channels=chosen),
                jobs,
            ).id
            for name, chosen in (("all", None), ("narrow", []), ("other", []))
        )
        new = channels.NewChannel(kind="webhook", name="Hook", params={"url": "https://hooks.example.com/in"})
        hook = channels.create(session, viewer, new, services).channel.id
    with services.db.writing() as session:
        tie(session, viewer, hook, {all_of_them: False, narrow: True}, jobs)
    with services.db.reading() as session:
        chosen = {
            each: session.get_one(AlertRule, (viewer.workspace_id, each)).channels
            for each in (all_of_them, narrow, other)
        }
    assert chosen == {all_of_them: [], narrow: [hook], other: []}
