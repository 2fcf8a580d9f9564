"""`python -m app.locale` keeps the catalogues in step with the code."""

from __future__ import annotations

from babel.messages import Catalog

from app.locale.__main__ import update
from app.locale.gather import gather


def test_translations_stay_and_what_the_code_says_no_more_goes() -> None:
    said = sorted(message for message in gather() if isinstance(message, str))
    old = Catalog(locale="fr")
    old.add(said[0], "traduit")
    old.add("A sentence that no file says any more.", "perdue")
    new = update(old)
    kept = new.get(said[0])
    assert kept is not None
    assert kept.string == "traduit"
    assert new.get("A sentence that no file says any more.") is None
    ids = {message.id[0] if isinstance(message.id, tuple) else message.id for message in new if message.id}
    assert ids == {message if isinstance(message, str) else message[0] for message in gather()}
    empty = new.get(said[1])
    assert empty is not None
    assert not empty.string
