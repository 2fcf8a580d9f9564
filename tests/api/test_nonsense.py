"""Nonsense in every parameter of every address that is read: an answer, or a refusal that says what is wrong."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_params

from app.api.limits import Limits, Rates
from app.api.route import Route
from app.db import Database
from app.services import Services
from tests.api.things import Things, things_of

NONSENSE = (
    "\x00", "' OR 1=1; DROP TABLE mention; --", "-1", "1e309", "٣", "9" * 40, "{\"$gt\": \"\"}", "../../etc/passwd",
    "%00%0d%0aX-Injected: 1", "😀" * 300, "2026-13-45T99:99:99Z", "NaN", "((((", "\u202e",
)  # fmt: skip


def readable(app: FastAPI) -> list[tuple[str, list[str]]]:
    """Each address that is read, with the names of what may be given in its query."""
    routes = [route for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    return [(route.path, sorted(query_names(route))) for route in routes]


def query_names(route: Route) -> set[str]:
    return {field.alias for field in get_flat_params(route.dependant) if field.alias not in route.path}


def test_nonsense_in_a_parameter_is_no_failure_of_ours(app: FastAPI, us: Any, db: Database, services: Services) -> None:
    app.state.limits = Limits(services.db, Rates(key=100_000, costly=100_000))
    ours: Things = things_of(us, db, services)
    tried = 0
    for path, names in readable(app):
        address = re.sub(r"\{(\w+)\}", lambda name: str(getattr(ours, name[1])), path)
        for name, value in product(names, NONSENSE):
            answer = us.admin.get(address, params={name: value})
            assert answer.status_code in (200, 404, 422), (path, name, value, answer.text)
            assert "x-injected" not in answer.headers
            if answer.status_code == 422:
                assert answer.json()["errors"], (path, name, value)
            tried += 1
    assert tried > 60 * len(NONSENSE)
