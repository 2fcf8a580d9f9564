"""Who a key is, and what it may."""

from __future__ import annotations

from typing import Any


def test_a_key_is_told_its_workspace_its_scopes_and_its_limits(us: Any) -> None:
    me = us.reader.get("/api/v1/me").json()
    assert (me["workspace"]["slug"], me["key"]["name"], me["scopes"]) == ("default", "viewer", ["read"])
    assert me["limits"]["page"] == 500
    assert us.admin.get("/api/v1/me").json()["scopes"] == ["admin", "read", "write"]
