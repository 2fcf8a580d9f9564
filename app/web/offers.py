"""What a page offers after a stance was corrected: to make a phrase of the words that people keep correcting."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session

from app.queries.phrase_offers import Offer, offers
from app.web.page import Visit


def offers_for(visit: Visit, session: Session, settled: UUID | None = None) -> list[tuple[Offer, str]]:
    """The offers of the mention that was corrected last, with the address of the form that each fills in.

    Unless it is given, it is the one that the address names.
    """
    try:
        settled = settled or UUID(visit.request.query_params.get("settled", ""))
    except ValueError:
        return []
    return [(offer, _form(offer)) for offer in offers(session, visit.viewer, settled, visit.now)]


def _form(offer: Offer) -> str:
    return "/settings/phrases/new?" + urlencode(
        {"text": offer.words, "stance": offer.stance, "language": offer.language or ""}
    )
