"""`kill -9` of web, worker or database at random moments, and a database that hangs: nothing lost, nothing doubled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.crash.world import Site, Vigie, hours_ago, set_up, wait_for

KILLS = 10


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def vigie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigie]:
    vigie = Vigie(tmp_path_factory.mktemp("vigie"))
    yield vigie
    vigie.close()


def test_nothing_is_lost_and_nothing_doubled(vigie: Vigie, site: Site) -> None:
    survive(vigie, site, KILLS, Random(20260301))


def survive(vigie: Vigie, site: Site, kills: int, random: Random) -> None:
    """Publishes, polls and kills, then holds what is stored and what was told against what was published."""
    site.publish(5, "opens", hours_ago(2))
    source = set_up(vigie, site)
    for number in range(kills):
        site.publish(random.randrange(1, 8), "news", hours_ago(1))
        vigie.call("POST", f"/sources/{source}/poll")
        time.sleep(random.random() * 1.5)
        vigie.kill(["worker", "database", "web"][number % 3])
        if number % 3 == 0:
            vigie.freeze_database(1 + random.random())
    vigie.call("POST", f"/sources/{source}/poll")
    wait_for(lambda: settled(vigie, site), 120, vigie.told)
    stored = everything(vigie)
    assert len(stored) == len(set(stored)) == len(site.items)
    told = [delivery for one in incidents(vigie) for delivery in one["deliveries"]]
    assert told
    assert {delivery["state"] for delivery in told} == {"sent"}
    assert len(site.received) == len(told)
    assert sum(site.received.values()) <= len(told) + kills


def settled(vigie: Vigie, site: Site) -> bool:
    """Whether all that was published is stored and scored, and all that was to be said is said."""
    mentions = vigie.call("GET", "/mentions?limit=500")["items"]
    scored = [one for one in mentions if all(match["stance"] for match in one["matches"])]
    told = incidents(vigie)  # once: one that opens between two looks would be taken for one that was told
    pending = [delivery for one in told for delivery in one["deliveries"] if delivery["state"] == "pending"]
    return len(scored) == len(site.items) and bool(told) and not pending


def incidents(vigie: Vigie) -> list[dict]:  # type: ignore[type-arg] # JSON
    return [vigie.call("GET", f"/incidents/{one['id']}") for one in vigie.call("GET", "/incidents")["items"]]


def everything(vigie: Vigie) -> list[str]:
    return [one["external_id"] for one in vigie.call("GET", "/mentions?limit=500")["items"]]
