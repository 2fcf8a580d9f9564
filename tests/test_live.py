"""What a process hears of its database: its own workspace only, over one connection, which comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from app.db import Database
from app.live import CHANNEL, MOST, WAITING, Listener, Live, payload, tell_changed

HERE, ELSEWHERE = uuid4(), uuid4()


@pytest.fixture
def live(db: Database) -> Iterator[Live]:
    made = Live(db.url)
    yield made
    made.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs it in a loop of its own, beside the one that a browser of the same process may have."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result(60)


async def next_of(listener: Listener) -> list[str] | None:
    return await asyncio.wait_for(listener.heard.get(), 20)


def tell(db: Database, workspace_id: UUID, *ids: UUID) -> None:
    with db.writing() as session:
        tell_changed(session, workspace_id, ids)


def connections(db: Database) -> list[int]:
    with psycopg.connect(db.url) as connection:
        named = "SELECT pid FROM pg_stat_activity WHERE application_name = 'vigie live'"
        return [row[0] for row in connection.execute(f"{named} AND datname = current_database()")]


def test_only_ones_own_workspace_is_heard(live: Live, db: Database) -> None:
    mine, theirs = uuid4(), uuid4()

    async def listen() -> None:
        with live.listening(HERE) as here, live.listening(ELSEWHERE) as elsewhere:
            assert await next_of(here) == [] == await next_of(elsewhere), "what was missed before anybody listened"
            await asyncio.to_thread(tell, db, ELSEWHERE, theirs)
            await asyncio.to_thread(tell, db, HERE, mine)
            assert await next_of(here) == [str(mine)]
            assert await next_of(elsewhere) == [str(theirs)]
            assert here.heard.empty()
            assert len(await asyncio.to_thread(connections, db)) == 1, "two browsers, one connection"

    run(listen())


def test_what_is_rolled_back_is_never_heard(live: Live, db: Database) -> None:
    async def listen() -> None:
        with live.listening(HERE) as here:
            await next_of(here)
            with suppress(RuntimeError), db.writing() as session:
                tell_changed(session, HERE, [uuid4()])
                raise RuntimeError
            told = uuid4()
            await asyncio.to_thread(tell, db, HERE, told)
            assert await next_of(here) == [str(told)]

    run(listen())


def test_a_connection_that_breaks_comes_back_and_says_that_something_may_have_been_missed(
    live: Live, db: Database
) -> None:
    async def listen() -> None:
        with live.listening(HERE) as here:
            await next_of(here)
            with psycopg.connect(db.url, autocommit=True) as connection:
                for pid in connections(db):
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
            assert await next_of(here) == []
            told = uuid4()
            await asyncio.to_thread(tell, db, HERE, told)
            assert await next_of(here) == [str(told)]

    run(listen())


def test_everybody_is_told_of_the_end_also_who_comes_later(live: Live) -> None:
    async def listen() -> None:
        with live.listening(HERE) as here:
            await next_of(here)
            live.end()
            assert await next_of(here) is None
        with live.listening(HERE) as late:
            assert await next_of(late) is None

    run(listen())


@pytest.mark.parametrize("said", ["", "x", "[]", "{}", '{"workspace": "x", "mentions": []}', '{"workspace": 1}'])
def test_what_somebody_else_sends_is_passed_over(live: Live, db: Database, said: str) -> None:
    async def listen() -> None:
        with live.listening(HERE) as here:
            await next_of(here)
            with psycopg.connect(db.url, autocommit=True) as connection:
                connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, said])
            told = uuid4()
            await asyncio.to_thread(tell, db, HERE, told)
            assert await next_of(here) == [str(told)]

    run(listen())


def test_of_many_none_is_named_and_all_fit() -> None:
    ids = [uuid4() for _ in range(MOST)]
    assert len(payload(HERE, ids)) < 8_000
    assert len(json.loads(payload(HERE, ids))["mentions"]) == MOST
    assert json.loads(payload(HERE, [*ids, uuid4()]))["mentions"] == []


def test_a_browser_that_takes_nothing_is_told_many_in_the_end() -> None:
    async def listen() -> None:
        slow = Listener(HERE, asyncio.get_running_loop())
        for n in range(WAITING + 1):
            slow.tell([str(n)])
        await asyncio.sleep(0)
        assert slow.heard.qsize() == 1
        assert await slow.heard.get() == []

    run(listen())
