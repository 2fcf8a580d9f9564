"""One followed source: connection after connection, from the cursor that was stored last."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.models import Poll, Source
from app.pipeline.gather.collect import Collect
from app.services import Services
from tests.collectors.streams import Instance, Jet, jetstream, mastodon, wait_for
from tests.pipeline.gather.following import add_source, following, row_of, texts


def test_a_connection_that_is_cut_is_made_again_from_the_cursor(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(cut_after=3)) as jet:
        for number in range(8):
            jet.post(f"Zephyrine {number}")
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: len(texts(services.db)) == 8, 25)
    assert texts(services.db) == [f"Zephyrine {number}" for number in range(8)]
    assert len(jet.asked) >= 4


@pytest.mark.parametrize(
    ("refuse", "state"),
    [
        ((503, "later", {"Retry-After": "3600"}), "throttled"),
        ((401, "no", {}), "refused"),
        ((410, "gone", {}), "gone"),
        ((500, "oops", {}), "failing"),
    ],
)
def test_a_refusal_is_told_and_not_asked_for_again_and_again(
    services: Services, workspace_id: UUID, refuse: Any, state: str
) -> None:
    with jetstream(Jet(refuse=refuse)) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: row_of(services.db).state == state)
            threading.Event().wait(1.5)
    row = row_of(services.db)
    assert row.last_error is not None
    assert row.last_success_at is None
    assert len(jet.asked) <= (3 if state == "failing" else 1)


def test_a_source_recovers(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(refuse=(500, "oops", {}))) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: row_of(services.db).state == "failing")
            jet.refuse = None
            jet.post("Zephyrine")
            wait_for(lambda: row_of(services.db).state == "ok")
    row = row_of(services.db)
    assert (row.consecutive_failures, row.last_error) == (0, None)


def test_what_matched_no_brand_stands_in_one_line_of_history_only(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(cut_after=6)) as jet:
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: len(jet.asked) == 1)
            jet.refuse = (401, "no", {})
            for number in range(5):
                jet.post(f"bonjour {number}")
            jet.post("Zephyrine")
            wait_for(lambda: row_of(services.db).state == "refused")
    with services.db.reading() as session:
        lines = session.scalars(select(Poll).order_by(Poll.id)).all()
    assert [line.outcome for line in lines] == ["ok", "refused"]
    assert (sum(line.unmatched for line in lines), row_of(services.db).unmatched) == (5, 5)
    assert (sum(line.read for line in lines), sum(line.stored for line in lines)) == (6, 1)


def test_a_gap_is_told_on_the_source(services: Services, workspace_id: UUID) -> None:
    with jetstream(Jet(floor=2)) as jet:
        for number in range(3):
            jet.post(f"Zephyrine {number}")
        add_source(services.db, workspace_id, jet.url)
        with following(services):
            wait_for(lambda: texts(services.db) == ["Zephyrine 2"])
    warning = row_of(services.db).warning
    assert warning is not None
    assert "is missing: the server keeps only the last hours" in warning["text"]


def test_two_kinds_that_read_one_platform_bring_one_mention(services: Services, workspace_id: UUID) -> None:
    with mastodon(Instance()) as instance:
        instance.write("Zephyrine", quietly=True)
        add_source(services.db, workspace_id, instance.url, "mastodon_live")
        add_source(services.db, workspace_id, instance.url, "mastodon", next_run_at=datetime.now(UTC))
        with following(services):
            wait_for(lambda: len(texts(services.db)) == 1)
            Collect(services.db, services.gate, services.jobs, services.seal, random=Random(1).random)()
            one = instance.write("Zephyrine encore")
            wait_for(lambda: len(texts(services.db)) == 2)
            instance.remove(one)
            wait_for(lambda: texts(services.db) == ["Zephyrine"])
            instance.write("Zephyrine, pendant la coupure", quietly=True)
            instance.drop()
            wait_for(lambda: len(texts(services.db)) == 2)
    with services.db.reading() as session:
        assert set(session.scalars(select(Source.state))) == {"ok"}
