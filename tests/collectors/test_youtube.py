"""YouTube: what a day's allowance is spent on, which videos are followed, and what is no error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import ValidationError

from collectors._platforms.google import until_midnight
from collectors.base import Page, SourceBusy, SourceRefused, Window
from collectors.youtube import Videos, collector
from collectors.youtube.followed import MOST_THREADS, FollowedVideo, FollowList, latest_threads
from tests.collectors.conftest import Answer, Rule

CHANNEL = "UC" + "c" * 22
NOW = datetime.now(UTC)


def ago(**how_long: float) -> str:
    return (NOW - timedelta(**how_long)).isoformat()


def listing(*items: Any, next: str = "") -> Answer:  # noqa: A002
    return Answer(json.dumps({"items": items, **({"nextPageToken": next} if next else {})}).encode())


def refusal(reason: str, status: int = 403) -> Answer:
    return Answer(json.dumps({"error": {"code": status, "errors": [{"reason": reason}]}}).encode(), status)


def hit(video: str, at: str = "") -> Any:
    return {"id": {"kind": "youtube#video", "videoId": video}, "snippet": {"publishedAt": at or ago(hours=5)}}


def shown(video: str, comments: int | None = None, at: str = "") -> Any:
    counted = {"viewCount": "5"} if comments is None else {"viewCount": "5", "commentCount": str(comments)}
    snippet = {"title": video, "description": "", "publishedAt": at or ago(hours=5)}
    return {"id": video, "snippet": snippet, "statistics": counted}


def thread(name: str, video: str, at: str = "", replies: int = 0, text: str = "said") -> Any:
    snippet = {"textOriginal": text, "publishedAt": at or ago(hours=1), "updatedAt": at or ago(hours=1)}
    top = {"id": name, "snippet": snippet}
    return {"id": name, "snippet": {"videoId": video, "topLevelComment": top, "totalReplyCount": replies}}


def when(site: Any, path: str, answer: Answer, times: int = 1_000, **query: str) -> None:
    site.rules.append(Rule(f"/{path}", answer, query=query, times=times))


def params(site: Any, **more: Any) -> Videos:
    return Videos.model_validate({"base_url": site.base, "api_key": "k3y", "query": "cobalt", **more})


def run(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(params(site, **more), cursor or {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def asked(site: Any, path: str) -> list[dict[str, list[str]]]:
    found = [urlsplit(where) for where, _ in site.asked]
    return [parse_qs(where.query) for where in found if where.path == f"/{path}"]


def cursor_of(pages: list[Page]) -> Any:
    return json.loads(json.dumps(dict(pages[-1].cursor)))


def searched(video: str, **more: Any) -> dict[str, Any]:
    return {"searched": NOW.isoformat(), "videos": [{"id": video, "seen": True, **more}]}


def test_a_search_comes_when_its_share_of_the_day_has_passed(site: Any, http: httpx2.Client) -> None:
    when(site, "search", listing())
    first = run(site, http, searches_per_day=4)
    run(site, http, {**cursor_of(first), "searched": ago(hours=5)}, searches_per_day=4)
    assert len(asked(site, "search")) == 1
    run(site, http, {**cursor_of(first), "searched": ago(hours=7)}, searches_per_day=4)
    (since,) = asked(site, "search")[-1]["publishedAfter"]
    assert NOW - datetime.fromisoformat(since) > timedelta(hours=30)


def test_every_call_carries_what_it_spends_and_the_key_in_a_header(site: Any) -> None:
    when(site, "search", listing(hit("v")))
    when(site, "videos", listing(shown("v", 1)))
    when(site, "commentThreads", listing(thread("c", "v", replies=9)))
    when(site, "comments", listing())
    spent: list[tuple[str, str, int]] = []

    def note(request: httpx2.Request) -> None:
        spend = request.extensions["spend"]
        spent.append((request.url.path, spend.meter, spend.most))

    with httpx2.Client(trust_env=False, event_hooks={"request": [note]}) as http:
        run(site, http)
    assert spent == [
        ("/search", "searches", 1),
        ("/videos", "units", 1),
        ("/commentThreads", "units", 1),
        ("/comments", "units", 1),
    ]
    assert {heard["x-goog-api-key"] for _, heard in site.asked} == {"k3y"}
    assert not [where for where, _ in site.asked if "k3y" in where]


def test_when_the_searches_of_the_day_are_used_up_known_videos_are_still_read(site: Any, http: httpx2.Client) -> None:
    when(site, "search", refusal("quotaExceeded"))
    when(site, "videos", listing(shown("v", 1)))
    when(site, "commentThreads", listing(thread("c", "v")))
    pages = run(site, http, {"videos": [{"id": "v", "seen": True}]})
    assert ids(pages) == ["v", "c"]
    assert "daily quota" in str(pages[-1].warning)
    assert "searched" not in pages[-1].cursor


def test_when_all_units_are_used_up_the_source_waits_for_midnight_in_california(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", refusal("quotaExceeded"))
    with pytest.raises(SourceBusy) as busy:
        run(site, http, searched("v"))
    assert busy.value.wait
    assert abs(busy.value.wait - until_midnight(datetime.now(UTC))) < timedelta(seconds=5)


def test_comments_are_read_again_when_their_number_changes_or_a_day_has_passed(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("v", 1)), times=2)
    when(site, "videos", listing(shown("v", 2)))
    when(site, "commentThreads", listing(thread("c", "v")))
    first = run(site, http, searched("v"))
    second = run(site, http, cursor_of(first))
    assert (len(asked(site, "commentThreads")), ids(second)) == (1, ["v"])
    third = run(site, http, cursor_of(second))
    assert (len(asked(site, "commentThreads")), ids(third)) == (2, ["v", "c"])
    late = cursor_of(third)
    late["videos"][0]["visited"] = ago(days=2)
    run(site, http, late)
    assert len(asked(site, "commentThreads")) == 3


def test_comments_newer_than_the_last_visit_are_read_over_all_their_pages(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("v", 3)))
    when(site, "commentThreads", listing(thread("c3", "v", ago(hours=1)), next="p2"), pageToken="-")
    when(site, "commentThreads", listing(thread("c2", "v", ago(hours=2)), next="p3"), pageToken="p2")
    when(site, "commentThreads", listing(thread("c1", "v", ago(hours=9)), next="p4"), pageToken="p3")
    pages = run(site, http, searched("v", newest=ago(hours=6), comments=1))
    assert ids(pages) == ["v", "c3", "c2", "c1"]
    assert len(asked(site, "commentThreads")) == 3


def test_a_run_cut_short_between_two_pages_of_comments_loses_none(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("v", 2)))
    when(site, "commentThreads", listing(thread("c2", "v", ago(hours=1)), next="p2"), pageToken="-")
    when(site, "commentThreads", listing(thread("c1", "v", ago(hours=2))), pageToken="p2")
    reading: Iterator[Page] = collector.pages(params(site), searched("v"), http)
    begun = [next(reading), next(reading)]
    assert ids(begun) == ["v", "c2"]
    assert ids(run(site, http, cursor_of(begun))) == ["v", "c2", "c1"]


def test_a_search_is_not_paid_twice_when_the_run_is_cut_short_after_it(site: Any, http: httpx2.Client) -> None:
    when(site, "search", listing(hit("v")))
    when(site, "videos", listing(shown("v")))
    begun = [next(collector.pages(params(site), {}, http))]
    assert ids(run(site, http, cursor_of(begun))) == ["v"]
    assert len(asked(site, "search")) == 1


def test_closed_comments_are_a_note_and_no_error(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("v", 3), shown("w", 1)))
    when(site, "commentThreads", refusal("commentsDisabled"), videoId="v")
    when(site, "commentThreads", listing(thread("c", "w")), videoId="w")
    cursor = {"searched": NOW.isoformat(), "videos": [{"id": "v"}, {"id": "w"}]}
    pages = run(site, http, cursor)
    assert ids(pages) == ["v", "w", "c"]
    assert [str(page.warning) for page in pages if page.warning] == [
        "the comments of some videos are closed or cannot be read: those videos are read without them"
    ]
    assert ids(run(site, http, cursor_of(pages))) == ["v", "w"]


def test_a_video_that_is_missing_twice_in_a_row_is_deleted_here_too(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("w")))
    cursor = searched("v")
    cursor["videos"].append({"id": "w", "seen": True})
    first = run(site, http, cursor)
    assert ids(first) == ["w"]
    second = run(site, http, cursor_of(first))
    assert [(one.external_id, one.deleted) for page in second for one in page.mentions] == [("w", False), ("v", True)]
    assert ids(run(site, http, cursor_of(second))) == ["w"]


def test_a_video_that_cannot_be_read_is_not_gone(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing(shown("w"), {"id": "v", "snippet": "x"}))
    cursor = {**searched("v"), "videos": [{"id": one, "seen": True} for one in ("v", "w")]}
    for _ in range(3):
        pages = run(site, http, cursor)
        assert (ids(pages), [item.id for page in pages for item in page.broken]) == (["w"], ["v"])
        cursor = cursor_of(pages)


def test_a_video_that_nobody_could_ever_see_is_forgotten_in_silence(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing())
    pages = run(site, http, {"searched": NOW.isoformat(), "videos": [{"id": "v", "missing": 1}]})
    assert (ids(pages), pages[-1].cursor["videos"]) == ([], [])


def test_the_liveliest_and_newest_videos_are_the_ones_followed(site: Any, http: httpx2.Client) -> None:
    when(site, "search", listing(hit("new", ago(hours=1)), hit("older", ago(days=6))))
    when(site, "videos", listing(shown("new"), shown("lively")))
    known = [
        {"id": "lively", "published": ago(days=300), "newest": ago(hours=2)},
        {"id": "quiet", "published": ago(days=9)},
    ]
    pages = run(site, http, {"videos": known}, videos=2)
    assert [one["id"] for one in cursor_of(pages)["videos"]] == ["new", "lively"]
    assert asked(site, "videos")[0]["id"] == ["new,lively"]


def test_videos_are_asked_for_fifty_at_a_time(site: Any, http: httpx2.Client) -> None:
    when(site, "videos", listing())
    run(site, http, {"searched": NOW.isoformat(), "videos": [{"id": f"v{n}"} for n in range(120)]}, videos=120)
    assert [len(one["id"][0].split(",")) for one in asked(site, "videos")] == [50, 50, 20]


def test_a_search_with_more_hits_than_are_read_says_so(site: Any, http: httpx2.Client) -> None:
    when(site, "search", listing(hit("v"), next="a"), pageToken="-")
    when(site, "search", listing(hit("w"), next="b"), pageToken="a")
    when(site, "videos", listing(shown("v"), shown("w")))
    pages = run(site, http)
    assert [str(page.warning) for page in pages if page.warning] == [
        "more than 100 hits: narrow the query, or shorten the interval"
    ]
    assert "searched" in pages[-1].cursor


def test_replies_of_a_long_thread_are_asked_for_only_when_their_number_changes(site: Any, http: httpx2.Client) -> None:
    when(site, "commentThreads", listing(thread("c", "v", replies=2)))
    reply = {"id": "c.r", "snippet": {"textOriginal": "so do I", "parentId": "c", "publishedAt": ago(minutes=5)}}
    when(site, "comments", listing(reply, next="again"))
    first = run(site, http, mode="channel", channel=CHANNEL)
    assert [(one.external_id, one.parent_id, one.thread_id) for page in first for one in page.mentions] == [
        ("c", "v", "v"),
        ("c.r", "c", "v"),
    ]
    calls = len(asked(site, "comments"))
    assert calls == 2  # the mark repeats itself, which ends the reading
    assert ids(run(site, http, cursor_of(first), mode="channel", channel=CHANNEL)) == ["c"]
    assert len(asked(site, "comments")) == calls


def test_a_comment_that_cannot_be_read_costs_itself_only(site: Any, http: httpx2.Client) -> None:
    broken = {"id": "bad", "snippet": {"topLevelComment": {"id": "bad", "snippet": "x"}, "videoId": 7}}
    when(site, "commentThreads", listing(broken, None, thread("c", "v")))
    pages = run(site, http, mode="channel", channel=CHANNEL)
    assert (ids(pages), len(pages[0].broken)) == (["c"], 2)


def test_a_channel_that_does_not_exist_is_said_so(site: Any, http: httpx2.Client) -> None:
    when(site, "commentThreads", refusal("channelNotFound", 404))
    with pytest.raises(SourceRefused, match=CHANNEL):
        run(site, http, mode="channel", channel=CHANNEL)


def test_a_backfill_whose_mark_is_too_old_begins_anew(site: Any, http: httpx2.Client) -> None:
    when(site, "commentThreads", refusal("invalidPageToken", 400), pageToken="old")
    when(site, "commentThreads", listing(thread("c", "v", ago(days=2))), pageToken="-")
    window = Window(NOW - timedelta(days=9), NOW)
    assert collector.backfill
    wanted = params(site, mode="channel", channel=CHANNEL)
    (page,) = collector.backfill(wanted, {"page": "old"}, window, http)
    assert ([one.external_id for one in page.mentions], page.reached) == (["c"], window.since)


def test_a_backfill_ends_where_the_search_does_not_go_back(site: Any, http: httpx2.Client) -> None:
    window = Window(NOW - timedelta(days=1), NOW)
    when(site, "search", listing(hit("v", NOW.isoformat()), next="more"))
    when(site, "videos", listing(shown("v")))
    assert collector.backfill
    (page,) = collector.backfill(params(site), {}, window, http)
    assert page.reached == window.since


@pytest.mark.parametrize(
    "given",
    [{"query": ""}, {"mode": "channel"}, {"mode": "channel", "channel": "@cobalt"}, {"searches_per_day": 0}, {"x": 1}],
)
def test_what_is_missing_for_what_is_to_be_read_is_asked_for(site: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params(site, **given)


@pytest.mark.parametrize(
    "cursor",
    [
        {"videos": 5, "threads": [], "searched": "yesterday"},
        {"videos": [None, {"id": 5}, {"id": ""}, {"id": "v", "comments": "many", "missing": None}]},
    ],
)
def test_a_cursor_of_another_shape_is_no_harm(site: Any, http: httpx2.Client, cursor: Any) -> None:
    when(site, "search", listing(hit("v")))
    when(site, "videos", listing(shown("v")))
    assert ids(run(site, http, cursor)) == ["v"]


def test_what_is_followed_survives_its_cursor() -> None:
    video = FollowedVideo("v", NOW - timedelta(days=3), 4, NOW - timedelta(days=1), NOW, 1, was_shown=True)
    followed = FollowList(5, NOW, {"v": video}, {"t": 30})
    assert FollowList.of(json.loads(json.dumps(dict(followed.page().cursor))), 5) == followed


def test_only_the_cursor_forgets_videos_while_a_reading_lasts() -> None:
    videos = {name: FollowedVideo(name, NOW - timedelta(days=age)) for name, age in (("old", 9), ("new", 1))}
    followed = FollowList(1, None, videos)
    kept = followed.page().cursor["videos"]
    assert isinstance(kept, list)
    assert [one["id"] for one in kept if isinstance(one, dict)] == ["new"]
    assert list(followed.videos) == ["old", "new"]
    followed.trim()
    assert list(followed.videos) == ["new"]


def test_a_video_that_is_found_again_keeps_what_is_remembered_of_it() -> None:
    followed = FollowList(5, None, {"v": FollowedVideo("v", comments=4)})
    followed.add([FollowedVideo("w"), FollowedVideo("v")])
    assert (sorted(followed.videos), followed.videos["v"].comments) == (["v", "w"], 4)


def test_the_threads_noted_last_are_remembered() -> None:
    kept = latest_threads({str(number): number for number in range(MOST_THREADS + 2)})
    assert (len(kept), next(iter(kept)), "0" in kept) == (MOST_THREADS, "2", False)
