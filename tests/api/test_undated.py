"""A mention whose date is not known, through the API: marked as such, found, and exported without a date."""

from __future__ import annotations

from typing import Any

import pytest

IMPORT = "/api/v1/mentions/import"
TABLE = "texte;auteur;quand\nAcme est parfaite;Zoé;jadis\nAcme ne marche plus;Bob;naguère\n"
MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "xlsx": "application/octet-stream"}


@pytest.fixture
def undated(us: Any, brand: Any) -> Any:
    """Two mentions without dates beside one with a date; the source that they were imported into."""
    answer = us.editor.post(f"{IMPORT}?source=Avis&undated=true", content=TABLE, headers={"Content-Type": "text/csv"})
    assert answer.json()["stored"] == 2, answer.text
    dated = [{"external_id": "d", "text": "Acme, hier", "published_at": "2026-01-02T08:00:00Z"}]
    assert us.editor.post("/api/v1/mentions", json={"items": dated}).status_code == 202
    [source] = [one for one in us.reader.get("/api/v1/sources").json()["items"] if one["name"] == "Avis"]
    return source


def mentions(us: Any, filters: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = us.reader.get(f"/api/v1/mentions?{filters}").json()["items"]
    return items


def test_a_guessed_date_is_marked_and_those_that_have_one_are_found(us: Any, undated: Any) -> None:
    assert {one["text"]: one["published_guessed"] for one in mentions(us)} == {
        "Acme est parfaite": True, "Acme ne marche plus": True, "Acme, hier": False,
    }  # fmt: skip
    assert [len(mentions(us, f"undated={which}")) for which in ("true", "false")] == [2, 1]
    assert [one["text"] for one in mentions(us, "undated=true&q=marche")] == ["Acme ne marche plus"]
    one = mentions(us, "undated=true")[0]
    assert (one["published_at"], one["date_spelling"]) == (one["collected_at"], None)


def test_a_source_says_how_many_have_no_date_and_what_to_do(us: Any, undated: Any) -> None:
    assert (undated["undated"], undated["date_spelling"]) == (2, None)
    assert "Import the file again with the column of its dates" in undated["warning"]


def test_the_dates_of_an_import_mend_its_mentions(us: Any, undated: Any) -> None:
    table = TABLE.replace("jadis", "3/11/2026").replace("naguère", "14/11/2026")
    answer = us.editor.post(
        f"{IMPORT}?source=Avis&map=quand:date&map=texte:text&map=auteur:author",
        content=table,
        headers={"Content-Type": "text/csv"},
    )
    assert (answer.json()["stored"], answer.json()["updated"]) == (0, 2), answer.text
    assert mentions(us, "undated=true") == []
    assert us.reader.get(f"/api/v1/sources/{undated['id']}").json()["warning"] is None


@pytest.mark.parametrize("name", MEDIA)
def test_an_export_and_what_is_imported_from_it_have_no_date_either(
    us: Any, undated: Any, them: Any, name: str
) -> None:
    written = us.reader.get(f"/api/v1/mentions/export?format={name}").content
    them.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"})
    answer = them.editor.post(
        f"{IMPORT}?source=Copie&undated=true", files={"file": (f"m.{name}", written, MEDIA[name])}
    )
    assert answer.json()["stored"] == 3, answer.text
    assert {one["text"]: one["published_guessed"] for one in mentions(them)} == {
        one["text"]: one["published_guessed"] for one in mentions(us)
    }
    [dated] = mentions(them, "undated=false")
    assert dated["published_at"] == "2026-01-02T08:00:00Z"
