"""A sentence for people, which is translated before its places are filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in English with {named} places, so that it can be translated before they are filled."""

    text: str
    args: Mapping[str, Json] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.args)


def as_json(notice: Notice | None) -> dict[str, Json] | None:
    """The sentence as it is kept in a column: {"text": template, "args": {…}}."""
    return {"text": notice.text, "args": dict(notice.args)} if notice else None
