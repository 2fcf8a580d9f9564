"""A table of refusals: which row an answer meets, what its error says, and that no row of any kind is in vain."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import Any

import httpx2
import pytest

from collectors._kit.fetch import DEFAULTS, own_refusal_of, refusal_of
from collectors._kit.limits import LONGEST_WAIT
from collectors._kit.refusals import (
    NONE,
    Complaint,
    Refusal,
    Refusals,
    any_body,
    codes_at,
    judge,
    meets,
    pause_or,
    places,
    stated_pause,
    values_at,
    words_at,
)
from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused
from tests.collectors.tables import all_refusals

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
BODY: Any = {
    "error": {
        "code": "190",
        "type": "OAuth",
        "message": "the token of {host} has expired",
        "errors": [{"reason": "keyInvalid"}, None, {"reason": 7}, {"other": 1}],
    },
    "list": ["a", 1],
}


def table(*rows: Refusal, **more: Any) -> Refusals:
    return Refusals(rows, codes=("error.code", "error.errors.*.reason"), words=("error.message",), **more)


def answer(status: int, body: object = None, headers: dict[str, str] | None = None, url: str = "") -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = httpx2.Request("GET", url or "https://a.example/secret-path?token=1")
    return httpx2.Response(status, headers=headers, content=content, request=request)


def sentence(refusals: Refusals, given: httpx2.Response) -> str:
    return str(own_refusal_of(given, refusals, NOW))


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Refusal(SourceError, ""), True),
        (Refusal(SourceError, "", status={400, 403}), True),
        (Refusal(SourceError, "", status=range(400, 403)), False),
        (Refusal(SourceError, "", codes={190}), True),
        (Refusal(SourceError, "", codes={"190"}), False),
        (Refusal(SourceError, "", codes=range(100, 200)), True),
        (Refusal(SourceError, "", codes={"keyInvalid", "keyExpired"}), True),
        (Refusal(SourceError, "", codes={"OAuth"}), False),
        (Refusal(SourceError, "", phrase="TOKEN of .* expired"), True),
        (Refusal(SourceError, "", phrase="(?-i:TOKEN)"), False),
        (Refusal(SourceError, "", phrase="keyInvalid"), False),
        (Refusal(SourceError, "", when=lambda complaint: complaint.url.endswith("token=1")), True),
        (Refusal(SourceError, "", when=lambda complaint: complaint.was_redirected), False),
        (Refusal(SourceError, "", status={403}, codes={190}, phrase="expired"), True),
        (Refusal(SourceError, "", status={401}, codes={190}, phrase="expired"), False),
        (Refusal(SourceError, "", status={403}, codes={191}, phrase="expired"), False),
        (Refusal(SourceError, "", status={403}, codes={190}, phrase="revoked"), False),
        (Refusal(SourceError, "", status={403}, codes={190}, phrase="expired", when=lambda _: False), False),
    ],
)
def test_a_row_is_met_when_all_of_its_conditions_hold(row: Refusal, met: bool) -> None:
    assert (own_refusal_of(answer(403, BODY), table(row), NOW) is not None) is met


def test_the_first_row_that_is_met_speaks() -> None:
    rows = (
        Refusal(SourceRefused, "expired", status={401}, phrase="expired"),
        Refusal(SourceRefused, "any 401", status={401}),
        Refusal(SourceBusy, "never reached", status={401}, codes={190}),
        Refusal(SourceError, "anything else", codes=range(1, 1000)),
    )
    assert sentence(table(*rows), answer(401, BODY)) == "expired"
    assert sentence(table(*rows), answer(401, {})) == "any 401"
    assert sentence(table(*rows), answer(500, BODY)) == "anything else"
    assert own_refusal_of(answer(500, {}), table(*rows), NOW) is None
    assert sentence(table(*reversed(rows)), answer(401, BODY)) == "anything else"


@pytest.mark.parametrize(
    "body", [b"", b"no", b"<html>", b'{"error": {"code": 190', b"\xff\xfe", None, [], "words", 7, DEEP, {"error": []}]
)
def test_a_body_that_is_no_json_or_of_another_shape_has_neither_codes_nor_words(body: object) -> None:
    by_body = table(Refusal(SourceError, "by code", codes=range(1000)), Refusal(SourceError, "by words", phrase="."))
    by_status = table(*by_body.rows, Refusal(SourceError, "by status", status={400}))
    assert own_refusal_of(answer(400, body), by_body, NOW) is None
    assert sentence(by_status, answer(400, body)) == "by status"


def test_the_body_of_an_answer_that_looks_well_is_read_only_where_the_table_says_so() -> None:
    row = Refusal(SourceError, "an error with status 200", codes={190})
    assert own_refusal_of(answer(200, BODY), table(row), NOW) is None
    assert sentence(table(row, read=any_body), answer(200, BODY)) == "an error with status 200"


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("", [BODY]),
        ("error.type", ["OAuth"]),
        ("error.errors.*.reason", ["keyInvalid", 7]),
        ("list.*", ["a", 1]),
        ("list.0", []),
        ("error.type.more", []),
        ("absent.type", []),
        ("error.*", []),
    ],
)
def test_a_place_is_a_path_into_the_body(place: str, values: list[object]) -> None:
    assert list(values_at(BODY, place)) == values


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("x", ("x",)),
        ("12", (12,)),
        (12, (12,)),
        (True, (1,)),
        ("-12", ("-12",)),
        ("٣", ("٣",)),
        ("9" * 5000, ("9" * 5000,)),
        ("", ()),
        (None, ()),
        (1.5, ()),
        ({}, ()),
    ],
)
def test_a_code_in_digits_is_a_number(value: Any, codes: tuple[object, ...]) -> None:
    assert codes_at({"code": value}, ("code",)) == codes


def test_words_are_the_texts_of_all_their_places_and_fit_a_column() -> None:
    body: Any = {"error": "invalid_grant", "more": {"a": "said\x00\ud83d"}, "none": None, "number": 7}
    assert words_at(body, ("error", "more.a", "none", "number", "absent")) == "invalid_grant said\ufffd"
    assert len(words_at({"a": "x" * 10_000}, ("a",))) == 2_000


def test_a_sentence_takes_the_facts_that_it_names_and_no_other() -> None:
    named = Refusal(SourceRefused, "{host} said {status} {code}: {said} about {what}", codes={7, 190})
    refusals = table(named, facts=lambda complaint: {"said": complaint.words, "unused": "x"}).about(what="it")
    error = own_refusal_of(answer(403, BODY), refusals, NOW)
    assert error is not None
    assert error.notice.args == {
        "host": "a.example",
        "status": 403,
        "code": 190,
        "said": "the token of {host} has expired",
        "what": "it",
    }
    assert str(error) == "a.example said 403 190: the token of {host} has expired about it"


def test_what_the_source_knows_goes_before_what_the_answer_tells() -> None:
    refusals = table(Refusal(SourceError, "{host}: {code}"), facts=lambda _: {"code": "computed"})
    assert sentence(refusals, answer(403, BODY)) == "a.example: computed"
    assert sentence(refusals.about(host="known.example"), answer(403, BODY)) == "known.example: computed"


@pytest.mark.parametrize(
    ("wait", "headers", "pause"),
    [
        (None, {"Retry-After": "60"}, None),
        (timedelta(minutes=2), {"Retry-After": "60"}, timedelta(minutes=2)),
        (stated_pause, {"Retry-After": "60", "X-RateLimit-Reset": "30"}, timedelta(seconds=60)),
        (stated_pause, {"X-RateLimit-Reset": "30"}, timedelta(seconds=30)),
        (stated_pause, {"Retry-After": "0", "X-RateLimit-Reset": "30"}, timedelta()),
        (stated_pause, {"Retry-After": "Mon, 02 Nov 2026 10:05:00 GMT"}, timedelta(minutes=5)),
        (stated_pause, {"Retry-After": "99999999"}, LONGEST_WAIT),
        (stated_pause, {}, None),
        (pause_or(timedelta(minutes=9)), {"Retry-After": "60"}, timedelta(seconds=60)),
        (pause_or(timedelta(minutes=9)), {"Retry-After": "0", "X-RateLimit-Reset": "30"}, timedelta(seconds=30)),
        (pause_or(timedelta(minutes=9)), {"Retry-After": "0"}, timedelta(minutes=9)),
        (pause_or(timedelta(minutes=9)), {}, timedelta(minutes=9)),
        (lambda complaint: complaint.now - NOW + timedelta(seconds=complaint.status), {}, timedelta(seconds=429)),
    ],
)
def test_the_pause_is_given_or_computed(wait: Any, headers: dict[str, str], pause: timedelta | None) -> None:
    error = own_refusal_of(answer(429, None, headers), table(Refusal(SourceBusy, "busy", wait=wait)), NOW)
    assert isinstance(error, SourceBusy)
    assert error.wait == pause


def test_a_row_raises_its_own_error_and_only_gone_is_for_ever() -> None:
    rows = (Refusal(SourceRefused, "", status={410}, gone=True), Refusal(SourceChanged, "", status={404}))
    gone, changed = (own_refusal_of(answer(status), table(*rows), NOW) for status in (410, 404))
    assert isinstance(gone, SourceRefused)
    assert gone.gone
    assert type(changed) is SourceChanged


def test_the_rows_of_any_server_come_after_those_of_the_platform() -> None:
    own = Refusals((Refusal(SourceBusy, "ask again", status={403}),))
    assert str(refusal_of(answer(403), NOW, own)) == "ask again"
    assert "refuses to show this" in str(refusal_of(answer(403), NOW))
    assert "asks for a name" in str(refusal_of(answer(401), NOW, own))
    assert own_refusal_of(answer(401), own, NOW) is None


def test_every_answer_that_brings_nothing_has_a_sentence_that_hides_the_path() -> None:
    for status in range(100, 600):
        error = refusal_of(answer(status, b"no"), NOW)
        assert "a.example" in str(error)
        assert "secret-path" not in str(error)


def test_an_answer_without_an_error_meets_no_row_of_an_empty_table() -> None:
    assert judge(NONE, Complaint("a.example", NOW, status=500)) is None


TABLES = all_refusals()


def plain(row: Refusal) -> bool:
    return not row.phrase and row.when is None


def ends(values: Collection[Any]) -> list[Any]:
    return [*islice(values, 40), *(values[-2:] if isinstance(values, range) else ())]


def examples(row: Refusal) -> Iterator[Complaint]:
    """Complaints that meet the status and the codes of a row, at the ends of long ranges; 299 stands for any status."""
    for status, code in product(ends(row.status) or [299], ends(row.codes) or [None]):
        yield Complaint("a.example", NOW, status=status, codes=() if code is None else (code,))


def in_vain(rows: tuple[Refusal, ...]) -> list[Refusal]:
    """The rows that no answer reaches, because those before them take all that they would.

    A row before counts where its status and codes alone decide, or where its further conditions are those of the row.
    """

    def takes(earlier: Refusal, row: Refusal, example: Complaint) -> bool:
        same = (earlier.phrase in ("", row.phrase)) and (earlier.when is None or earlier.when is row.when)
        return same and meets(example, replace(earlier, phrase="", when=None))

    return [
        row
        for number, row in enumerate(rows)
        if all(any(takes(earlier, row, example) for earlier in rows[:number]) for example in examples(row))
    ]


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        ([Refusal(SourceError, "a", status={403}), Refusal(SourceError, "b", status={403})], ["b"]),
        ([Refusal(SourceError, "a", status={403}), Refusal(SourceError, "b", status={403, 404})], []),
        (
            [Refusal(SourceError, "a", status=range(400, 500)), Refusal(SourceError, "b", status={403}, codes={1})],
            ["b"],
        ),
        ([Refusal(SourceError, "a", status={403}, codes={1}), Refusal(SourceError, "b", status={403})], []),
        ([Refusal(SourceError, "a"), Refusal(SourceError, "b", phrase="x", when=plain)], ["b"]),
        ([Refusal(SourceError, "a", phrase="x"), Refusal(SourceError, "b", phrase="x", status={403})], ["b"]),
        ([Refusal(SourceError, "a", phrase="x"), Refusal(SourceError, "b", phrase="y")], []),
        ([Refusal(SourceError, "a", when=plain), Refusal(SourceError, "b", codes={1})], []),
        (
            [
                Refusal(SourceError, "a", codes={1}),
                Refusal(SourceError, "b", codes={2}),
                Refusal(SourceError, "c", codes={1, 2}),
            ],
            ["c"],
        ),
    ],
)
def test_a_row_that_others_hide_is_found(rows: list[Refusal], hidden: list[str]) -> None:
    assert [row.text for row in in_vain(tuple(rows))] == hidden


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_row_of_a_table_is_in_vain(name: str) -> None:
    assert in_vain(TABLES[name].rows) == []


def body_with(place: str, value: object) -> Any:
    """A body that has a value at a place."""
    for name in reversed(place.split(".") if place else []):
        value = [value] if name == "*" else {name: value}
    return value


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_codes_of_a_row_are_found_where_its_table_looks_for_them(name: str) -> None:
    """Where the table reads JSON as it is, and nothing but the status and codes decides."""
    refusals = TABLES[name]
    known = refusals.about(**{place: "x" for row in refusals.rows for place in places(row.text)})
    rows = [row for row in refusals.rows if plain(row)]
    for row in rows if refusals.read.__module__ == any_body.__module__ else ():
        for place, code in product(refusals.codes, islice(row.codes, 3)):
            status = next(iter(row.status), 400)
            error = own_refusal_of(answer(status, body_with(place, code)), known, NOW)
            complaint = Complaint("a.example", NOW, status=status, codes=(code,))
            assert error is not None
            assert error.notice.text == next(one.text for one in rows if meets(complaint, one))


def test_the_rows_of_any_server_are_among_the_tables() -> None:
    assert any(table is DEFAULTS for table in TABLES.values())
