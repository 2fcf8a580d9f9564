"""What codes are called on a page."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from app.models import Brand

Say = Callable[..., list[str]]


TYPED = {"text": "war zone", "stance": "promoter", "brand_id": "", "language": ""}


def test_every_source_of_a_stance_has_its_words(browser: TestClient, say: Say, brand: Brand) -> None:
    browser.post("/settings/phrases/new", data=TYPED)
    every = say(
        {"text": "Brumelo opens tomorrow"},
        {"text": "Brumelo looks like a war zone"},
        {"text": "Brumelo was delivered on a rainy day", "rating": 5},
        {"text": "Brumelo: what else is there to say about it"},
    )
    browser.post(f"/mentions/{every[0]}/stance", data={"stance": "promoter", "brand_id": str(brand.id)})
    said = ("Corrected by", "Set by a phrase of your workspace.", "From the rating its author gave", "by the model")
    for one, words in zip(every, said, strict=True):
        assert words in browser.get(f"/mentions/{one}").text
