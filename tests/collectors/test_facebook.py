"""How a Page is read again and again: comments of what changed, what a webhook named, recommendations."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Inbound, SourceBusy, SourceError, SourceRefused, Unsigned, Window
from collectors.facebook import FacebookPage, collector
from tests.collectors._platforms.graph_api import FEED, PAGE, error, on, params, post, read, sheet


def comment(n: int, text: str, minute: int) -> dict[str, Any]:
    at = f"2026-03-02T{minute // 60:02}:{minute % 60:02}:00+0000"
    return {"id": f"5_{n}", "message": text, "created_time": at, "from": {"id": str(n), "name": "Tom"}}


def texts(pages: Any) -> list[str]:
    return [one.text for page in pages for one in page.mentions]


def test_comments_are_asked_for_again_only_where_something_changed(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(5, comments=1), post(4)), limit="100")
    on(site, f"/v26.0/{PAGE}_5/comments", sheet(comment(1, "First", 10)), limit="100")
    first = read(site, http)
    assert texts(first) == ["Acme 5", "Acme 4", "First"]
    site.asked.clear()
    read(site, http, first[-1].cursor)
    assert [path.split("?")[0] for path, _ in site.asked] == [FEED]


def test_new_comments_are_read_down_to_an_hour_before_the_last_known_one(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(5, comments=1)), limit="100")
    on(site, f"/v26.0/{PAGE}_5/comments", sheet(comment(1, "First", 300)), limit="100")
    cursor = read(site, http)[-1].cursor
    site.rules.clear()
    on(site, FEED, sheet(post(5, comments=4)), limit="100")
    thread = f"/v26.0/{PAGE}_5/comments"
    on(site, thread, sheet(comment(4, "Fourth", 400), comment(1, "First, edited", 300), after="c1"), after="-")
    on(site, thread, sheet(comment(3, "Late to arrive", 250), comment(2, "Old", 100), after="c2"), after="c1")
    on(site, thread, sheet(comment(9, "Older still", 50)), after="c2")
    again = read(site, http, cursor)
    assert texts(again) == ["Acme 5", "Fourth", "First, edited", "Late to arrive", "Old"]


@pytest.mark.parametrize("stop", range(1, 7))
def test_a_reading_cut_short_goes_on_without_loss(site: Any, http: httpx2.Client, stop: int) -> None:
    on(site, FEED, sheet(post(6, comments=3), post(5, comments=1), after="a1"), after="-")
    on(site, FEED, sheet(post(4, comments=0)), after="a1")
    on(site, f"/v26.0/{PAGE}_6/comments", sheet(comment(3, "c", 90), comment(2, "b", 80), after="c1"), after="-")
    on(site, f"/v26.0/{PAGE}_6/comments", sheet(comment(1, "a", 70)), after="c1")
    on(site, f"/v26.0/{PAGE}_5/comments", sheet(comment(8, "z", 60)), limit="100")
    begun = list(islice(collector.pages(params(site), {}, http), stop))
    rest = read(site, http, json.loads(json.dumps(dict(begun[-1].cursor))))
    assert set(texts(begun + rest)) == {"Acme 6", "Acme 5", "Acme 4", "a", "b", "c", "z"}


def test_what_a_webhook_named_is_read_first_and_then_forgotten(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(5)), limit="100")
    on(site, "/v26.0/9_1", json.dumps({**post(1, "Tagged Acme"), "id": "9_1"}), fields="*")
    on(site, "/v26.0/1_2", error(10, 0, "requires pages_read_user_content"), 400, fields="*")
    inbox = [{"post": "9_1"}, {"post": "9_1", "comment": "1_2"}, "nonsense", {"post": ""}]
    pages = read(site, http, {"inbox": inbox})
    assert texts(pages) == ["Tagged Acme", "Acme 5"]
    assert [item.id for page in pages for item in page.broken] == ["1_2"]
    assert all("inbox" not in page.cursor for page in pages)


def test_a_pause_leaves_what_a_webhook_named_for_the_next_reading(site: Any, http: httpx2.Client) -> None:
    on(site, "/v26.0/9_1", error(32), 400, fields="*")
    with pytest.raises(SourceBusy):
        next(iter(collector.pages(params(site), {"inbox": [{"post": "9_1"}]}, http)))


def test_what_meta_cannot_tell_for_a_while_is_asked_for_again_and_given_up_after_five_readings(
    site: Any, http: httpx2.Client
) -> None:
    on(site, FEED, sheet(post(5)), limit="100")
    on(site, "/v26.0/9_1", json.dumps({**post(1, "Tagged Acme"), "id": "9_1"}), fields="*")
    on(site, "/v26.0/9_2", error(1), 500, fields="*")
    cursor: Any = {"inbox": [{"post": "9_2"}, {"post": "9_1"}]}
    told = []
    for _ in range(5):
        pages = read(site, http, cursor)
        cursor = json.loads(json.dumps(dict(pages[-1].cursor)))
        told.append([item.id for page in pages for item in page.broken])
    assert told == [[], [], [], [], ["9_2"]]
    assert "again" not in cursor
    assert sum(path.startswith("/v26.0/9_1?") for path, _ in site.asked) == 1


def test_what_came_back_after_a_failure_is_read(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(5)), limit="100")
    on(site, "/v26.0/9_2", error(2), 500, fields="*")
    pages = read(site, http, {"inbox": [{"post": "9_2"}]})
    site.rules[-1:] = []
    on(site, "/v26.0/9_2", json.dumps({**post(2, "Tagged Acme"), "id": "9_2"}), fields="*")
    again = read(site, http, pages[-1].cursor)
    assert "Tagged Acme" in texts(again)
    assert "again" not in again[-1].cursor


def test_when_the_limit_is_near_what_was_named_waits_for_the_next_reading(site: Any, http: httpx2.Client) -> None:
    near = {"X-App-Usage": '{"call_count":97,"total_time":10,"total_cputime":10}'}
    on(site, "/v26.0/9_1", json.dumps({**post(1, "Tagged Acme"), "id": "9_1"}), headers=near, fields="*")
    first = next(iter(collector.pages(params(site), {"inbox": [{"post": "9_1"}, {"post": "9_2"}]}, http)))
    assert texts([first]) == ["Tagged Acme"]
    assert first.cursor["again"] == [{"item": {"post": "9_2"}, "tried": 0}]


def test_a_dead_token_loses_nothing_of_what_was_named(site: Any, http: httpx2.Client) -> None:
    on(site, "/v26.0/9_1", error(190, 463), 400, fields="*")
    with pytest.raises(SourceRefused, match="has expired"):
        next(iter(collector.pages(params(site), {"inbox": [{"post": "9_1"}]}, http)))


def test_recommendations_that_meta_withdrew_are_told_and_stop_nothing(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, sheet(post(5)), limit="100")
    on(site, f"/v26.0/{PAGE}/ratings", error(12), 400, limit="100")
    pages = read(site, http, ratings=True)
    assert texts(pages) == ["Acme 5"]
    assert "choose v21.0" in str(pages[-1].warning)


def test_recommendations_are_five_or_one_of_five_and_stars_as_given(site: Any, http: httpx2.Client) -> None:
    def rating(n: int, **more: Any) -> dict[str, Any]:
        return {"created_time": f"2026-03-0{n}T09:00:00+0000", "reviewer": {"id": str(n), "name": "Ana"}, **more}

    on(site, f"/v21.0/{PAGE}/feed", sheet(), limit="100")
    told = sheet(
        rating(5, recommendation_type="positive", review_text="Superbe", open_graph_story={"id": "55"}),
        rating(4, recommendation_type="negative", review_text="Awful"),
        rating(3, rating=3, review_text="So-so"),
        rating(2, recommendation_type="UNKNOWN", review_text="Hm"),
        rating(1, recommendation_type="positive"),
        {"review_text": "by nobody"},
    )
    on(site, f"/v21.0/{PAGE}/ratings", told, limit="100")
    pages = read(site, http, ratings=True, version="v21.0")
    found = {one.text: (one.external_id, one.rating, one.rating_scale) for page in pages for one in page.mentions}
    assert found == {
        "Superbe": ("55", 5.0, 5.0),
        "Awful": ("rating-4", 1.0, 5.0),
        "So-so": ("rating-3", 3.0, 5.0),
        "Hm": ("rating-2", None, None),
    }
    assert sum(len(page.broken) for page in pages) == 1


def test_going_back_waits_when_the_limit_is_near_instead_of_leaving_comments_out(
    site: Any, http: httpx2.Client
) -> None:
    on(site, FEED, sheet(post(5, comments=2)), limit="25")
    full = {"X-App-Usage": '{"call_count":99}'}
    on(site, f"/v26.0/{PAGE}_5/comments", sheet(comment(2, "b", 20), after="c1"), headers=full, after="-")
    window = Window(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC))
    assert collector.backfill is not None
    with pytest.raises(SourceBusy, match="asks for a pause"):
        list(collector.backfill(params(site), {}, window, http))


def sent(body: bytes, secret: bytes, header: str = "x-hub-signature-256") -> Inbound:
    mac = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return Inbound("POST", {header: f"sha256={mac}"}, {}, body, datetime.now(UTC))


def test_what_is_not_signed_with_the_app_secret_is_refused() -> None:
    assert collector.receive is not None
    ours = FacebookPage.model_validate({"page": PAGE, "token": "t", "app_secret": "right"})
    without = FacebookPage.model_validate({"page": PAGE, "token": "t"})
    body = b'{"object": "page", "entry": []}'
    assert collector.receive(ours, sent(body, b"right")).mentions == ()
    for whose, message in (
        (ours, sent(body, b"wrong")),
        (ours, sent(body, b"right", "x-hub-signature")),
        (without, sent(body, b"")),
    ):
        with pytest.raises(Unsigned):
            collector.receive(whose, message)


def test_an_address_is_not_confirmed_to_who_does_not_know_the_word() -> None:
    assert collector.receive is not None
    ours = FacebookPage.model_validate({"page": PAGE, "token": "t", "verify_token": "right"})
    query = {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"}
    with pytest.raises(Unsigned):
        collector.receive(ours, Inbound("GET", {}, query, b"", datetime.now(UTC)))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"entry": 3}', b'{"entry": [{"changes": [{"field": 3}]}]}'])
def test_a_signed_body_that_makes_no_sense_is_a_source_error(body: bytes) -> None:
    assert collector.receive is not None
    ours = FacebookPage.model_validate({"page": PAGE, "token": "t", "app_secret": "right"})
    with pytest.raises(SourceError):
        collector.receive(ours, sent(body, b"right"))


@pytest.mark.parametrize("bad", [{"page": "acme"}, {"version": "26"}, {"base_url": "ftp://x"}, {"page": "1/../2"}])
def test_a_form_that_cannot_work_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FacebookPage.model_validate({"page": PAGE, "token": "t", **bad})


def test_a_post_that_cannot_be_read_costs_itself_only(site: Any, http: httpx2.Client) -> None:
    odd: list[Any] = [3, None, {"message": "no id"}, {**post(7), "from": "?", "comments": 4, "shares": [], "id": 77}]
    on(site, FEED, sheet(*odd), limit="100")
    pages = read(site, http, comments=False)
    assert texts(pages) == ["Acme 7"]
    assert sum(len(page.broken) for page in pages) == 3
