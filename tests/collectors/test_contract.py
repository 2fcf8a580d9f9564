"""What holds for every collector: its cases are data, in `<kind>/<case>/`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from collectors import all_collectors
from collectors.__main__ import line
from collectors.base import Inbound, Page, RawMention, SourceError, Window
from tests.collectors.conftest import Answer, Rule
from tests.collectors.keys import with_keys

HERE = Path(__file__).parent
CASES = sorted(case.parent for case in HERE.glob("*/*/case.toml"))
POLLED = [case for case in CASES if "[inbound]" not in (case / "case.toml").read_text("utf-8")]
INBOUND = [case for case in CASES if case not in POLLED]
PAST = [case for case in POLLED if "[backfill]" in (case / "case.toml").read_text("utf-8")]
KINDS = sorted(all_collectors())
PLATFORMS = {declared.platform for declared in all_collectors().values() if declared.platform}
READ = sorted({case.parent.name for case in POLLED})
RECORDED = sorted(HERE.glob("*/recorded.toml"))


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def told(case: Path, site: Any) -> dict[str, Any]:
    text = with_keys((case / "case.toml").read_text("utf-8"))
    return tomllib.loads(text.replace("{site}", site.base).replace("{mail}", str(site.mail.port)))


def set_up(case: Path, site: Any) -> Any:
    """Loads the recorded answers into the site, and gives the params that read it."""
    case_told = told(case, site)
    answers(case_told, case, site)
    return all_collectors()[case.parent.name].params.model_validate(case_told.get("params", {}))


def answers(case_told: dict[str, Any], folder: Path, site: Any) -> None:
    """Each [[answer]]: a `path` with its query as it is asked, or a rule (conftest.Rule). `{site}` in a file is us.

    Each [[letter]] is in the mailbox at the port `{mail}`: a `file`, and `hours_ago` or `arrived`.
    """
    site.mail.posts.clear()
    for letter in case_told.get("letter", []):
        arrived = datetime.fromisoformat(letter["arrived"]) if "arrived" in letter else None
        ago = timedelta(hours=letter.get("hours_ago", 1))
        site.mail.add((folder / letter["file"]).read_bytes(), ago, arrived, letter.get("uid", 0))
    for answer in case_told.get("answer", []):
        said = answer_of(answer, folder, site)
        rule = {name: answer[name] for name in ("method", "query", "form", "needs", "times") if name in answer}
        if "otherwise" in answer:
            rule["otherwise"] = answer_of(answer["otherwise"], folder, site)
        if rule:
            site.rules.append(Rule(answer["path"], said, **rule))
        else:
            site.answers[answer["path"]] = said


def answer_of(answer: dict[str, Any], folder: Path, site: Any) -> Answer:
    """A body in a `file`, or in `text`; a recording `*.http.json` brings its status and headers along."""
    headers = {"Content-Type": "application/json"} if answer.get("file", "").endswith(".json") else {}
    status = 200
    if answer.get("file", "").endswith(".http.json"):
        recording = json.loads((folder / answer["file"]).read_text("utf-8"))
        response = recording["interactions"][answer.get("number", 0)]["response"]
        body, status = str(response["body"] or "").encode(), response["status"]
        unfit = ("transfer-encoding", "content-length", "content-encoding", "connection", "date", "server")
        for name, value in response["headers"].items():
            if name.lower() not in unfit:
                headers[name] = ", ".join(value) if isinstance(value, list) else str(value)
    else:
        body = (folder / answer["file"]).read_bytes() if "file" in answer else answer.get("text", "").encode()
    return Answer(
        body.replace(b"{site}", site.base.encode()),
        answer.get("status", status),
        {**headers, **answer.get("headers", {})},
    )


def run(case: Path, params: Any, cursor: Any, http: httpx2.Client) -> list[Page]:
    return list(all_collectors()[case.parent.name].pages(params, cursor, http))


def mentions_of(pages: list[Page]) -> list[RawMention]:
    return [mention for page in pages for mention in page.mentions]


def as_json(mentions: Iterable[RawMention]) -> list[Any]:
    return [json.loads(line(mention)) for mention in mentions]


def expected_of(case: Path, site: Any) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8").replace("{site}", site.base))
    return expected


@pytest.mark.parametrize("case", POLLED, ids=name_of)
def test_the_first_run_gives_what_is_expected_twice_in_a_row(case: Path, site: Any, http: httpx2.Client) -> None:
    expected = expected_of(case, site)
    for _ in range(2):
        site.rules.clear()
        pages = run(case, set_up(case, site), told(case, site).get("cursor", {}), http)
        assert as_json(mentions_of(pages)) == expected["mentions"]
        assert [[item.id, item.reason] for page in pages for item in page.broken] == expected.get("broken", [])
        assert [str(page.warning) for page in pages if page.warning] == expected.get("warnings", [])
        asked = pages[-1].asked
        assert (asked.total_seconds() if asked else None) == expected.get("asked")


@pytest.mark.parametrize("case", POLLED, ids=name_of)
def test_a_second_run_with_the_returned_cursor_yields_nothing_new(case: Path, site: Any, http: httpx2.Client) -> None:
    first = run(case, set_up(case, site), told(case, site).get("cursor", {}), http)
    cursor = json.loads(json.dumps(dict(first[-1].cursor)))
    known = {mention.external_id for mention in mentions_of(first)}
    site.rules.clear()
    again = run(case, set_up(case, site), cursor, http)
    assert {mention.external_id for mention in mentions_of(again)} <= known
    if case.parent.name == "rss" and not first[-1].warning:
        assert [page.unchanged for page in again] == [True]


@pytest.mark.parametrize("case", PAST, ids=name_of)
def test_a_backfill_gives_what_is_expected_and_can_be_gone_on_with(case: Path, site: Any, http: httpx2.Client) -> None:
    declared, window = all_collectors()[case.parent.name], told(case, site)["backfill"]
    assert declared.backfill is not None
    since, until = (datetime.fromisoformat(window[name]) for name in ("since", "until"))
    pages = list(declared.backfill(set_up(case, site), {}, Window(since, until), http))
    assert as_json(mentions_of(pages)) == expected_of(case, site)["backfill"]
    assert pages[-1].reached == since
    reached = [page.reached for page in pages if page.reached]
    assert reached == sorted(reached, reverse=True)
    whole = {mention.external_id for mention in mentions_of(pages)}
    for stop in range(1, len(pages)):
        site.rules.clear()
        params = set_up(case, site)
        begun = list(islice(declared.backfill(params, {}, Window(since, until), http), stop))
        cursor = json.loads(json.dumps(dict(begun[-1].cursor)))
        rest = list(declared.backfill(params, cursor, Window(since, until), http))
        assert {mention.external_id for mention in mentions_of(begun + rest)} == whole
        assert len(rest) <= len(pages) - stop + 1


@pytest.mark.parametrize("case", INBOUND, ids=name_of)
def test_what_is_sent_to_a_source_gives_what_is_expected(case: Path, site: Any) -> None:
    declared, sent = all_collectors()[case.parent.name], told(case, site)["inbound"]
    assert declared.receive is not None
    body = (case / sent["file"]).read_bytes() if "file" in sent else b""
    now = datetime.fromisoformat(sent["now"]) if "now" in sent else datetime.now(UTC)
    asked = Inbound(sent.get("method", "POST"), sent.get("headers", {}), sent.get("query", {}), body, now)
    got, expected = declared.receive(set_up(case, site), asked), expected_of(case, site)
    assert as_json(got.mentions) == expected.get("mentions", [])
    declared_or_sent = {declared.platform, ""} if declared.platform else {mention.platform for mention in got.mentions}
    assert {mention.platform for mention in got.mentions} <= declared_or_sent
    assert [json.loads(json.dumps(asdict(one), default=datetime.isoformat)) for one in got.answers] == expected.get(
        "answers", []
    )
    assert list(got.inbox) == expected.get("inbox", [])
    assert [[item.id, item.reason] for item in got.broken] == expected.get("broken", [])
    assert got.reply == expected.get("reply")


def recorded_cases() -> list[Any]:
    found = []
    for file in RECORDED:
        for number, one in enumerate(tomllib.loads(file.read_text("utf-8"))["case"]):
            found.append(pytest.param(file, number, id=f"{file.parent.name}/{one['name']}"))
    return found


@pytest.mark.parametrize(("file", "number"), recorded_cases())
def test_recorded_answers_of_the_platform_are_read(
    file: Path, number: int, site: Any, http: httpx2.Client, shared: Path
) -> None:
    """recorded.toml: `folder` under the recorded answers, and [[case]]s with params, answers and `least` mentions."""
    text = file.read_text("utf-8").replace("{site}", site.base).replace("{mail}", str(site.mail.port))
    whole = tomllib.loads(text)
    one, declared = whole["case"][number], all_collectors()[file.parent.name]
    params = declared.params.model_validate(one.get("params", {}))
    answers(one, shared / whole["folder"], site)
    if "refused" in one:
        with pytest.raises(SourceError, match=one["refused"]):
            list(declared.pages(params, one.get("cursor", {}), http))
        return
    pages = list(declared.pages(params, one.get("cursor", {}), http))
    found = mentions_of(pages)
    assert len(found) >= one["least"]
    assert sum(len(page.broken) for page in pages) <= one.get("broken", 0)
    well_formed(found)
    site.rules.clear()
    answers(one, shared / whole["folder"], site)
    again = mentions_of(list(declared.pages(params, json.loads(json.dumps(dict(pages[-1].cursor))), http)))
    assert {mention.external_id for mention in again} <= {mention.external_id for mention in found}


def well_formed(found: list[RawMention]) -> None:
    assert len({mention.external_id for mention in found}) == len(found)
    for mention in found:
        assert mention.external_id
        assert mention.url is None or httpx2.URL(mention.url).scheme in ("http", "https")
        for moment in (mention.published_at, mention.edited_at):
            assert moment is None or moment.tzinfo is not None
            assert moment is None or moment < datetime.now(UTC) + timedelta(days=1)
        assert json.loads(line(mention))["external_id"] == mention.external_id


@pytest.mark.parametrize("case", POLLED, ids=name_of)
def test_every_time_is_aware_every_id_is_there_and_every_link_can_be_opened(
    case: Path, site: Any, http: httpx2.Client
) -> None:
    found = mentions_of(run(case, set_up(case, site), told(case, site).get("cursor", {}), http))
    assert found
    well_formed(found)
    assert {mention.platform for mention in found} <= PLATFORMS
    assert case.parent.name == "email" or {mention.platform for mention in found} == {
        all_collectors()[case.parent.name].platform
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if all_collectors()[kind].polled])
def test_a_collector_that_reads_the_network_has_cases(kind: str) -> None:
    assert all_collectors()[kind].hidden or any(case.parent.name == kind for case in POLLED)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if all_collectors()[kind].receive])
def test_a_collector_that_is_sent_things_has_cases(kind: str) -> None:
    assert any(case.parent.name == kind for case in INBOUND)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if all_collectors()[kind].backfill])
def test_a_collector_that_can_go_back_has_cases(kind: str) -> None:
    assert any(case.parent.name == kind for case in PAST)


@pytest.mark.parametrize("kind", KINDS)
def test_a_collector_is_declared_in_both_languages(kind: str) -> None:
    declared = all_collectors()[kind]
    assert declared.kind == kind
    for texts in (declared.title, declared.help, declared.history):
        assert set(texts) == {"en", "fr"}
        assert all(texts.values())
    for lists in (declared.steps, declared.blind):
        assert not lists or {language: len(lines) for language, lines in lists.items()} == dict.fromkeys(
            ("en", "fr"), len(lists["en"])
        )
    assert timedelta() < declared.min_interval <= declared.default_interval


@pytest.mark.parametrize("kind", KINDS)
def test_a_collector_names_the_address_that_it_reads(kind: str) -> None:
    declared = all_collectors()[kind]
    fields = declared.params.model_json_schema().get("properties", {})
    assert declared.address in fields or not declared.address
    assert declared.address or declared.hidden or not (declared.polled or declared.stream)
    assert {name for name in fields if name.endswith("url")} == {
        name for name, part in fields.items() if part.get("format") == "uri"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_ids_reach_as_far_in_every_kind_that_reads_one_platform(kind: str) -> None:
    """What is followed continuously compares ids before it knows their source."""
    declared = all_collectors()[kind]
    assert declared.ids == all_collectors()[declared.family or kind].ids
    assert declared.ids == "platform" or not declared.stream


def test_ids_that_are_made_up_hold_within_what_made_them_up() -> None:
    """The fingerprints that are stored rest on this: a change needs a migration of them."""
    reach = {kind: declared.ids for kind, declared in all_collectors().items() if declared.ids != "platform"}
    feeds = ("google_alerts", "google_news", "phpbb", "rss", "vbulletin", "webpage", "xenforo")
    assert reach == {**dict.fromkeys(feeds, "feed"), "push": "source", "webhook": "source"}


def test_answers_come_from_surveys() -> None:
    assert {kind for kind, one in all_collectors().items() if one.brings == "answers"} == {
        kind for kind, one in all_collectors().items() if one.group == "surveys"
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not all_collectors()[kind].hidden])
def test_a_collector_says_where_its_key_comes_from_and_what_it_cannot_see(kind: str) -> None:
    declared = all_collectors()[kind]
    assert declared.steps or declared.auth == "none" or not declared.polled
    assert declared.blind or not declared.polled
    assert declared.platform or not declared.polled
    secret = any(field.annotation is SecretStr for field in declared.params.model_fields.values())
    assert secret or declared.auth == "none" or not declared.polled


@pytest.mark.parametrize("kind", [kind for kind in KINDS if all_collectors()[kind].meters])
def test_what_runs_out_names_a_field_that_is_there(kind: str) -> None:
    declared = all_collectors()[kind]
    assert set(declared.units) == set(declared.meters)
    for name, meter in declared.meters.items():
        assert isinstance(meter.limit, int) or meter.limit in declared.params.model_fields
        assert set(declared.units[name]) == {"en", "fr"}


@pytest.mark.slow
@pytest.mark.parametrize("case", [next(one for one in POLLED if one.parent.name == kind) for kind in READ], ids=name_of)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    noise=st.binary(max_size=300),
    content_type=st.sampled_from(["", "text/html", "application/json", "text/xml; charset=utf-16", "x/y; charset=zip"]),
    status=st.sampled_from([200, 200, 200, 204, 404, 429, 500]),
)
def test_only_source_errors_escape_whatever_bytes_come(
    case: Path, site: Any, http: httpx2.Client, noise: bytes, content_type: str, status: int
) -> None:
    params = set_up(case, site)
    site.always = Answer(b"" if status == 204 else noise, status, {"Content-Type": content_type})
    site.mail.noise = noise
    with suppress(SourceError):
        assert all(mention.external_id for mention in mentions_of(run(case, params, {}, http)))


def test_nothing_is_ever_fetched_for_what_is_pushed(http: httpx2.Client) -> None:
    pushed = [declared for declared in all_collectors().values() if not declared.polled]
    assert pushed
    for declared in pushed:
        assert list(declared.pages(None, {}, http)) == []
