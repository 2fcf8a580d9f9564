"""Pushed mentions: which are taken, and the result of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.actions.push import PreparedPush, PushResult, read_items, results
from app.pipeline.sift.batch import Batch, Origin, Stored
from app.pipeline.sift.fingerprint import Scope, fingerprint
from app.pipeline.sift.normalise import Rejection
from collectors.base import RawMention

GOOD = {"external_id": "1", "text": "acme is late", "published_at": "2026-11-20T10:00:00Z"}
SOURCE = UUID(int=2)
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ({**GOOD, "rating": 6}, ["rating"]),
        ({**GOOD, "rating": 6, "rating_scale": 10}, None),
        ({**GOOD, "url": "javascript:alert(1)"}, ["url"]),
        ({**GOOD, "url": ""}, None),
        ({**GOOD, "url": "https://example.com/1"}, None),
        ({**GOOD, "published_at": "2026-11-20T10:00:00"}, ["published_at"]),
        ({**GOOD, "reach": -1}, ["reach"]),
        ({**GOOD, "engagement": {"likes": 1, "loves": 2}}, ["engagement.loves"]),
        ({"external_id": "1"}, ["text", "published_at"]),
        ("acme is late", ["body"]),
        (None, ["body"]),
    ],
)
def test_each_item_is_read_or_refused_with_its_fields(item: Any, fields: list[str] | None) -> None:
    raws, bad = read_items([item])
    if fields is None:
        assert (list(raws), bad) == ([0], {})
    else:
        assert not raws
        assert sorted(error.field for error in bad[0].errors) == sorted(fields)


def test_an_item_is_known_by_its_id_even_when_it_is_refused() -> None:
    _, bad = read_items([{"external_id": "x" * 5_000}, {"external_id": 7}, 3])
    assert [len(bad[index].external_id) > 0 for index in (0, 1, 2)] == [True, False, False]
    assert len(bad[0].external_id) < 5_000


def test_counts_that_were_not_sent_are_not_made_up() -> None:
    raws, _ = read_items([{**GOOD, "engagement": {"likes": 3}}, GOOD])
    assert [dict(raw.engagement) for raw in raws.values()] == [{"likes": 3}, {}]
    assert raws[1].rating_scale is None


def mention(external_id: str, text: str = "acme") -> RawMention:
    return RawMention(external_id, text=text, published_at=AT)


def test_each_item_has_the_result_of_its_mention_in_order() -> None:
    """Given twice in one push, a mention counts as sent after the first: unchanged, or updated where it differs."""
    raws = {0: mention("new"), 1: mention("new"), 2: mention("new", "acme!"), 3: mention("off"), 5: mention("bad"),
            6: mention("poison")}  # fmt: skip
    marks = {raw.external_id: fingerprint("push", raw, Scope("source", str(SOURCE))) for raw in raws.values()}
    stored = Stored(outcomes={marks["new"]: "stored", marks["poison"]: "quarantined"}, ids={marks["new"]: UUID(int=9)})
    batch = Batch((), (Rejection("bad", "It holds no letter", ""),), 1)
    refused = {4: PushResult(4, "x", "refused")}
    found = results(PreparedPush(Origin(UUID(int=1), SOURCE, "push"), raws, refused, batch), stored)
    assert [(result.index, result.status) for result in found] == [
        (0, "stored"), (1, "unchanged"), (2, "updated"), (3, "unmatched"), (4, "refused"), (5, "refused"),
        (6, "refused"),
    ]  # fmt: skip
    assert [result.id for result in found[:4]] == [UUID(int=9)] * 3 + [None]
    assert [error.message for error in (*found[5].errors, *found[6].errors)] == [
        "It holds no letter",
        "The database refused it.",
    ]
