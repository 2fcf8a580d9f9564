"""What is to change of mentions, what that differs from, and what of it can be put back: decided, not written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.models import Json
from app.pipeline.judge.limits import SurenessOfModels, limits_for
from app.pipeline.judge.phrases import Occurrence
from app.pipeline.judge.stance import Facts, StanceRules
from sentiment.base import Score, Settled, Stance, StanceSource

COLUMNS = ("status", "assignee", "assignee_id", "tags", "note")
HIDDEN = ("assignee_id", "answered_at")
"""Columns that go with another one, so that the history of a mention does not tell of them."""
STANCE = "stance:"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to change: columns of the mention, and the stance if it `judges`, for one brand or for each matched.

    A stance of None undoes a person's correction.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    judges: bool = False
    stance: Settled | None = None
    brand_id: UUID | None = None

    def to_json(self) -> Json:
        """As `wish_of` reads it."""
        plain = {name: str(value) if isinstance(value, UUID) else value for name, value in self.values.items()}
        judging = {"stance": self.stance, "brand_id": self.brand_id and str(self.brand_id)} if self.judges else {}
        return {**plain, **judging}


def wish_of(stored: Json) -> Wish:
    """The wish that `to_json` wrote."""
    values = {name: stored[name] for name in COLUMNS if name in stored}
    if values.get("assignee_id"):
        values["assignee_id"] = UUID(values["assignee_id"])
    brand = stored.get("brand_id")
    return Wish(values, "stance" in stored, stored.get("stance"), UUID(brand) if brand else None)


def differing(row: Any, wish: Wish) -> Json:
    """The values of a mention from before, of those that the wish changes."""
    was = {name: getattr(row, name) for name, value in wish.values.items() if getattr(row, name) != value}
    if was.get("assignee_id"):
        was["assignee_id"] = str(was["assignee_id"])
    if "status" in was and wish.values["status"] == "answered" and row.answered_at is None:
        was["answered_at"] = None
    return was


def stance_left(match: Any) -> list[Any]:
    """The stance of a match with all that belongs to it, as it is kept to be put back."""
    at = match.corrected_at
    return [match.stance, match.stance_source, match.corrected_by, at.isoformat() if at else None]


def without_person(
    match: Any, mention: Any, rules: StanceRules, said: Sequence[Occurrence], models: SurenessOfModels
) -> tuple[Stance | None, StanceSource | None]:
    """The stance that counts once a correction is undone: the rating's, else a phrase's, else the model's, else none
    yet; and which of them decided."""
    score = None
    if match.negative is not None and match.neutral is not None and match.positive is not None:
        score = Score(match.negative, match.neutral, match.positive)
    limits = limits_for(models, match.model, mention.language)
    return rules.decide(Facts(match.brand_id, mention.rating, mention.rating_scale, said, score, limits))


def told(was: Json, wish: Wish, stances: Mapping[str, str | None]) -> Json:
    """The line of the history: {field: [before, after]}. `stances` are those after the change, by their keys."""
    line: Json = {}
    for name, before in was.items():
        if name.startswith(STANCE):
            line[name] = [before[0], stances[name]]
        elif name not in HIDDEN:
            line[name] = [before, wish.values[name]]
    return line


def restorable(was: Json, row: Any, wish: Wish, touched: Collection[str]) -> Json:
    """What of the values from before may be put back: not where somebody else has changed the field since, or where it
    is no longer as the change left it."""
    fields: Json = {}
    for name in wish.values:
        untouched = name not in touched and getattr(row, name) == wish.values[name]
        if name in was and untouched and not (name == "assignee_id" and "assignee" in touched):
            fields[name] = was[name]
    if "answered_at" in was and "status" in fields:
        fields["answered_at"] = None
    return fields


def stance_is_ours(match: Any, wish: Wish, at: datetime) -> bool:
    """Whether the stance of a match is still the one that the change of that moment left."""
    if wish.stance is None:
        return bool(match.stance_source != "person")
    return bool(match.stance_source == "person" and match.stance == wish.stance and match.corrected_at == at)
