"""The mentions as a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from openpyxl import load_workbook

from tests.api.things import PUSH, item


def test_an_export_holds_what_the_filters_leave_and_no_formula(us: Any, said: dict[str, str]) -> None:
    us.editor.post(PUSH, json={"items": [item(9, "=HYPERLINK(acme)", language="fr", author="@cmd")]})
    text = us.reader.get("/api/v1/mentions/export?format=csv&language=fr")
    assert text.headers["content-disposition"].startswith('attachment; filename="mentions-')
    rows = list(csv.DictReader(io.StringIO(text.content.decode())))
    assert [row["text"] for row in rows] == ["'=HYPERLINK(acme)", "acme, quelle honte, un colis perdu"]
    assert rows[0]["author"] == "'@cmd"
    lines = us.reader.get("/api/v1/mentions/export?format=jsonl&language=fr").text.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["=HYPERLINK(acme)", "acme, quelle honte, un colis perdu"]
    first = json.loads(lines[1])
    assert (first["brands"], first["stances"], first["tags"]) == (["Acme"], ["detractor"], [])
    shown = us.reader.get(f"/api/v1/mentions/{said['x1']}").json()
    assert (first["published_at"], first["collected_at"]) == (shown["published_at"], shown["collected_at"])
    sheet = load_workbook(io.BytesIO(us.reader.get("/api/v1/mentions/export?format=xlsx").content)).active
    assert sheet is not None
    assert sheet.max_row == 6
    assert us.reader.get("/api/v1/mentions/export?q=(").status_code == 422
    assert us.reader.get("/api/v1/mentions/export?format=pdf").status_code == 422
