"""The files that are served: those of the app, and nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import web


@pytest.mark.parametrize(
    "path",
    [
        "../page.py", "..%2fpage.py", "%2e%2e/page.py", "%2e%2e%2fpage.py", "..%5cpage.py", "dist/../../page.py",
        "dist/..%2f..%2fpage.py", "....//page.py", "..;/page.py", "%252e%252e%252fpage.py", "..%c0%afpage.py",
        "%00", "../page.py%00.css", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "dist",
    ],
)  # fmt: skip
def test_nothing_outside_the_folder_is_served(stranger: TestClient, path: str) -> None:
    answer = stranger.get(f"/static/{path}")
    assert answer.status_code in (404, 405), answer.text[:200]
    assert "root:" not in answer.text
    assert "def " not in answer.text


def test_our_own_scripts_stay_small() -> None:
    """All that we wrote for browsers, before it is made smaller or compressed; libraries not counted."""
    written = {path.name: path.stat().st_size for path in (Path(web.__file__).parent / "assets").glob("*.js")}
    assert sum(written.values()) <= 60_000, written
