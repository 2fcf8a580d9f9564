"""The address of the form that an offer fills in."""

from __future__ import annotations

from app.queries.phrase_offers import Offer
from app.web.offers import _form


def test_the_form_holds_words_stance_and_language() -> None:
    offer = Offer("qui rame", "detractor", "fr", 2)
    assert _form(offer) == "/settings/phrases/new?text=qui+rame&stance=detractor&language=fr"
    assert _form(Offer("rame", "promoter", None, 2)).endswith("stance=promoter&language=")
