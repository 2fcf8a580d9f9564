"""What holds for every collector: its cases are data, in `<kind>/<case>/`."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import all_collectors
from collectors.__main__ import line
from collectors.base import Page, RawMention, SourceError

HERE = Path(__file__).parent
CASES = sorted(case.parent for case in HERE.glob("*/*/case.toml"))
KINDS = sorted(all_collectors())
READ = sorted({case.parent.name for case in CASES})


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def set_up(case: Path, site: Any) -> Any:
    """Loads the recorded answers into the site, and gives the params that read it."""
    told = tomllib.loads((case / "case.toml").read_text("utf-8").replace("{site}", site.base))
    for answer in told.get("answer", []):
        site.says(answer["path"], (case / answer["file"]).read_bytes(), answer.get("status", 200))
        site.answers[answer["path"]].headers.update(answer.get("headers", {}))
    return all_collectors()[case.parent.name].params.model_validate(told.get("params", {}))


def run(case: Path, params: Any, cursor: Any, http: httpx2.Client) -> list[Page]:
    return list(all_collectors()[case.parent.name].pages(params, cursor, http))


def mentions_of(pages: list[Page]) -> list[RawMention]:
    return [mention for page in pages for mention in page.mentions]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_first_run_gives_what_is_expected_twice_in_a_row(case: Path, site: Any, http: httpx2.Client) -> None:
    params = set_up(case, site)
    expected = json.loads((case / "expected.json").read_text("utf-8").replace("{site}", site.base))
    for _ in range(2):
        pages = run(case, params, {}, http)
        assert [json.loads(line(mention)) for mention in mentions_of(pages)] == expected["mentions"]
        assert [list(pair) for page in pages for pair in page.broken] == expected.get("broken", [])
        assert [str(page.warning) for page in pages if page.warning] == expected.get("warnings", [])
        asked = pages[-1].asked
        assert (asked.total_seconds() if asked else None) == expected.get("asked")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_second_run_with_the_returned_cursor_yields_nothing_new(case: Path, site: Any, http: httpx2.Client) -> None:
    params = set_up(case, site)
    first = run(case, params, {}, http)
    cursor = json.loads(json.dumps(dict(first[-1].cursor)))
    known = {mention.external_id for mention in mentions_of(first)}
    again = run(case, params, cursor, http)
    assert {mention.external_id for mention in mentions_of(again)} <= known
    if not first[-1].warning:
        assert [page.unchanged for page in again] == [True]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_time_is_aware_every_id_is_there_and_every_link_can_be_opened(
    case: Path, site: Any, http: httpx2.Client
) -> None:
    found = mentions_of(run(case, set_up(case, site), {}, http))
    assert found
    assert len({mention.external_id for mention in found}) == len(found)
    for mention in found:
        assert mention.external_id
        assert mention.url is None or httpx2.URL(mention.url).scheme in ("http", "https")
        for moment in (mention.published_at, mention.edited_at):
            assert moment is None or moment.tzinfo is not None
            assert moment is None or moment < datetime.now(UTC) + timedelta(days=1)
        assert json.loads(line(mention))["external_id"] == mention.external_id


@pytest.mark.parametrize("kind", [kind for kind in KINDS if all_collectors()[kind].polled])
def test_a_collector_that_reads_the_network_has_cases(kind: str) -> None:
    assert all_collectors()[kind].hidden or any(case.parent.name == kind for case in CASES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_collector_is_declared_in_both_languages(kind: str) -> None:
    declared = all_collectors()[kind]
    assert declared.kind == kind
    for texts in (declared.title, declared.help, declared.history):
        assert set(texts) == {"en", "fr"}
        assert all(texts.values())
    assert timedelta() < declared.min_interval <= declared.default_interval


@pytest.mark.parametrize("case", [next(one for one in CASES if one.parent.name == kind) for kind in READ], ids=name_of)
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
    for path in site.answers:
        site.says(path, b"" if status == 204 else noise, status, Content_Type=content_type)
    with suppress(SourceError):
        assert all(mention.external_id for mention in mentions_of(run(case, params, {}, http)))


def test_nothing_is_ever_fetched_for_what_is_pushed(http: httpx2.Client) -> None:
    pushed = [declared for declared in all_collectors().values() if not declared.polled]
    assert pushed
    for declared in pushed:
        assert list(declared.pages(declared.params(), {}, http)) == []
