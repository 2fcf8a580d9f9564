"""`vigie doctor`: what it prints and how it ends."""

from __future__ import annotations

import json

from tests.cli.conftest import NO_DATABASE, OWN_KEY, Run, vigie


def test_doctor_says_what_is_set_and_hides_what_is_secret(run: Run) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert OWN_KEY not in ran.out
    found = {one["name"]: one for one in json.loads(ran.out)}
    assert found["VIGIE_SECRET_KEY"] == {"name": "VIGIE_SECRET_KEY", "state": "ok", "text": "set (environment)"}
    assert found["database"]["state"] == "ok"
    assert found["worker"]["state"] == "note"


def test_doctor_names_what_is_wrong() -> None:
    ran = vigie("doctor", **NO_DATABASE)
    assert ran.code == 1
    assert "sesame" not in ran.out
    (bad,) = [line for line in ran.out.splitlines() if line.startswith("✗")]
    assert "database" in bad
    assert "VIGIE_DATABASE_URL" in bad
