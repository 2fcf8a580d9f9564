"""`python -m app.locale`: adds to the catalogues what the code says, and removes what it no longer says."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from app.locale.gather import gather
from app.web.typography import french
from app.web.words import SENSE

FRENCH = Path(__file__).parent / "fr" / "LC_MESSAGES" / "messages.po"


def update(old: Catalog) -> Catalog:
    """A catalogue with every message of the code, translated as in the old one and set as
    French is printed; new messages are empty."""
    new = Catalog(
        locale="fr", project="Vigie", charset="utf-8", fuzzy=False, creation_date=datetime(2026, 1, 1, tzinfo=UTC)
    )
    new.revision_date = new.creation_date
    new.header_comment = "# The French of Vigie. `python -m app.locale` keeps its messages in step with the code."
    for message in sorted(gather(), key=lambda id_: id_ if isinstance(id_, str) else id_[0]):
        context, _, word = message.rpartition(SENSE) if isinstance(message, str) else ("", "", message)
        known = old.get(word if isinstance(word, str) else word[0], context or None)
        new.add(word, _set(known.string) if known and known.string else None, context=context or None)
    return new


def _set(words: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    """A translation, or its singular and plural, set as French is printed."""
    return french(words) if isinstance(words, str) else tuple(map(french, words))


def main() -> int:
    """Rewrites the French catalogue. Returns 1 when messages have to be translated."""
    with FRENCH.open("rb") as file:
        old = read_po(file, locale="fr")
    new = update(old)
    with FRENCH.open("wb") as file:
        write_po(file, new, width=120, omit_header=False)
    missing = [(message.context, message.id) for message in new if message.id and not any(message.string or ())]
    print(f"{len(new)} messages, {len(missing)} to translate")
    for message in missing:
        print(f"  {message!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
