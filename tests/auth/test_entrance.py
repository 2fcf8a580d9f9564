"""Who comes in by single sign-on."""

from __future__ import annotations

import pytest

from app.auth.entrance import entrant
from app.auth.oidc import Identity
from app.db import Database
from app.models import User
from app.problems import Problem
from app.settings import Settings
from tests.auth.conftest import EMAIL


def test_a_member_comes_in_and_a_newcomer_only_from_a_named_domain(db: Database, ana: User) -> None:
    open_to = Settings(oidc_domains=("acme.example",))
    with db.writing() as session:
        assert entrant(session, Identity("1", EMAIL, "", False), Settings()).user_id == ana.id
        with pytest.raises(Problem, match="no account here"):
            entrant(session, Identity("2", "cleo@acme.example", "", False), Settings())
        first = entrant(session, Identity("2", "cleo@acme.example", "Cleo", False), open_to)
        again = entrant(session, Identity("2", "cleo@acme.example", "Cleo", False), open_to)
        assert (first.joined, again.joined, first.user_id) == (True, False, again.user_id)


def test_a_workspace_that_does_not_exist_lets_nobody_in(db: Database, ana: User) -> None:
    settings = Settings(oidc_domains=("acme.example",), oidc_workspace="nowhere")
    with db.writing() as session, pytest.raises(Problem, match="no account here"):
        entrant(session, Identity("2", "cleo@acme.example", "", False), settings)
