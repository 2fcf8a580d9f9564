"""What the errors of Meta's Graph API mean, and how much more may be asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from collectors._kit.fetch import own_refusal_of
from collectors._platforms.graph_refusals import GRAPH, nearly_full
from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused
from tests.collectors._platforms.graph_api import FEED, error, on, read


@pytest.mark.parametrize(
    ("code", "subcode", "message", "kind", "sentence"),
    [
        (190, 463, "Session has expired", SourceRefused, "has expired"),
        (190, 467, "invalid", SourceRefused, "was withdrawn"),
        (190, 460, "password", SourceRefused, "password of the account was changed"),
        (190, 458, "not authorized", SourceRefused, "has removed the app"),
        (190, 0, "Malformed access token EAAB-very-secret", SourceRefused, "copy it again"),
        ("190", 463, "numbers as text", SourceRefused, "has expired"),
        (10, 0, "(#10) This endpoint requires the 'pages_read_engagement' permission", SourceRefused, "«pages_read_en"),
        (283, 0, "(#283) Requires pages_read_user_content permission", SourceRefused, "«pages_read_user_content»"),
        (200, 0, "(#200) no", SourceRefused, "lacks a permission"),
        (100, 33, "Object with ID '1' does not exist, cannot be loaded", SourceRefused, "no such page or account"),
        (803, 0, "Some of the aliases you requested do not exist", SourceRefused, "no such page or account"),
        (100, 0, "(#100) Tried accessing nonexisting field (story)", SourceChanged, "Update Vigie"),
        (
            100,
            0,
            "API calls from the server require an appsecret_proof argument",
            SourceRefused,
            "«Require App Secret»",
        ),
        (12, 0, "deprecated for versions v22.0 and higher", SourceChanged, "choose another one"),
        (368, 0, "temporarily blocked", SourceRefused, "blocked this account"),
        (1, 0, "An unknown error occurred", SourceError, "a problem of its own"),
        (987654, 0, "?", SourceError, "its error 987654"),
        ([], 0, "?", SourceError, "its error 0"),
    ],
)
def test_each_error_says_what_happened_and_never_repeats_what_meta_wrote(
    site: Any, http: httpx2.Client, code: Any, subcode: int, message: str, kind: type[SourceError], sentence: str
) -> None:
    on(site, FEED, error(code, subcode, message), 400)
    with pytest.raises(kind, match=sentence) as caught:
        read(site, http)
    assert "EAAB" not in str(caught.value)
    assert type(caught.value) is not SourceBusy


def test_an_error_told_with_a_good_status_is_one_however_it_is_set(site: Any, http: httpx2.Client) -> None:
    on(site, FEED, json.dumps(json.loads(error(190, 463)), indent=4))
    with pytest.raises(SourceRefused, match="has expired"):
        read(site, http)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, timedelta(minutes=30)),
        ({"X-App-Usage": '{"call_count":120,"total_cputime":2,"total_time":3}'}, timedelta(minutes=30)),
        (
            {
                "X-Business-Use-Case-Usage": '{"104":[{"type":"pages","call_count":100,"total_cputime":1,'
                '"total_time":1,"estimated_time_to_regain_access":19}]}'
            },
            timedelta(minutes=19),
        ),
        ({"X-Page-Usage": "{broken", "Retry-After": "90"}, timedelta(seconds=90)),
    ],
)
def test_a_throttled_page_says_when_it_may_be_asked_again(
    site: Any, http: httpx2.Client, code: int, headers: dict[str, str], wait: timedelta
) -> None:
    on(site, FEED, error(code), 400, headers)
    with pytest.raises(SourceBusy, match="asks for a pause") as caught:
        read(site, http)
    assert caught.value.wait == wait


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, None),
        ({"x-app-usage": '{"call_count":94}'}, None),
        ({"x-app-usage": '{"call_count":95}'}, timedelta(minutes=30)),
        ({"x-page-usage": '{"total_time":101}'}, timedelta(minutes=30)),
        ({"x-app-usage": '{"call_count":"100"}'}, timedelta(minutes=30)),
        ({"x-app-usage": '{"call_count":"many","total_time":"nan"}'}, None),
        (
            {"x-business-use-case-usage": '{"1":[{"call_count":3,"estimated_time_to_regain_access":7}]}'},
            timedelta(minutes=7),
        ),
        (
            {"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":1e300}]}'},
            None,
        ),
        ({"x-app-usage": "[[[", "x-page-usage": "[1]", "x-business-use-case-usage": '{"1":3,"2":[4]}'}, None),
    ],
)
def test_an_answer_tells_how_much_more_may_be_asked(headers: dict[str, str], pause: timedelta | None) -> None:
    assert nearly_full(headers) == pause


@pytest.mark.parametrize("body", ['{"error": "words"}', '{"error": {"code": {}}}', "{", "", "[]", '{"error": null}'])
def test_an_error_in_another_shape_is_no_error_of_ours(body: str) -> None:
    answer = httpx2.Response(400, content=body, request=httpx2.Request("GET", "https://graph.example/x"))
    found = own_refusal_of(answer, GRAPH, datetime.now(UTC))
    assert found is None or "error 0" in str(found)
