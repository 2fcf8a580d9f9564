"""Imports listed, looked at and undone by the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

CSV = {"Content-Type": "text/csv"}
AVIS = "Avis;Date;Magasin\nAcme est parfaite;22/11/2026;Brest\nAcme est en panne;23/11/2026;Vannes\n;24/11/2026;\n"


def send(us: Any, source: str = "Avis", **more: str) -> Any:
    answer = us.editor.post("/api/v1/imports", params={"source": source, **more}, content=AVIS.encode(), headers=CSV)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_import_is_listed_with_what_it_brought_and_undone(us: Any, brand: dict[str, Any]) -> None:
    made = send(us)
    [listed] = us.reader.get("/api/v1/imports").json()["items"]
    names = ("id", "state", "source", "file", "read", "stored", "refused", "unchanged", "unused_columns", "removed")
    assert [listed[name] for name in names] == [
        made["id"], "done", "Avis", "the body", 3, 2, 1, 0, ["Magasin"], 0,
    ]  # fmt: skip
    assert (listed["columns"], listed["by"]) == ({"Avis": "text", "Date": "date"}, "key:editor")
    one = f"/api/v1/imports/{made['id']}"
    assert us.reader.get(one).json()["undo"] == {"removes": 2, "leaves": 0}
    assert us.reader.delete(one).status_code == 403
    undone = us.editor.delete(one)
    assert (undone.status_code, undone.json()["state"], undone.json()["removed"]) == (202, "undone", 2)
    assert us.reader.get("/api/v1/mentions").json()["items"] == []
    assert us.editor.delete(one).json() == undone.json()
    assert send(us)["stored"] == 2


def test_a_trial_is_no_import(us: Any, brand: dict[str, Any]) -> None:
    assert send(us, dry_run="true")["id"] is None
    assert us.reader.get("/api/v1/imports").json()["items"] == []


def test_an_import_of_answers_is_listed_under_its_brand(us: Any, brand: dict[str, Any]) -> None:
    path = f"/api/v1/brands/{brand['id']}/survey-responses"
    made = us.editor.post(f"{path}/import", content=b"id,score,date\na,9,2026-11-20\n", headers=CSV).json()
    one = us.reader.get(f"/api/v1/imports/{made['id']}").json()
    assert (one["source"], one["brand_id"], one["source_id"]) == (brand["name"], brand["id"], None)
    us.editor.delete(f"/api/v1/imports/{made['id']}")
    assert us.reader.get(path).json()["items"] == []


def test_the_imports_of_others_are_not_found(us: Any, them: Any, brand: dict[str, Any]) -> None:
    made = send(us)
    for wrong in (made["id"], str(uuid4()), "nonsense"):
        assert them.editor.get(f"/api/v1/imports/{wrong}").status_code == 404
        assert them.editor.delete(f"/api/v1/imports/{wrong}").status_code == 404
    assert us.reader.get(f"/api/v1/imports/{made['id']}").json()["state"] == "done"
