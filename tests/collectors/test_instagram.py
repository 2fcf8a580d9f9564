"""Hashtags within what Meta allows, comments whose number alone tells that they changed, and what is sent to us."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors._kit.times import rfc3339
from collectors.base import Inbound, Page, SourceBusy, SourceRefused, Unsigned
from collectors.instagram import InstagramAccount, collector
from tests.collectors._platforms.graph_api import error, on

ME = "17841400000000001"
MEDIA = f"/v26.0/{ME}/media"


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    given = {"account": ME, "token": "EAAB-secret", "base_url": site.base, "comments": False, "tags": False, **more}
    return list(collector.pages(InstagramAccount.model_validate(given), cursor or {}, http))


def data(*items: dict[str, Any]) -> str:
    return json.dumps({"data": items})


def texts(pages: list[Page]) -> list[str]:
    return [one.text for page in pages for one in page.mentions]


def asked_for(site: Any) -> list[str]:
    return [path.split("?")[0] for path, _ in site.asked]


def days_ago(days: float) -> str:
    return rfc3339(datetime.now(UTC) - timedelta(days=days))


def test_a_31st_hashtag_within_seven_days_is_not_asked_for_and_told(site: Any, http: httpx2.Client) -> None:
    begun = {f"tag{n}": days_ago(3) for n in range(30)}
    pages = read(site, http, {"hashtags": begun}, hashtags=["acme"])
    free = (datetime.now(UTC) + timedelta(days=4)).date().isoformat()
    assert str(pages[-1].warning) == f"Meta allows 30 different hashtags in 7 days: #acme is not read before {free}"
    assert site.asked == []


def test_a_hashtag_of_the_last_seven_days_is_asked_for_again_and_an_older_one_makes_room(
    site: Any, http: httpx2.Client
) -> None:
    begun = {**{f"tag{n}": days_ago(3) for n in range(28)}, "known": days_ago(2), "old": days_ago(7.5)}
    for name in ("known", "fresh"):
        on(site, "/v26.0/ig_hashtag_search", data({"id": f"1{name}"}), q=name)
        on(site, f"/v26.0/1{name}/recent_media", data({"id": f"5{name}", "caption": f"#{name}"}), user_id=ME)
    pages = read(site, http, {"hashtags": begun}, hashtags=["known", "fresh"])
    assert texts(pages) == ["#known", "#fresh"]
    assert pages[-1].warning is None
    counted = pages[-1].cursor["hashtags"]
    assert isinstance(counted, dict)
    assert len(counted) == 30
    assert "old" not in counted
    assert counted["known"] == begun["known"]


def test_the_id_of_a_hashtag_is_asked_for_once(site: Any, http: httpx2.Client) -> None:
    on(site, "/v26.0/ig_hashtag_search", data({"id": 1784}), q="acme")
    on(site, "/v26.0/1784/recent_media", data({"id": "5", "caption": "#acme"}), user_id=ME)
    cursor = read(site, http, hashtags=["acme"])[-1].cursor
    site.asked.clear()
    read(site, http, cursor, hashtags=["acme"])
    assert asked_for(site) == ["/v26.0/1784/recent_media"]


def test_a_hashtag_that_nobody_used_is_no_error_and_one_too_many_for_meta_is_a_pause(
    site: Any, http: httpx2.Client
) -> None:
    on(site, "/v26.0/ig_hashtag_search", error(24, 2207024, "does not exist"), 400, q="nobody")
    assert texts(read(site, http, hashtags=["nobody"])) == []
    on(site, "/v26.0/ig_hashtag_search", error(18, 2207034, "max"), 400, q="acme")
    with pytest.raises(SourceBusy, match="30 different hashtags") as caught:
        read(site, http, hashtags=["acme"])
    assert caught.value.wait == timedelta(days=1)


def test_a_hashtag_without_the_feature_names_it(site: Any, http: httpx2.Client) -> None:
    said = "(#10) To use Instagram Public Content Access, your use of this endpoint must be approved"
    on(site, "/v26.0/ig_hashtag_search", error(10, 0, said), 400, q="acme")
    with pytest.raises(SourceRefused, match="«Instagram Public Content Access» is missing"):
        read(site, http, hashtags=["acme"])


@pytest.mark.parametrize("bad", [["two words"], ["a-b"], [""], [f"t{n}" for n in range(31)]])
def test_hashtags_that_cannot_be_asked_for_are_refused_by_the_form(bad: list[str]) -> None:
    with pytest.raises(ValidationError):
        InstagramAccount.model_validate({"account": ME, "token": "t", "hashtags": bad})


def test_comments_of_the_newest_media_are_asked_for_always_and_of_others_when_their_number_changes(
    site: Any, http: httpx2.Client
) -> None:
    media = [{"id": str(n), "timestamp": f"2026-03-{n:02}T09:00:00+0000", "comments_count": 1} for n in range(9, 0, -1)]
    on(site, MEDIA, data(*media), limit="50")
    for n in range(1, 10):
        on(site, f"/v26.0/{n}/comments", data({"id": f"90{n}", "text": f"on {n}"}), limit="50")
    cursor = read(site, http, comments=True)[-1].cursor
    assert len(asked_for(site)) == 10
    site.asked.clear()
    read(site, http, cursor, comments=True)
    assert asked_for(site) == [MEDIA, *(f"/v26.0/{n}/comments" for n in (9, 8, 7, 6, 5))]


def test_a_comment_named_by_a_webhook_is_looked_up_where_it_stands(site: Any, http: httpx2.Client) -> None:
    at = "2026-03-05T08:00:00+0000"
    own = {"id": "77", "text": "Sous le nôtre", "timestamp": at, "username": "lea", "media": {"id": "5"}}
    away = {"mentioned_comment": {"id": "78", "text": "@acme elsewhere", "timestamp": at, "username": "tom"}, "id": ME}
    on(site, "/v26.0/77", json.dumps(own), fields="*")
    on(site, f"/v26.0/{ME}", json.dumps(away), fields="*")
    inbox = [{"comment": "77", "media": "5", "where": "own"}, {"comment": "78", "media": "6"}, {"comment": "7/../8"}]
    pages = read(site, http, {"inbox": inbox})
    assert [(one.external_id, one.thread_id) for page in pages for one in page.mentions] == [("77", "5"), ("78", "6")]
    assert "inbox" not in pages[-1].cursor


def test_a_comment_that_may_not_be_looked_up_is_kept_as_it_was_sent(site: Any, http: httpx2.Client) -> None:
    on(site, "/v26.0/77", error(10, 0, "requires instagram_manage_comments"), 400, fields="*")
    said = {"text": "Encore en panne", "username": "lea", "timestamp": "1772700000", "parent_id": "70"}
    (page, _) = read(site, http, {"inbox": [{"comment": "77", "media": "5", "where": "own", **said}]})
    (one,) = page.mentions
    assert (one.external_id, one.text, one.author, one.thread_id, one.parent_id) == (
        "77",
        "Encore en panne",
        "lea",
        "5",
        "70",
    )
    assert one.published_at == datetime(2026, 3, 5, 8, 40, tzinfo=UTC)
    assert page.broken == ()


def test_a_comment_without_words_that_may_not_be_looked_up_is_told(site: Any, http: httpx2.Client) -> None:
    on(site, "/v26.0/77", error(10, 0, "requires instagram_manage_comments"), 400, fields="*")
    (page, _) = read(site, http, {"inbox": [{"comment": "77", "media": "5", "where": "own"}]})
    assert [item.id for item in page.broken] == ["77"]


def test_what_is_not_signed_is_refused() -> None:
    assert collector.receive is not None
    ours = InstagramAccount.model_validate({"account": ME, "token": "t", "app_secret": "right"})
    with pytest.raises(Unsigned):
        collector.receive(ours, Inbound("POST", {}, {}, b'{"entry": []}', datetime.now(UTC)))
