"""The probe of the disk, on a file system that is really full."""

from __future__ import annotations

from pathlib import Path

from app.probes.disk import disk


def test_a_full_disk_and_one_that_is_nearly_full_are_told(small: Path) -> None:
    nearly = disk(small / "data")
    assert nearly.state == "bad"
    assert nearly.text.startswith("1 MiB are left for ")
    (small / "filler").write_bytes(b"x" * (900 * 1024))
    full = disk(small / "data")
    assert full.state == "bad"
    assert "cannot be written to: No space left on device" in full.text
    assert [path.name for path in small.iterdir()] == ["filler"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert "cannot be written to: Not a directory" in disk(tmp_path / "file" / "data").text


def test_a_folder_with_room_is_well_and_left_as_it_was(tmp_path: Path) -> None:
    assert disk(tmp_path / "not" / "yet").state in ("ok", "note")
    assert list(tmp_path.iterdir()) == []
