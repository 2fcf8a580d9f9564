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


def test_what_went_wrong_is_said_wholly_in_the_language_of_the_page(browser: TestClient) -> None:
    nowhere = browser.get("/nope", headers={"accept-language": "fr"}).text
    assert "Aucune page ne se trouve à cette adresse." in nowhere
    assert "La page a été supprimée ou déplacée" in nowhere
    assert "nothing" not in nowhere
    assert "There is nothing at this address." in browser.get("/nope", headers={"accept-language": "en"}).text


def test_a_method_that_an_address_does_not_take_is_said_in_french(browser: TestClient) -> None:
    page = browser.put("/alerts", headers={"accept-language": "fr"})
    assert page.status_code == 405
    assert "Cette adresse n’accepte pas cette méthode." in page.text
