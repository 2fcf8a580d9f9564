"""On which occasions a person is told by mail."""

from __future__ import annotations

from typing import Literal, get_args

from app.models import User

Occasion = Literal["assigned", "mentioned", "incident"]
"""A mention or an incident was assigned to them; a note names them; an incident opened."""
OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)


def wants(user: User, occasion: Occasion) -> bool:
    """Whether this person asked to be told of it."""
    return occasion in user.occasions
