"""Stack Exchange: its pauses, its quotas, its errors by name, and authors who left."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from app.pipeline.sift.normalise import Draft, prepare
from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.stackexchange import Question, Search, backfill, pages, question
from collectors.stackexchange.api import until_midnight
from tests.collectors.conftest import Answer, Rule, Site

NOW = datetime.now(UTC)
MONTH = Window(NOW - timedelta(days=30), NOW)


def params(site: Site, **more: Any) -> Search:
    return Search(query="brumelo", base_url=site.base, **more)


def say(site: Site, method: str, times: int = 1_000_000, **body: Any) -> None:
    whole = {"items": [], "has_more": False, "quota_max": 300, "quota_remaining": 200, **body}
    site.rules.append(Rule(f"/2.3/{method}", Answer(json.dumps(whole).encode()), times=times))


def asked(number: int, days: float = 1) -> dict[str, Any]:
    at = int((NOW - timedelta(days=days)).timestamp())
    return {
        "question_id": number,
        "creation_date": at,
        "title": f"t{number}",
        "link": f"https://stackoverflow.com/q/{number}",
    }


def ids(found: list[Page]) -> list[str]:
    return [one.external_id for page in found for one in page.mentions]


@pytest.mark.parametrize("backoff", [0.2, 10, "30"])
def test_a_pause_asked_for_is_obeyed_however_short(site: Site, http: httpx2.Client, backoff: Any) -> None:
    say(site, "search/advanced", items=[asked(1)], has_more=True, backoff=backoff)
    say(site, "search/excerpts")
    [page] = pages(params(site), {}, http)
    assert page.asked == timedelta(seconds=float(backoff))
    assert ids([page]) == ["stackoverflow/1"]
    assert len(site.asked) == 2
    assert set(page.cursor) == {"at", "width"}
    site.rules.clear()
    say(site, "search/advanced", items=[asked(1), asked(2, 5)])
    say(site, "search/excerpts")
    assert set(ids([page, *pages(params(site), page.cursor, http)])) == {"stackoverflow/1", "stackoverflow/2"}


def test_a_spent_quota_waits_until_midnight_utc(site: Site, http: httpx2.Client) -> None:
    say(site, "search/advanced", items=[asked(1)], quota_remaining=1)
    say(site, "search/excerpts", quota_remaining=0)
    [page] = pages(params(site), {}, http)
    assert page.asked is not None
    assert abs(page.asked - until_midnight(datetime.now(UTC))) < timedelta(seconds=5)
    assert until_midnight(datetime(2026, 3, 1, 22, 30, tzinfo=UTC)) == timedelta(hours=1, minutes=30)


def test_going_back_leaves_a_tenth_of_the_day_to_what_is_new(site: Site, http: httpx2.Client) -> None:
    say(site, "search/advanced", has_more=True, items=[asked(1)], quota_remaining=29)
    [page] = backfill(params(site, answers=False), {}, MONTH, http)
    assert page.asked is not None
    assert page.reached == MONTH.until
    site.rules.clear()
    say(site, "search/advanced", items=[asked(1)], quota_remaining=29)
    [live] = pages(params(site, answers=False), {}, http)
    assert live.asked is None


@pytest.mark.parametrize(
    ("status", "body", "kind", "words", "wait"),
    [
        (400, {"error_id": 502, "error_name": "throttle_violation", "error_message": "too many requests from this IP, "
               "more requests available in 17524 seconds"}, SourceBusy, "are used up", timedelta(seconds=17_524)),
        (502, {"error_id": 502, "error_name": "throttle_violation", "error_message": "slow down"}, SourceBusy,
         "are used up", timedelta(minutes=5)),
        (200, {"error_id": 502, "error_name": "throttle_violation", "error_message":
               "available in 9999999 seconds"}, SourceBusy, "are used up", timedelta(days=1)),
        (400, {"error_id": 400, "error_name": "bad_parameter", "error_message": "No site found for name `brumelo`"},
         SourceRefused, "No site found", None),
        (400, {"error_id": 400, "error_name": "bad_parameter", "error_message": "no known application"},
         SourceRefused, "known application", None),
        (400, {"error_id": 403, "error_name": "access_denied", "error_message": "{x} no"}, SourceRefused, "x", None),
        (503, {"error_id": 503, "error_name": "temporarily_unavailable"}, SourceBusy, "down for a moment", None),
        (500, {"error_id": 500, "error_name": "internal_error", "error_message": "oops"}, SourceError, "oops", None),
        (400, {"error_id": 400}, SourceError, "has a problem", None),
        (403, {"other": 1}, SourceRefused, "403", None),
    ],
)  # fmt: skip
def test_errors_are_told_by_their_names(
    site: Site, http: httpx2.Client, status: int, body: Any, kind: type[SourceError], words: str, wait: timedelta | None
) -> None:
    site.rules.append(Rule("/2.3/search/advanced", Answer(json.dumps(body).encode(), status)))
    with pytest.raises(kind, match=words) as told:
        list(pages(params(site, api_key="very secret"), {}, http))
    assert "very secret" not in str(told.value)
    if isinstance(told.value, SourceBusy):
        assert told.value.wait == wait


@pytest.mark.parametrize(("key", "words"), [("", "a key of your own"), ("k", "with this key")])
def test_a_key_is_advised_to_who_has_none(site: Site, http: httpx2.Client, key: str, words: str) -> None:
    body = {"error_id": 502, "error_name": "throttle_violation", "error_message": "slow down"}
    site.rules.append(Rule("/2.3/search/advanced", Answer(json.dumps(body).encode(), 400)))
    with pytest.raises(SourceBusy, match=words):
        list(pages(params(site, api_key=key), {}, http))


def test_more_than_a_hundred_are_read_in_narrower_slices(site: Site, http: httpx2.Client) -> None:
    say(site, "search/advanced", times=1, items=[asked(n, 1 + n / 100) for n in range(100)], has_more=True)
    for number in range(10):
        say(site, "search/advanced", times=1, items=[asked(200 + number, 6)])
    found = list(pages(params(site, answers=False), {}, http))
    assert len(found) > 1
    windows = [dict(pair.split("=") for pair in path.split("?")[1].split("&")) for path, _ in site.asked]
    first, second, third = windows[:3]
    assert int(second["todate"]) - int(second["fromdate"]) < (int(first["todate"]) - int(first["fromdate"])) / 2
    assert int(third["fromdate"]) == int(second["todate"]) + 1
    assert [int(page.cursor["at"] is not None) for page in found] == [1] * len(found)


def test_answers_are_left_out_when_not_wanted_and_cost_no_call(site: Site, http: httpx2.Client) -> None:
    say(site, "search/advanced", items=[asked(1)])
    assert ids(list(pages(params(site, answers=False), {}, http))) == ["stackoverflow/1"]
    assert len(site.asked) == 1


def test_a_run_that_fails_half_way_through_a_slice_moves_nothing(site: Site, http: httpx2.Client) -> None:
    say(site, "search/advanced", items=[asked(1)])
    site.rules.append(Rule("/2.3/search/excerpts", Answer(status=500)))
    with pytest.raises(SourceError, match="500"):
        list(pages(params(site), {}, http))


def test_titles_and_names_are_unescaped_and_the_link_is_kept() -> None:
    post = {**asked(7), "title": "A &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;", "body": "<p>caf&eacute;</p>",
            "tags": ["x<y"], "owner": {"display_name": "Zo&#233;", "user_id": 4}}  # fmt: skip
    raw = question(Question.model_validate(post), "stackoverflow")
    [draft] = prepare("stackexchange", [raw], NOW)
    assert isinstance(draft, Draft)
    assert (draft.title, draft.author, draft.url) == ("A <b> & \"c\" 'd'", "Zoé", "https://stackoverflow.com/q/7")
    assert draft.text == "café\n\n[x<y]"


@pytest.mark.parametrize("owner", [{"user_type": "does_not_exist"}, None, "nobody", {}])
def test_an_author_who_left_is_nobody(owner: Any) -> None:
    raw = question(Question.model_validate({**asked(7), "owner": owner}), "travel")
    assert (raw.author, raw.author_id, raw.external_id) == ("", "", "travel/7")


@pytest.mark.parametrize("site_name", ["", "Stack Overflow", "a/b", "x?y", "é"])
def test_a_site_that_is_no_name_is_refused(site_name: str) -> None:
    with pytest.raises(ValueError, match="site"):
        Search(query="x", site=site_name)
