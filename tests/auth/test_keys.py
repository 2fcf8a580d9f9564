"""API keys: their shape and their checksum."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.auth import keys


@given(st.text(alphabet=keys.ALPHABET, min_size=40, max_size=40), st.integers(0, 45), st.sampled_from(keys.ALPHABET))
def test_the_checksum_of_a_key_tells_any_letter_changed(body: str, place: int, letter: str) -> None:
    key = f"vig_{body}{keys.checksum(body)}"
    changed = key[: 4 + place] + letter + key[5 + place :]
    assert keys.well_formed(key)
    assert keys.well_formed(changed) is (changed == key)


def test_keys_differ_and_have_their_shape() -> None:
    made = {keys.new_key() for _ in range(100)}
    assert len(made) == 100
    for key, public_id in made:
        assert len(key) == 50
        assert key[4:12] == public_id
