"""What goes wrong, as a page."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/mentions/0198c0de-0000-7000-8000-000000000000", 404)]
)
def test_what_is_not_there_has_a_page_of_its_own(browser: TestClient, path: str, status: int) -> None:
    page = browser.get(path, headers={"accept-language": "fr"})
    assert page.status_code == status
    assert "Il n’y a rien ici" in page.text
    assert page.headers["content-security-policy"]
