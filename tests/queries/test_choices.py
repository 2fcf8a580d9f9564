"""What the filters of the feed offer, and how many mentions came since."""

from __future__ import annotations

from datetime import timedelta

from app.db import Database
from app.queries.choices import COUNTED, choices, count_arrived
from app.queries.feed import FeedFilter
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, source_row


def test_the_filters_offer_what_there_is_and_new_mentions_are_counted_to_a_hundred(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    rows = [
        mention_row(here, f"acme {n}", NOW + timedelta(minutes=n), platform="forum" if n % 2 else "", language="fr")
        for n in range(COUNTED + 5)
    ]
    add(brand, source_row(here, "news"), source_row(here, "Blog"), *rows, *(match_row(row, brand) for row in rows))
    add(mention_row(elsewhere.workspace_id, "theirs", platform="secret", language="de"))
    with db.reading() as session:
        offered = choices(session, viewer)
        assert [row.name for row in offered.brands] == ["Acme"]
        assert [row.name for row in offered.sources] == ["Blog", "news"]
        assert (offered.platforms, offered.languages) == (["forum"], ["fr"])
        for since, wanted, number in (
            (NOW, FeedFilter(), COUNTED),
            (NOW + timedelta(minutes=COUNTED), FeedFilter(), 4),
            (NOW + timedelta(minutes=COUNTED), FeedFilter(brands=(brand.id,), platforms=("forum",)), 2),
            (NOW + timedelta(days=1), FeedFilter(), 0),
        ):
            assert count_arrived(session, viewer, wanted, since) == number
