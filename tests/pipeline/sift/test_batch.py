from __future__ import annotations

from uuid import UUID

from app.pipeline.sift.batch import Stored


def test_each_outcome_is_counted_and_known_by_its_fingerprint() -> None:
    result = Stored()
    result.note(b"a", "stored", UUID(int=1))
    result.note(b"b", "stored", UUID(int=2))
    result.note(b"c", "updated", UUID(int=3))
    result.note(b"d", "unchanged")
    result.note(b"e", "quarantined")
    assert (result.stored, result.updated, result.unchanged, result.quarantined) == (2, 1, 1, 1)
    assert result.outcomes == {b"a": "stored", b"b": "stored", b"c": "updated", b"d": "unchanged", b"e": "quarantined"}
    assert result.ids == {b"a": UUID(int=1), b"b": UUID(int=2), b"c": UUID(int=3)}
