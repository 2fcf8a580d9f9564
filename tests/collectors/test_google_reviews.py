"""Google Play, Google Business Profile and Google Maps: what is asked, remembered, spent and refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from collectors import google_business, google_places, google_play
from collectors.base import AnyCollector, Page, SourceBusy, SourceOverBudget, SourceRefused, Window
from tests.collectors.conftest import Answer, Rule

NOW = datetime.now(UTC)
PEM = (
    rsa.generate_private_key(65537, 2048)
    .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    .decode()
)
PLAY = "/androidpublisher/v3/applications/com.example.cobalt/reviews"
PLACE = "ChIJcobalt0001"


def seconds(hours: float) -> str:
    return str(int((NOW - timedelta(hours=hours)).timestamp()))


def iso(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


def as_json(body: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(body).encode(), status)


def played(name: str, hours: float) -> dict[str, Any]:
    comment = {"text": name, "starRating": 3, "lastModified": {"seconds": seconds(hours)}}
    return {"reviewId": name, "comments": [{"userComment": comment}]}


def placed(name: str, hours: float, text: str = "said") -> dict[str, Any]:
    return {"reviewId": name, "starRating": "TWO", "comment": text, "createTime": iso(900), "updateTime": iso(hours)}


def give_token(site: Any) -> None:
    site.rules.append(Rule("/token", Answer(b'{"access_token": "ya29.secret"}'), method="POST"))


def play(site: Any, http: httpx2.Client, cursor: Any = None) -> list[Page]:
    file = json.dumps({"client_email": "vigie@nowhere.example", "private_key": PEM})
    given = {"base_url": site.base, "package": "com.example.cobalt", "service_account": file}
    params = google_play.App.model_validate({**given, "token_url": site.url("/token")})
    return list(google_play.collector.pages(params, cursor or {}, http))


def business(site: Any, http: httpx2.Client, cursor: Any = None, *locations: str) -> list[Page]:
    given = {"base_url": site.base, "account": "104", "locations": locations or ("771",), "client_id": "c"}
    secret = {"client_secret": "shh", "token": "1//r", "token_url": site.url("/token")}
    params = google_business.Places.model_validate({**given, **secret})
    return list(google_business.collector.pages(params, cursor or {}, http))


def maps(site: Any, http: httpx2.Client, **more: Any) -> list[Page]:
    params = google_places.Places.model_validate({"base_url": site.base, "api_key": "k3y", "places": [PLACE], **more})
    return list(google_places.collector.pages(params, {}, http))


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def test_the_access_token_is_kept_nowhere(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    site.rules.append(Rule(PLAY, as_json({"reviews": [played("a", 1)]})))
    pages = play(site, http)
    assert "ya29" not in json.dumps([dict(page.cursor) for page in pages])
    assert not [path for path, _ in site.asked if "ya29" in path]


def test_play_reads_back_to_a_day_before_what_it_knows(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    more = {"tokenPagination": {"nextPageToken": "p2"}}
    site.rules.append(Rule(PLAY, as_json({"reviews": [played("c", 1)], **more}), query={"token": "-"}))
    site.rules.append(Rule(PLAY, as_json({"reviews": [played("c", 1), played("b", 30)]}), query={"token": "p2"}))
    assert ids(play(site, http, {"newest": iso(3)})) == ["c", "b"]
    assert ids(play(site, http, {"newest": iso(-40)})) == ["c"]


def test_play_without_reviews_is_no_error(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    site.rules.append(Rule(PLAY, as_json({})))
    assert ids(play(site, http)) == []


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "«Reply to reviews»"), (404, "no app named com.example.cobalt"), (401, "401")]
)
def test_play_says_what_the_account_lacks(site: Any, http: httpx2.Client, status: int, sentence: str) -> None:
    give_token(site)
    site.rules.append(Rule(PLAY, as_json({"error": {"code": status}}, status)))
    with pytest.raises(SourceRefused, match=sentence):
        play(site, http)


def test_play_tells_that_its_interface_is_switched_off(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    body = {"error": {"code": 403, "errors": [{"reason": "accessNotConfigured"}]}}
    site.rules.append(Rule(PLAY, as_json(body, 403)))
    with pytest.raises(SourceRefused, match="not switched on"):
        play(site, http)


def test_an_edited_review_of_a_place_comes_again_with_the_time_of_its_edit(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    path = "/accounts/104/locations/771/reviews"
    site.rules.append(Rule(path, as_json({"reviews": [placed("a", 5)]}), times=1))
    site.rules.append(Rule(path, as_json({"reviews": [placed("a", 1, "changed")]})))
    first = business(site, http)
    (again,) = business(site, http, dict(first[-1].cursor))
    assert [(one.external_id, one.text, one.edited_at is not None) for one in again.mentions] == [
        ("a", "changed", True)
    ]


def test_each_place_has_a_time_of_its_own_which_moves_with_its_last_page(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    path = "/accounts/104/locations/{}/reviews"
    more = {"reviews": [placed("a", 1)], "nextPageToken": "p2"}
    site.rules.append(Rule(path.format("771"), as_json(more), query={"pageToken": "-"}))
    site.rules.append(Rule(path.format("771"), as_json({"reviews": [placed("b", 2)]}), query={"pageToken": "p2"}))
    site.rules.append(Rule(path.format("772"), as_json({"reviews": [placed("c", 3)]})))
    pages = business(site, http, {"newest": {"771": iso(4)}}, "771", "772")
    assert ids(pages) == ["a", "b", "c"]
    moved = [page.cursor["newest"] for page in pages]
    assert [moment != iso(4) for one in moved if isinstance(one, dict) for moment in [one.get("771")]] == [
        False,
        True,
        True,
    ]
    assert isinstance(moved[-1], dict)
    assert sorted(moved[-1]) == ["771", "772"]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}}, "has not granted"),
        (
            429,
            {"error": {"details": [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit_value": "0"}}]}},
            "has not granted",
        ),
        (404, {}, "no place 771 in the account 104"),
        (401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}, "no longer accepts this access"),
    ],
)
def test_a_place_that_may_not_be_read_is_said_so(
    site: Any, http: httpx2.Client, status: int, body: Any, sentence: str
) -> None:
    give_token(site)
    site.rules.append(Rule("/accounts/104/locations/771/reviews", as_json(body, status)))
    with pytest.raises(SourceRefused, match=sentence):
        business(site, http)


def test_a_consent_that_was_withdrawn_is_told_apart_from_a_wrong_client(site: Any, http: httpx2.Client) -> None:
    gone = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    site.rules.append(Rule("/token", as_json(gone, 400), method="POST", times=1))
    site.rules.append(Rule("/token", as_json({"error": "invalid_client"}, 401), method="POST"))
    with pytest.raises(SourceRefused, match="give it again"):
        business(site, http)
    with pytest.raises(SourceRefused, match="its id and its secret"):
        business(site, http)


@pytest.mark.parametrize(
    ("comment", "own"),
    [
        ("(Translated by Google) Kind\n\n(Original)\nGentil", "Gentil"),
        ("Gentil\n\n(Translated by Google)\nKind", "Gentil"),
        ("Gentil (Original)", "Gentil (Original)"),
        ("", ""),
    ],
)
def test_of_a_translated_review_the_words_of_its_author_are_kept(comment: str, own: str) -> None:
    assert google_business.original(comment) == own


def test_maps_spends_a_call_for_each_place_and_each_search(site: Any) -> None:
    site.rules.append(Rule(f"/places/{PLACE}", as_json({"id": PLACE})))
    site.rules.append(Rule("/places:searchText", as_json({}), method="POST"))
    spent: list[str] = []
    hooks = {"request": [lambda request: spent.append(request.extensions["spend"].meter)]}
    with httpx2.Client(trust_env=False, event_hooks=hooks) as http:
        pages = maps(site, http, query="cobalt lyon")
    assert spent == ["calls", "calls"]
    assert "gave no review" in str(pages[-1].warning)
    meter = google_places.collector.meters["calls"]
    assert (meter.limit, meter.period, meter.whose) == ("calls_per_month", "month", "key")


def test_when_the_calls_of_the_month_are_used_up_nothing_is_asked(site: Any) -> None:
    def stop(request: httpx2.Request) -> None:
        raise SourceOverBudget("no calls are left")

    with httpx2.Client(trust_env=False, event_hooks={"request": [stop]}) as http, pytest.raises(SourceBusy):
        maps(site, http)
    assert site.asked == []


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, "does not know this API key"),
        (404, {"error": {"status": "NOT_FOUND"}}, f"no longer has the place {PLACE}"),
        (403, {"error": {"details": [{"reason": "BILLING_DISABLED"}]}}, "billing account"),
    ],
)
def test_maps_says_what_is_wrong_with_the_key_or_the_place(
    site: Any, http: httpx2.Client, status: int, body: Any, sentence: str
) -> None:
    site.rules.append(Rule(f"/places/{PLACE}", as_json(body, status)))
    with pytest.raises(SourceRefused, match=sentence) as refused:
        maps(site, http)
    assert "k3y" not in str(refused.value)


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        (google_places.collector, {"api_key": "k"}),
        (google_places.collector, {"api_key": "k", "places": ["../x?y"]}),
        (google_play.collector, {"package": "cobalt", "service_account": "{}"}),
        (google_play.collector, {"package": "com.x/../y", "service_account": "{}"}),
        (google_business.collector, {"account": "me", "locations": ["1"], "client_id": "c"}),
    ],
)
def test_what_is_typed_is_checked(declared: AnyCollector, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        declared.params.model_validate(given)


def test_a_place_that_is_gone_does_not_keep_the_others_from_being_read(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    site.rules.append(Rule("/accounts/104/locations/771/reviews", as_json({"error": {"status": "NOT_FOUND"}}, 404)))
    site.rules.append(Rule("/accounts/104/locations/772/reviews", as_json({"reviews": [placed("r", 1)]})))
    pages = business(site, http, None, "771", "772")
    assert ids(pages) == ["r"]
    assert "no place 771 in the account 104" in str(pages[-1].warning)
    with pytest.raises(SourceRefused, match="no place 771"):
        business(site, http, None, "771")


def test_going_back_passes_over_a_place_that_is_gone(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    site.rules.append(Rule("/accounts/104/locations/771/reviews", as_json({"error": {"status": "NOT_FOUND"}}, 404)))
    site.rules.append(Rule("/accounts/104/locations/772/reviews", as_json({"reviews": [placed("r", 900)]})))
    params = google_business.Places.model_validate(
        {"base_url": site.base, "account": "104", "locations": ("771", "772"), "client_id": "c", "client_secret": "s"}
        | {"token": "1//r", "token_url": site.url("/token")}
    )
    window = Window(NOW - timedelta(hours=1_000), NOW)
    pages = list(google_business.backfill(params, {}, window, http))
    assert ids(pages) == ["r"]
    assert [page.reached for page in pages] == [window.until, window.since]


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, {"status": "NOT_FOUND"}), (400, {"status": "INVALID_ARGUMENT", "message": "Not a valid Place ID: x"})],
)
def test_maps_reads_the_other_places_when_one_is_gone(
    site: Any, http: httpx2.Client, status: int, error: dict[str, str]
) -> None:
    review = {"name": "places/other/reviews/1", "rating": 4, "authorAttribution": None, "text": {"text": "Fine"}}
    site.rules.append(Rule(f"/places/{PLACE}", as_json({"error": error}, status)))
    site.rules.append(Rule("/places/ChIJother00002", as_json({"id": "other", "reviews": [review]})))
    pages = maps(site, http, places=[PLACE, "ChIJother00002"])
    assert [(one.text, one.author) for page in pages for one in page.mentions] == [("Fine", "")]
    assert f"no longer has the places {PLACE}" in str(pages[-1].warning)


def test_going_back_resumes_at_the_place_and_the_page_where_it_stopped(site: Any, http: httpx2.Client) -> None:
    give_token(site)
    path = "/accounts/104/locations/772/reviews"
    first = {"reviews": [placed("a", 900)], "nextPageToken": "p2"}
    site.rules.append(Rule("/accounts/104/locations/771/reviews", as_json({"reviews": [placed("z", 900)]})))
    site.rules.append(Rule(path, as_json(first), query={"pageToken": "-"}))
    site.rules.append(Rule(path, as_json({"reviews": [placed("b", 910)]}), query={"pageToken": "p2"}))
    params = google_business.Places.model_validate(
        {"base_url": site.base, "account": "104", "locations": ("771", "772"), "client_id": "c", "client_secret": "s"}
        | {"token": "1//r", "token_url": site.url("/token")}
    )
    window = Window(NOW - timedelta(hours=1_000), NOW)
    pages = list(google_business.backfill(params, {}, window, http))
    assert [(ids([page]), dict(page.cursor)) for page in pages[:2]] == [
        (["z"], {"place": 1}),
        (["a"], {"place": 1, "page": "p2"}),
    ]
    assert ids(list(google_business.backfill(params, pages[0].cursor, window, http))) == ["a", "b"]
    assert ids(list(google_business.backfill(params, pages[1].cursor, window, http))) == ["b"]
