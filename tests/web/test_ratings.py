"""How ratings are read, as it is set."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Workspace


def test_ratings_are_read_as_it_is_set(browser: TestClient, db: Database) -> None:
    values = {"stars_promoter": "4", "stars_passive": "3", "ten_promoter": "9", "ten_passive": "7"}
    page = browser.post("/settings/ratings", data=values)
    assert "Saved. Ratings that are already stored are being read again." in page.text
    with db.reading() as session:
        assert session.scalars(select(Workspace.settings)).one()["ratings"]["stars_promoter"] == 4
    wrong = browser.post("/settings/ratings", data={**values, "stars_passive": "5"})
    assert wrong.status_code == 422
    assert "“Passive from” cannot be higher than “Promoter from”." in wrong.text
