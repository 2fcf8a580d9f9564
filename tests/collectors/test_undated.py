"""What a platform gives without a date belongs to every backfill, whatever the kind: left out, it would be lost."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from collectors import all_collectors
from collectors._kit.times import moment
from collectors.base import RawMention, SourceError, Window
from tests.collectors.conftest import Rule
from tests.collectors.test_contract import PAST, mentions_of, name_of, set_up, told

ALWAYS_DATED = {"bluesky", "email", "x"}
"""By when a post was indexed, when a letter came, and by ids."""
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?|\w{3}, \d\d? \w{3} \d{4} [\d:]+ (?:[+-]\d{4}|GMT)")


@pytest.mark.parametrize("case", [case for case in PAST if case.parent.name not in ALWAYS_DATED], ids=name_of)
def test_a_backfill_gives_what_has_no_date(case: Path, site: Any, http: httpx2.Client) -> None:
    """The date of each mention, one after another, is taken out of the answers."""
    declared, window = all_collectors()[case.parent.name], told(case, site)["backfill"]
    assert declared.backfill is not None
    within = Window(*(datetime.fromisoformat(window[name]) for name in ("since", "until")))
    undated = 0
    for dated in mentions_of(list(declared.backfill(set_up(case, site), {}, within, http))):
        site.rules.clear()
        params = set_up(case, site)
        for where in (*site.rules, *site.answers):
            take_out(site, where, {dated.published_at, dated.edited_at} - {None})
        given: dict[str, RawMention] = {}
        with suppress(SourceError):  # where to go on may be asked by the date that was taken out
            for page in declared.backfill(params, {}, within, http):
                given |= {one.external_id: one for one in page.mentions}
        assert dated.external_id in given
        undated += given[dated.external_id].published_at is None
    assert undated


def take_out(site: Any, where: Rule | str, times: set[datetime | None]) -> None:
    """Spoils one answer of the site: these moments are not in it any more, however they were written."""
    answer = site.answers[where] if isinstance(where, str) else where.answer
    spoilt = replace(answer, body=without(answer.body, times))
    if isinstance(where, str):
        site.answers[where] = spoilt
    else:
        where.answer = spoilt


def without(body: bytes, times: set[datetime | None]) -> bytes:
    try:
        return json.dumps(_without(json.loads(body), times)).encode()
    except ValueError:
        return DATE.sub(lambda found: "" if _moment(found[0]) in times else found[0], body.decode()).encode()


def _without(value: Any, times: set[datetime | None]) -> Any:
    if isinstance(value, dict):
        return {name: _without(part, times) for name, part in value.items()}
    if isinstance(value, list):
        return [_without(part, times) for part in value]
    return None if moment(value) in times else value


def _moment(text: str) -> datetime | None:
    return moment(text) or parsedate_to_datetime(text)
