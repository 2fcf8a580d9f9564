"""Collectors as the API answers them."""

from __future__ import annotations

from typing import Any


def test_the_collectors_say_what_they_want(us: Any) -> None:
    kinds = {one["kind"]: one for one in us.reader.get("/api/v1/collectors").json()["items"]}
    assert {"rss", "push"} <= kinds.keys()
    assert "sample" not in kinds
    assert kinds["rss"]["params"]["properties"]["url"]
    assert kinds["rss"]["title"].keys() >= {"en", "fr"}
    mail = kinds["email"]
    assert {name: mail[name] for name in ("platform", "group", "auth", "goes_back", "continuous", "receives")} == {
        "platform": "email", "group": "own", "auth": "password", "goes_back": True, "continuous": False,
        "receives": False,
    }  # fmt: skip
    assert len(mail["steps"]["fr"]) == len(mail["steps"]["en"]) > 2
    assert mail["blind"]["en"]
    assert mail["terms"] == {"retention_days": 180, "may_train": False}
    assert (mail["meters"], mail["deletions"], mail["history_days"], mail["gap_seconds"]) == ({}, False, None, None)
    assert kinds["webpage"]["gap_seconds"] == 2
