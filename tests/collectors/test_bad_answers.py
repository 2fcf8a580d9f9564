"""Whatever a platform answers, a sentence for people comes out and reading ends: answers of every case, spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from app.http import Gate
from collectors.base import RawMention, SourceChanged, SourceError
from tests.collectors.conftest import Answer
from tests.collectors.test_contract import POLLED, mentions_of, name_of, run, set_up, told, well_formed

pytestmark = pytest.mark.slow

MUTATIONS = 40
BY_HTTP = [case for case in POLLED if "[[letter]]" not in (case / "case.toml").read_text("utf-8")]
"""A mailbox has no answers to spoil here: its letters are spoilt in test_email.py."""
NOTHING_IS_NO_MATCH = {"gdelt"}  # it says so by an empty answer
MOST_REQUESTS = 300
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    True,
    2**70,
    "9007199254740993",
    1e308,
    [],
    {},
    [None],
    {"a": []},
    "\x00\ud83d",
    DEEP,
)

Path_ = tuple[str | int, ...]


def paths(value: Any, here: Path_ = ()) -> Iterator[Path_]:
    """Every place in a JSON value, the whole first."""
    yield here
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield from paths(part, (*here, name))


def mutated(whole: Any, where: Path_, random: Random) -> Any:
    """The value with one place left out, of another type, or written otherwise."""
    changed = deepcopy(whole)
    if not where:
        return random.choice(ODD)
    parent = changed
    for name in where[:-1]:
        parent = parent[name]
    was = parent[where[-1]]
    if random.random() < 0.3:
        del parent[where[-1]]
    elif isinstance(was, int | float) and random.random() < 0.5:
        parent[where[-1]] = str(was)
    else:
        parent[where[-1]] = random.choice(ODD)
    return changed


def bodies(site: Any) -> list[tuple[Any, Answer]]:
    """What the site answers, and where that is kept."""
    return [*((rule, rule.answer) for rule in site.rules), *((path, answer) for path, answer in site.answers.items())]


def say(site: Any, where: Any, answer: Answer) -> None:
    if isinstance(where, str):
        site.answers[where] = answer
    else:
        where.answer = answer


def read(case: Path, params: Any, site: Any, http: httpx2.Client) -> list[RawMention]:
    """The mentions, or none when a sentence says why. Fails when reading does not end."""
    site.asked.clear()
    found: list[RawMention] = []
    with suppress(SourceError):
        found = mentions_of(run(case, params, told(case, site).get("cursor", {}), http))
    assert len(site.asked) < MOST_REQUESTS, "it does not stop asking"
    return found


def as_json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


@pytest.mark.parametrize("case", BY_HTTP, ids=name_of)
def test_an_answer_changed_in_one_place_costs_no_more_than_it_must(case: Path, site: Any, http: httpx2.Client) -> None:
    random = Random(7)
    for _ in range(MUTATIONS):
        site.rules.clear()
        params = set_up(case, site)
        where, answer = random.choice(bodies(site))
        whole = as_json(answer)
        if whole is None:
            cut = random.randrange(len(answer.body) + 1)
            body = answer.body[:cut]
        else:
            body = json.dumps(mutated(whole, random.choice(list(paths(whole))), random)).encode()
        say(site, where, replace(answer, body=body))
        well_formed(read(case, params, site, http))


@pytest.mark.parametrize("case", BY_HTTP, ids=name_of)
def test_the_same_answer_for_ever_ends(case: Path, site: Any, http: httpx2.Client) -> None:
    params = set_up(case, site)
    for _, answer in bodies(site):
        site.always = replace(answer, status=200)
        read(case, params, site, http)


@pytest.mark.parametrize("case", BY_HTTP, ids=name_of)
def test_half_an_answer_and_a_web_page_are_told_and_no_news(case: Path, site: Any, http: httpx2.Client) -> None:
    params = set_up(case, site)
    page = b"<!doctype html><html><head><title>Just a moment</title></head><body>Checking your browser</body></html>"
    for body, kind in (
        (page, "text/html; charset=utf-8"),
        (b"", "application/json"),
        (b'{"items": [', "application/json"),
    ):
        if not body and case.parent.name in NOTHING_IS_NO_MATCH:
            continue
        site.always = Answer(body, 200, {"Content-Type": kind})
        with pytest.raises(SourceError) as told_so:
            run(case, params, {}, http)
        assert str(told_so.value).strip()


@pytest.mark.parametrize("case", BY_HTTP, ids=name_of)
def test_an_answer_of_a_hundred_megabytes_is_not_read(case: Path, site: Any) -> None:
    params = set_up(case, site)
    site.always = Answer(b"[" * 1024, 200, {"Content-Type": "application/json", "Content-Length": "100000000"})
    with Gate(allowed_private_hosts=["127.0.0.1"]) as gate, pytest.raises(SourceError, match="too large"):
        run(case, params, {}, gate)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("case", BY_HTTP, ids=name_of)
def test_a_refusal_is_never_no_news(case: Path, site: Any, http: httpx2.Client, status: int) -> None:
    params = set_up(case, site)
    site.always = Answer(b"no", status, {"Content-Type": "text/plain"})
    with pytest.raises(SourceError) as told_so:
        run(case, params, {}, http)
    assert not isinstance(told_so.value, SourceChanged)
    assert "{" not in str(told_so.value)
