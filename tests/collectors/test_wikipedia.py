"""How the edits of watched pages are followed, and what a wiki says when it is busy or refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import Page, SourceBusy, SourceError, SourceRefused, Window
from collectors.wikipedia import MOST_EDITS, WatchedPages, collector
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC).replace(microsecond=0)
SIZE = 30


def revision(number: int, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=20) + timedelta(minutes=number)
    return {
        "revid": number,
        "parentid": number - 1,
        "timestamp": at.isoformat(),
        "user": "Ann",
        "comment": f"c{number}",
    } | more


def serve(site: Any, revisions: list[dict[str, Any]]) -> None:
    """Oldest first, 30 a page; differences have one line."""
    site.rules.clear()
    for start in reversed(range(0, max(len(revisions), 1), SIZE)):
        more = {"continue": {"rvcontinue": str(start + SIZE)}} if start + SIZE < len(revisions) else {}
        page = {"pageid": 1, "title": "Acme", "revisions": revisions[start : start + SIZE]}
        asked = {"action": "query", "rvcontinue": str(start) if start else "-"}
        site.rules.append(
            Rule("/w/api.php", Answer(json.dumps({"query": {"pages": [page]}} | more).encode()), query=asked)
        )
    line = {"compare": {"body": '<tr><td class="diff-addedline">new</td></tr>'}}
    site.rules.append(Rule("/w/api.php", Answer(json.dumps(line).encode()), query={"action": "compare"}))


def read(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    return list(collector.pages(WatchedPages(base_url=site.base, titles=("Acme",)), cursor or {}, http))


def ids(pages: list[Page]) -> list[int]:
    return [int(mention.external_id) for page in pages for mention in page.mentions]


def test_edits_come_oldest_first_and_once(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(number) for number in range(1, 71)])
    first = read(site, http)
    assert ids(first) == list(range(1, 71))
    serve(site, [revision(number) for number in range(1, 74)])
    assert ids(read(site, http, first[-1].cursor)) == [71, 72, 73]


def test_the_older_format_of_answers_is_read_too(site: Any, http: httpx2.Client) -> None:
    page = {"pageid": 1, "title": "Acme", "revisions": [revision(7, minor="", user="192.0.2.7", anon="")]}
    line = {"compare": {"*": '<tr><td class="diff-addedline">new</td></tr>'}}
    site.rules += [
        Rule("/w/api.php", Answer(json.dumps({"query": {"pages": {"1": page}}}).encode()), query={"action": "query"}),
        Rule("/w/api.php", Answer(json.dumps(line).encode()), query={"action": "compare"}),
    ]
    (edit,) = read(site, http)[0].mentions
    assert (edit.external_id, edit.text, edit.author) == ("7", "c7\n+ new", "")
    gone = {"query": {"pages": {"-1": {"title": "Acme", "missing": ""}}}}
    site.rules[0] = Rule("/w/api.php", Answer(json.dumps(gone).encode()), query={"action": "query"})
    assert "no page «Acme»" in str(read(site, http)[0].warning)


def test_a_reading_stops_at_its_bound_and_the_next_goes_on(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(number) for number in range(1, MOST_EDITS + 41)])
    first = read(site, http)
    assert ids(first) == list(range(1, MOST_EDITS + 1))
    assert ids(read(site, http, first[-1].cursor)) == list(range(MOST_EDITS + 1, MOST_EDITS + 41))


def test_a_reading_that_is_interrupted_is_gone_on_with_without_loss(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(number) for number in range(1, 71)])
    params = WatchedPages(base_url=site.base, titles=("Acme",))
    for stop in (1, 2):
        begun = list(islice(collector.pages(params, {}, http), stop))
        assert ids(begun) + ids(read(site, http, begun[-1].cursor)) == list(range(1, 71))


def test_an_edit_that_is_hidden_later_is_a_deletion(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(1), revision(2)])
    first = read(site, http)
    serve(site, [revision(1, sha1hidden=True, comment="", user="", userhidden=True), revision(2)])
    (gone,) = [mention for page in read(site, http, first[-1].cursor) for mention in page.mentions]
    assert (gone.external_id, gone.deleted, gone.text, gone.author) == ("1", True, "", "")


def test_the_address_of_who_has_no_account_is_not_kept(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(1, user="192.0.2.7", anon=True)])
    assert "192.0.2.7" not in repr(read(site, http))


@pytest.mark.parametrize(
    ("headers", "lag", "wait"), [({"Retry-After": "5"}, 9.1, 5), ({}, 9.0, 9), ({}, "much", None), ({}, None, None)]
)
def test_a_wiki_that_lags_says_so_with_status_200(
    site: Any, http: httpx2.Client, headers: dict[str, str], lag: Any, wait: int | None
) -> None:
    error = {"error": {"code": "maxlag", "info": "Waiting for a database server", "lag": lag}}
    site.always = Answer(json.dumps(error).encode(), 200, headers)
    with pytest.raises(SourceBusy) as caught:
        read(site, http)
    assert caught.value.wait == (timedelta(seconds=wait) if wait is not None else None)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (403, b"Please set a user-agent", SourceRefused, "requires programs to name a contact"),
        (404, b"", SourceError, "not a MediaWiki"),
        (200, b'{"error":{"code":"readapidenied","info":"log in"}}', SourceRefused, "members only"),
        (200, b'{"error":{"code":"badvalue","info":"Odd title"}}', SourceError, "Odd title"),
        (200, b'{"error":{"code":"ratelimited"}}', SourceBusy, "come back"),
        (429, b"", SourceBusy, "less often"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    site: Any, http: httpx2.Client, status: int, body: bytes, kind: type[SourceError], words: str
) -> None:
    site.always = Answer(body, status)
    with pytest.raises(kind, match=words):
        read(site, http)


@pytest.mark.parametrize("titles", [(), ("",), ("A|B",), ("A#b",), ("x",) * 51])
def test_titles_that_are_none_are_refused_in_the_form(titles: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        WatchedPages(titles=titles)


def back(site: Any, http: httpx2.Client, window: Window, cursor: Any = None) -> list[Page]:
    params = WatchedPages(base_url=site.base, titles=("Acme", "Brume"))
    assert collector.backfill is not None
    return list(collector.backfill(params, cursor or {}, window, http))


def test_a_backfill_goes_title_by_title_and_resumes_within_one(site: Any, http: httpx2.Client) -> None:
    serve(site, [revision(number) for number in reversed(range(1, 71))])
    window = Window(NOW - timedelta(hours=20) + timedelta(minutes=5), NOW - timedelta(hours=20) + timedelta(minutes=66))
    whole, inside = back(site, http, window), list(range(65, 4, -1))
    assert ids(whole) == inside * 2
    assert [page.reached for page in whole] == [window.until] * 3 + [
        *(NOW - timedelta(hours=20) + timedelta(minutes=low) for low in (41, 11)),
        window.since,
    ]
    assert ids(back(site, http, window, dict(whole[0].cursor))) == inside[len(ids(whole[:1])) :] + inside
    assert ids(back(site, http, window, dict(whole[2].cursor))) == inside
