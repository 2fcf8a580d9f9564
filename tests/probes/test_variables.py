from pathlib import Path

from app.probes.variables import unknown, unreadable


def test_a_name_that_no_setting_has_is_told_with_the_nearest_one() -> None:
    given = {"VIGIE_PORT": "1", "VIGIE_SECRET_KEY_FILE": "x", "VIGIE_SMPT_URL": "", "VIGIE_ZZZZZZZZ": "", "HOME": "/"}
    found = {finding.name: finding.text for finding in unknown(given)}
    assert set(found) == {"VIGIE_SMPT_URL", "VIGIE_ZZZZZZZZ"}
    assert found["VIGIE_SMPT_URL"].endswith("did you mean VIGIE_SMTP_URL?")
    assert "docs/operating.md" in found["VIGIE_ZZZZZZZZ"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x", encoding="utf-8")
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    given = {
        "VIGIE_PORT_FILE": str(tmp_path / "good"),
        "VIGIE_HOST_FILE": str(tmp_path / "bad"),
        "VIGIE_SMTP_URL_FILE": str(tmp_path / "gone"),
    }
    assert {finding.name for finding in unreadable(given)} == {"VIGIE_HOST_FILE", "VIGIE_SMTP_URL_FILE"}
