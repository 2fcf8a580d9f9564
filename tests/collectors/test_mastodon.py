"""What data cannot tell of Mastodon's lists: going forwards, shifting pages, old servers, limits, closed servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from collectors.__main__ import Client
from collectors.base import Page, SourceBusy, SourceError, SourceRefused
from collectors.mastodon import Mastodon, pages
from tests.collectors.conftest import Answer, Rule, Site
from tests.collectors.streams import Instance, mastodon

TAG = "/api/v1/timelines/tag/acme"


@pytest.fixture
def instance() -> Iterator[Instance]:
    with mastodon(Instance()) as served:
        yield served


@pytest.fixture
def http() -> Iterator[Client]:
    with Client(timeout=10) as client:
        yield client


def read(base: str, http: httpx2.Client, cursor: Any = None, **more: Any) -> Iterator[Page]:
    params = Mastodon.model_validate({"base_url": base, "tags": "acme", **more})
    return pages(params, json.loads(json.dumps(dict(cursor or {}))), http)


def ids(found: list[Page]) -> set[str]:
    return {one.external_id for page in found for one in page.mentions}


def test_nothing_is_missed_between_two_readings_however_much_was_written(instance: Instance, http: Client) -> None:
    for number in range(50):
        instance.write(f"Acme {number}", created_at="2999-01-01T00:00:00Z")
    found = list(read(instance.url, http))
    for _ in range(3):
        for number in range(97):
            instance.write(f"Acme again {number}")
        found += read(instance.url, http, found[-1].cursor)
    assert ids(found) == {one["uri"] for one in instance.statuses}


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_run_that_is_cut_short_goes_on_without_a_loss(instance: Instance, http: Client, stop: int) -> None:
    instance.write("Acme")
    found = list(read(instance.url, http))
    for number in range(130):
        instance.write(f"Acme {number}")
    run = read(instance.url, http, found[-1].cursor)
    found += [next(run) for _ in range(stop)]
    instance.write("Acme in between")
    found += read(instance.url, http, found[-1].cursor)
    assert ids(found) == {one["uri"] for one in instance.statuses}


def test_the_last_page_is_read_again_for_edits_and_counts(instance: Instance, http: Client) -> None:
    instance.write("Acme 0")
    first = list(read(instance.url, http))
    instance.write("Acme 1")
    second = list(read(instance.url, http, first[-1].cursor))
    instance.statuses[-1]["favourites_count"] = 7
    third = list(read(instance.url, http, second[-1].cursor))
    counts = {one.external_id: one.engagement for page in third for one in page.mentions}
    assert counts[instance.statuses[-1]["uri"]]["likes"] == 7


@pytest.mark.parametrize("more", [0, 1_100])
def test_what_comes_late_from_another_server_is_found_by_when_it_was_written(
    instance: Instance, http: Client, more: int
) -> None:
    """Its id is older than those that were read before it came."""
    instance.write("Acme 0")
    found = list(read(instance.url, http))
    late = instance.write("Acme, late", uri="https://far.example/1")
    late["id"] = str(int(instance.statuses[0]["id"]) - 5 * 60 * 1000 * 65_536)
    for number in range(more):
        instance.write(f"Acme {number}", quietly=True)
    while found[-1].warning or len(found) == 1:
        found += read(instance.url, http, found[-1].cursor)
    assert ids(found) == {one["uri"] for one in instance.statuses}


def test_a_crowded_overlap_does_not_hold_the_reading_up(instance: Instance, http: Client) -> None:
    for number in range(1_100):
        instance.write(f"Acme {number}", quietly=True)
    found = list(read(instance.url, http, {"min_id": instance.statuses[-1]["id"]}))
    instance.write("Acme, new")
    found += read(instance.url, http, found[-1].cursor)
    assert instance.statuses[-1]["uri"] in ids(found)
    assert found[-1].cursor["min_id"] == instance.statuses[-2]["id"]


def test_more_than_a_run_takes_is_told_and_gone_on_with(instance: Instance, http: Client) -> None:
    instance.write("Acme")
    found = list(read(instance.url, http))
    for number in range(1_100):
        instance.write(f"Acme {number}", quietly=True)
    found += read(instance.url, http, found[-1].cursor)
    assert "more than 1000 hits" in str(found[-1].warning)
    found += read(instance.url, http, found[-1].cursor)
    assert ids(found) == {one["uri"] for one in instance.statuses}


def status(number: int) -> dict[str, Any]:
    author = {"acct": "ana", "username": "ana"}
    return {
        "id": number,
        "uri": f"https://old.example/{number}",
        "content": "<p>Acme</p>",
        "account": author,
        "created_at": "2026-03-01T08:00:00Z",
    }


def old_page(site: Site, numbers: range, query: dict[str, str]) -> Rule:
    link = f'<{site.base}{TAG}?max_id=1>; rel="next", <{site.base}{TAG}?since_id=9>; rel="prev"'
    return Rule(TAG, Answer(json.dumps([status(n) for n in numbers]).encode(), 200, {"Link": link}), query=query)


def test_a_server_that_does_not_know_min_id_is_read_backwards_to_what_is_known(site: Site, http: Client) -> None:
    site.rules += [
        old_page(site, range(90, 50, -1), {"min_id": "10", "max_id": "-"}),
        old_page(site, range(90, 50, -1), {"since_id": "10", "max_id": "-"}),
        old_page(site, range(50, 10, -1), {"since_id": "10", "max_id": "51"}),
        old_page(site, range(0), {"since_id": "10", "max_id": "11"}),
    ]
    found = list(read(site.base, http, {"min_id": "10"}))
    assert len(ids(found)) == 80
    assert found[-1].cursor == {"min_id": "90"}
    assert found[0].cursor == {"min_id": "10", "newest": "90", "max_id": "51"}


def test_a_list_that_goes_in_a_circle_ends(site: Site, http: Client) -> None:
    body = json.dumps([status(n) for n in range(40, 0, -1)]).encode()
    site.rules.append(Rule(TAG, Answer(body), query={}))
    site.rules[0].times = 10
    assert len(list(read(site.base, http))) <= 3
    assert len(list(read(site.base, http, {"min_id": "40"}))) == 1


@pytest.mark.parametrize(
    ("reset", "least", "most"),
    [("2999-01-01T00:00:00.000000Z", 86_000, 86_401), ("1999-01-01T00:00:00.000000Z", 0, 0), ("soon", None, None)],
)
def test_too_many_requests_are_waited_for(site: Site, http: Client, reset: str, least: int | None, most: int) -> None:
    heads = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    site.rules.append(Rule(TAG, Answer(b'{"error":"Too many requests"}', 429, heads)))
    with pytest.raises(SourceBusy) as busy:
        list(read(site.base, http))
    wait = busy.value.wait
    assert (wait is None) if least is None else (wait is not None and least <= wait.total_seconds() <= most)


def test_a_pause_in_seconds_is_kept_where_the_server_names_no_time(site: Site, http: Client) -> None:
    site.rules.append(Rule(TAG, Answer(b"busy", 429, {"Retry-After": "75"})))
    with pytest.raises(SourceBusy) as busy:
        list(read(site.base, http))
    assert busy.value.wait == timedelta(seconds=75)


@pytest.mark.parametrize(
    ("shown", "emojis", "author"),
    [
        ("Zoé :verified: de Lyon :bike:", [{"shortcode": "verified"}, {"shortcode": "bike"}], "Zoé de Lyon"),
        (":verified:", [{"shortcode": "verified"}], "ana"),
        ("Bus :12: :verified:", [{"shortcode": None}, 7], "Bus :12: :verified:"),
        ("Bus :12:", None, "Bus :12:"),
    ],
)
def test_pictures_in_a_name_are_left_out(site: Site, http: Client, shown: str, emojis: Any, author: str) -> None:
    one = status(1)
    one["account"] |= {"display_name": shown, "emojis": emojis}
    site.rules.append(Rule(TAG, Answer(json.dumps([one]).encode())))
    assert [found.author for page in read(site.base, http) for found in page.mentions] == [author]


def test_the_choices_of_a_poll_and_the_words_of_pictures_are_read(site: Site, http: Client) -> None:
    asked = status(2) | {"poll": {"options": [{"title": "Acme"}, {"title": "R & D"}, {"title": None}, 7]}}
    shown = status(1) | {
        "content": "",
        "visibility": None,
        "poll": [],
        "media_attachments": [{"description": "Un vélo <Acme> cassé"}, {"description": None}, "x"],
    }
    site.rules.append(Rule(TAG, Answer(json.dumps([asked, shown]).encode())))
    (page,) = read(site.base, http)
    assert [one.text for one in page.mentions] == [
        "<p>Acme</p><p>Acme</p><p>R &amp; D</p>",
        "<p>Un vélo &lt;Acme&gt; cassé</p>",
    ]
    assert not page.broken


@pytest.mark.parametrize(
    ("status_code", "token", "kind", "words"),
    [
        (401, "", SourceRefused, "people who have an account there"),
        (422, "", SourceRefused, "people who have an account there"),
        (401, "t", SourceRefused, "refuses the token"),
        (403, "t", SourceRefused, "does not let this token read it"),
        (404, "", SourceError, "must be that of a Mastodon server"),
    ],
)
def test_a_closed_server_is_not_a_wrong_token(
    site: Site, http: Client, status_code: int, token: str, kind: type[SourceError], words: str
) -> None:
    site.rules.append(Rule(TAG, Answer(b'{"error":"no"}', status_code)))
    with pytest.raises(kind, match=words):
        list(read(site.base, http, token=token))


@pytest.mark.parametrize(
    "given",
    [
        {"tags": "a b c d e f"},
        {"tags": "a", "query": "b", "token": "t"},
        {"tags": "", "query": "b"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"give|needs"):
        Mastodon.model_validate({"base_url": "https://m.example", **given})


def test_a_token_goes_in_a_header_only(site: Site, http: Client) -> None:
    site.rules.append(Rule(TAG, Answer(b"[]"), needs={"Authorization": "Bearer s3cret"}))
    (page,) = read(site.base, http, token="s3cret")
    assert page.unchanged
    assert not any("s3cret" in path for path, _ in site.asked)
