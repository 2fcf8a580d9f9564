"""A page is sifted apart: a text that kills costs no other, a busy machine blames nobody, and nothing is lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import psutil
import pytest

from app.db import Database
from app.pipeline.keep.quarantine import quarantine
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.normalise import Draft, Rejection
from app.pipeline.sift.place import CHUNK, UNREAD, Placer, prepare_apart, scope_of
from collectors.base import RawMention
from ground import isolate
from ground.halving import MOST_DEADLY
from ground.isolate import Starved, isolated, waiting
from tests.deadly import DeadlyText
from tests.rows import brand_row, source_row

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def raw(number: int, text: str = "Zephyrine keeps its word, and the parcel came in time.") -> RawMention:
    return RawMention(f"urn:x:{number}", f"https://forum.example/{number}", f"Post {number}", text, published_at=NOW)


def deadly(number: int) -> RawMention:
    return raw(number, DeadlyText("Zephyrine: these words end their reader."))


@pytest.fixture
def origin(db: Database, workspace_id: UUID) -> Origin:
    source = source_row(workspace_id, "A feed")
    with db.writing() as session:
        session.add_all([source, brand_row(workspace_id, "Zephyrine")])
    return Origin(workspace_id, source.id, "rss")


@contextmanager
def at_a_tenth_of_a_core() -> Iterator[list[int]]:
    """Lets the children of this process run a tenth of the time; gives how many were held each time."""
    ended = threading.Event()
    held: list[int] = []

    def hold() -> None:
        while not ended.is_set():
            children = isolate_children()
            signal_all(children, signal.SIGSTOP)
            held.append(len(children))
            ended.wait(0.09)
            signal_all(children, signal.SIGCONT)
            ended.wait(0.01)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        thread.join()


def isolate_children() -> list[psutil.Process]:
    nursery = isolate._home._process
    return psutil.Process(nursery.pid).children() if nursery else []


def signal_all(processes: list[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def test_children_that_run_a_tenth_of_the_time_lose_nothing(db: Database, origin: Origin) -> None:
    isolated(len, "")
    with at_a_tenth_of_a_core() as held:
        batch = Placer(db)(origin, [raw(number) for number in range(600)], (), NOW)
    assert (len(batch.placed), batch.refused, batch.unread) == (600, (), ())
    assert any(held), "they were not held"


def test_a_text_that_kills_is_set_aside_with_its_words_and_costs_no_other(db: Database, origin: Origin) -> None:
    raws = [*(raw(number) for number in range(40)), deadly(40), *(raw(number) for number in range(41, CHUNK + 60))]
    batch = Placer(db)(origin, raws, (), NOW)
    assert len(batch.placed) == len(raws) - 1
    assert batch.refused == (
        Rejection(
            "urn:x:40",
            "its text could not be read safely: the process died",
            "Post 40 Zephyrine: these words end their reader.",
        ),
    )


def test_too_many_of_them_leave_the_rest_for_later_and_the_next_reading_passes_over_those_it_knows(
    db: Database, origin: Origin
) -> None:
    raws = [*(deadly(number) for number in range(MOST_DEADLY + 2)), *(raw(number) for number in range(100, 110))]
    first = Placer(db)(origin, raws, (), NOW)
    assert (len(first.placed), len(first.refused), len(first.unread)) == (0, MOST_DEADLY, 12)
    assert {rejection.reason for rejection in first.unread} == {UNREAD}
    with db.writing() as session:
        quarantine(session, origin, first.refused)
    second = Placer(db)(origin, raws, (), NOW)
    assert (len(second.placed), len(second.refused), len(second.unread)) == (10, MOST_DEADLY + 2, 0)
    assert second.refused[:MOST_DEADLY] == first.refused


def test_what_cannot_be_sent_again_is_set_aside_unread(db: Database, origin: Origin) -> None:
    batch = Placer(db)(origin, [deadly(number) for number in range(MOST_DEADLY + 3)], (), NOW).with_unread_refused()
    assert (len(batch.refused), batch.unread) == (MOST_DEADLY + 3, ())
    assert batch.refused[-1].excerpt.endswith("these words end their reader.")


def test_a_machine_without_time_sets_nothing_aside(db: Database, origin: Origin) -> None:
    isolated(len, "")
    signal_all(isolate_children(), signal.SIGSTOP)
    with pytest.raises(Starved), waiting(0.3):
        Placer(db)(origin, [raw(1)], (), NOW)
    assert len(Placer(db)(origin, [raw(1)], (), NOW).placed) == 1


def test_a_trial_shows_what_can_be_read(origin: Origin) -> None:
    shown = prepare_apart(origin, [raw(1), deadly(2), raw(3)], NOW)
    assert [type(result) for result in shown] == [Draft, Draft]


def test_ids_reach_as_far_as_the_kind_declares() -> None:
    source = UUID(int=7)
    assert scope_of("push", source).ids == "source"
    assert scope_of("a kind that is gone", source).ids == "platform"


def test_a_brand_whose_query_cannot_be_read_keeps_no_other_from_being_matched(db: Database, origin: Origin) -> None:
    with db.writing() as session:
        session.add(brand_row(origin.workspace_id, "Broken", query="broken AND ("))
    batch = Placer(db)(origin, [raw(1)], [], NOW)
    assert [len(placed.matches) for placed in batch.placed] == [1]
    assert batch.refused == ()
