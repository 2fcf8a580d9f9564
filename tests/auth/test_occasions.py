"""What a person is told by mail: what they chose."""

from __future__ import annotations

from app.auth.occasions import OCCASIONS, wants
from app.models import User


def test_a_person_is_told_of_what_they_chose() -> None:
    user = User(occasions=["assigned"])
    assert {occasion: wants(user, occasion) for occasion in OCCASIONS} == {
        "assigned": True,
        "mentioned": False,
        "incident": False,
    }
