from __future__ import annotations

from ground.date_tokens import plain, tokens


def test_a_spelling_is_cut_into_its_parts() -> None:
    found = [(token.kind, token.text) for token in tokens(plain("Mar. 24 nov. 2026 – 15:07 CET (Paris)"))]
    assert found == [
        ("word", "mar."), ("number", "24"), ("word", "nov."), ("number", "2026"), ("clock", "15:07"), ("word", "cet"),
        ("comment", "(paris)"),
    ]  # fmt: skip


def test_a_minus_is_an_offset_only_after_a_clock() -> None:
    assert [token.kind for token in tokens("24-nov-2026 15:07-0500")] == ["number", "word", "number", "clock", "zone"]


def test_what_belongs_to_no_date_is_unknown_and_nothing_is_lost() -> None:
    written = "24 € 11"
    assert [token.kind for token in tokens(written)] == ["number", "unknown", "number"]
    assert [written[token.start : token.end] for token in tokens(written)] == ["24", "€", "11"]
