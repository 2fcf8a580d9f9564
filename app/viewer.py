"""On whose behalf something is done: a person's, a key's, or the machine's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from app.problems import Problem

Scope = Literal["read", "write", "admin"]
ROLE_SCOPES: dict[str, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "editor": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, in which workspace, and what they may do there. Every query and every action takes a viewer.

    The audit log shows the `actor`: an e-mail address, `key:<name>` or `cli`.
    """

    workspace_id: UUID
    actor: str
    scopes: frozenset[Scope]
    user_id: UUID | None = None
    language: str = "en"
    timezone: str = "UTC"

    def needs(self, scope: Scope) -> None:
        """Raises Problem 403 unless the viewer has this scope."""
        if scope not in self.scopes:
            raise Problem("forbidden", 403, "This needs the scope «{scope}».", scope=scope)
