"""What codes are called on a page."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from app.models import Brand

Say = Callable[..., list[str]]


TYPED = {"text": "war zone", "stance": "promoter", "brand_id": "", "language": ""}


def test_every_source_of_a_stance_has_its_words(browser: TestClient, say: Say, brand: Brand) -> None:
    browser.post("/settings/phrases/new", data=TYPED)
    first, *_ = say(
        {"text": "Brumelo opens tomorrow"},
        {"text": "Brumelo looks like a war zone"},
        {"text": "Brumelo was delivered on a rainy day", "rating": 5},
        {"text": "Brumelo: what else is there to say about it"},
    )
    browser.post(f"/mentions/{first}/stance", data={"stance": "promoter", "brand_id": str(brand.id)})
    feed = browser.get("/").text
    for words in ("by a person", "by a phrase", "by its rating", "by the model"):
        assert words in feed
