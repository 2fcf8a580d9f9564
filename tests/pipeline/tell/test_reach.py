"""Whom a rule notifies, without a database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.models import Channel
from app.pipeline.tell.reach import is_by_mail, reach_of


def channel(number: int, kind: str = "webhook", *, enabled: bool = True, error: str | None = None) -> Channel:
    return Channel(
        workspace_id=UUID(int=99), id=UUID(int=number), kind=kind, name=f"c{number}", enabled=enabled, last_error=error
    )


OFF, BAD, MAIL = {"enabled": False}, {"error": "refused"}, {"kind": "email"}


@pytest.mark.parametrize(
    ("chosen", "there", "mail", "told", "why", "culprit"),
    [
        (None, [], True, [], "no_channel", None),
        (None, [{}, {}], True, [1, 2], None, None),
        (None, [{}, OFF], True, [1], None, None),
        (None, [OFF, OFF], True, [], "off", 1),
        ([2], [{}, {}], True, [2], None, None),
        ([], [{}, {}], True, [], "none_chosen", None),
        ([], [], True, [], "none_chosen", None),
        ([7], [{}], True, [], "none_chosen", None),
        ([2], [{}, OFF], True, [], "off", 2),
        (None, [MAIL], False, [1], "no_mail", None),
        (None, [MAIL], True, [1], None, None),
        (None, [MAIL, {}], False, [1, 2], None, None),
        (None, [MAIL, OFF], False, [1], "no_mail", None),
        (None, [BAD, BAD], True, [1, 2], "failing", 1),
        (None, [BAD, {}], True, [1, 2], None, None),
        ([1], [BAD, {}], True, [1], "failing", 1),
        (None, [MAIL, BAD], False, [1, 2], "failing", 2),
        (None, [{"kind": "carrier pigeon", **BAD}], True, [1], "failing", 1),
    ],
)
def test_a_rule_reaches_the_channels_it_follows_or_somebody_is_told_why_not(
    chosen: list[int] | None, there: list[dict[str, Any]], mail: bool, told: list[int], why: str | None,
    culprit: int | None,
) -> None:  # fmt: skip
    channels = [channel(number, **given) for number, given in enumerate(there, 1)]
    found = reach_of(None if chosen is None else [UUID(int=one) for one in chosen], channels, mail=mail)
    assert [one.id.int for one in found.channels] == told
    assert found.why_nobody == why
    assert (found.culprit.id.int if found.culprit else None) == culprit


def test_only_kinds_that_declare_it_need_a_mail_server() -> None:
    assert is_by_mail(channel(1, "email"))
    assert not is_by_mail(channel(1, "slack"))
    assert not is_by_mail(channel(1, "carrier pigeon"))
