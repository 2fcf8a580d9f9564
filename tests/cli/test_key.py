"""`vigie key create`: what it prints, where, and how it ends."""

from __future__ import annotations

from app.auth.keys import SHAPE
from tests.cli.conftest import Run


def test_key_create_prints_the_key_and_nothing_else(run: Run) -> None:
    ran = run("key", "create", "--scopes", "read,write")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == ran.out.strip() + "\n"
    assert SHAPE.fullmatch(ran.out.strip())
    elsewhere = run("key", "create", "--workspace", "nowhere")
    assert elsewhere.code == 1
    assert "there is: default" in elsewhere.err
