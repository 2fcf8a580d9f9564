"""What only names something waits in an inbox, until a reading that was handed it has succeeded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel
from sqlalchemy import select, update

from app.actions import brands, inbound, sources
from app.db import Database
from app.models import Mention, Source, Workspace
from app.pipeline.collect import Collect
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from collectors import all_collectors
from collectors.base import Collector, Cursor, Inbound, Page, RawMention, Received, SourceBusy, SourceError

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Nothing(BaseModel):
    """There is nothing to set up."""


@dataclass
class Platform:
    """A platform that sends ids, and is asked for what they name. `during` happens while it is read."""

    handed: list[list[Any]] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    fails: SourceError | None = None
    unchanged: bool = False

    def pages(self, _params: Nothing, cursor: Cursor, _http: httpx2.Client) -> Iterator[Page]:
        found = cursor["inbox"]
        assert isinstance(found, list)
        self.handed.append([*found])
        self.during()
        if self.fails:
            raise self.fails
        if self.unchanged:
            yield Page((), cursor, unchanged=True)
            return
        raws = tuple(RawMention(f"c{one}", text=f"zephyrine {one}", published_at=NOW) for one in found)
        yield Page(raws, {**cursor, "seen": len(found)})

    def receive(self, _params: Nothing, asked: Inbound) -> Received:
        return Received(inbox=tuple(json.loads(asked.body)))


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A kind that there is only in this test."""
    made = Platform()
    kind = "a-platform-that-sends-ids"
    all_collectors()[kind] = Collector(kind, {}, Nothing, made.pages, receive=made.receive)
    yield made
    del all_collectors()[kind]


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@dataclass
class World:
    services: Services
    viewer: Viewer
    source: Source

    def send(self, *items: Any) -> inbound.Kept:
        asked = Inbound("POST", {}, {}, json.dumps(items).encode(), datetime.now(UTC))
        got = inbound.receive(self.services, self.viewer, self.source, asked)
        read = inbound.match_received(self.services, self.viewer, self.source, got, asked.now)
        with self.services.db.writing() as session:
            return inbound.keep(session, self.viewer, read, self.services, asked.now)

    def collect(self) -> None:
        Collect(self.services.db, self.services.gate, self.services.jobs, self.services.seal, random=Random(1).random)()

    def row(self) -> Source:
        with self.services.db.reading() as session:
            return session.scalars(select(Source)).one()

    @property
    def waiting(self) -> list[Any]:
        return [one["item"] for one in self.row().inbox]


@pytest.fixture
def world(platform: Platform, services: Services, db: Database) -> World:
    with db.writing() as session:
        workspace = session.scalars(select(Workspace)).one()
        viewer = Viewer(workspace.id, "test", ROLE_SCOPES["admin"])
        brands.create(session, viewer, brands.NewBrand(name="Z", query="zephyrine"), services.jobs, NOW)
        new = sources.NewSource(collector="a-platform-that-sends-ids", name="p")
        source = sources.create(session, viewer, new, services, datetime.now(UTC))
    made = World(services, viewer, source)
    made.collect()
    platform.handed.clear()
    return made


def test_what_is_sent_is_handed_to_the_next_reading_which_begins_at_once(world: World, platform: Platform) -> None:
    later = world.row().next_run_at
    assert later is not None
    assert later > datetime.now(UTC) + timedelta(minutes=5)
    world.send("1", "2")
    assert world.waiting == ["1", "2"]
    world.collect()
    assert platform.handed == [["1", "2"]]
    assert world.waiting == []
    with world.services.db.reading() as session:
        assert {*session.scalars(select(Mention.external_id))} == {"c1", "c2"}


def test_the_inbox_is_no_part_of_the_cursor_that_is_kept(world: World) -> None:
    world.send("1")
    world.collect()
    assert world.row().cursor == {"seen": 1}


def test_the_same_thing_waits_once_and_the_newest_last(world: World) -> None:
    world.send("1", "2")
    world.send("3", "1")
    assert world.waiting == ["2", "3", "1"]


def test_what_comes_during_a_reading_waits_for_the_next(world: World, platform: Platform) -> None:
    later = [("2", "1")]

    def during() -> None:
        if later:
            world.send(*later.pop())

    platform.during = during
    world.send("1")
    world.collect()
    assert platform.handed == [["1"], ["2", "1"]]
    assert world.waiting == []


@pytest.mark.parametrize("error", [SourceError("away"), SourceBusy("wait", wait=timedelta(minutes=5))])
def test_a_reading_that_fails_leaves_it_there(world: World, platform: Platform, error: SourceError) -> None:
    platform.fails = error
    world.send("1")
    world.collect()
    assert world.waiting == ["1"]
    at = world.row().next_run_at
    world.send("2")
    assert world.row().next_run_at == at  # whoever asked for a pause has it
    platform.fails = None
    with world.services.db.writing() as session:
        session.execute(update(Source).values(next_run_at=datetime.now(UTC)))
    world.collect()
    assert platform.handed == [["1"], ["1", "2"]]
    assert world.waiting == []


def test_a_reading_that_had_nothing_new_has_seen_it_too(world: World, platform: Platform) -> None:
    platform.unchanged = True
    world.send("1")
    world.collect()
    assert (platform.handed, world.waiting) == ([["1"]], [])


def test_of_more_than_a_thousand_the_newest_are_kept_and_it_is_told(world: World) -> None:
    world.send(*range(800))
    kept = world.send(*range(800, 1_200))
    assert kept.kept == inbound.INBOX_MAX
    assert world.waiting == [*range(200, 1_200)]
    assert "oldest were dropped" in (world.row().warning or {})["text"]


def test_what_is_too_long_to_be_an_id_is_refused(world: World) -> None:
    kept = world.send("x" * 3_000, "1")
    assert (kept.refused, world.waiting) == (1, ["1"])


def test_the_health_of_what_is_also_read_stays_that_of_its_readings(world: World) -> None:
    before = world.row()
    world.send("1")
    after = world.row()
    assert (after.state, after.last_success_at, after.last_attempt_at) == (
        before.state,
        before.last_success_at,
        before.last_attempt_at,
    )
