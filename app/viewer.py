"""Who is asking, and what they may do: a person, an API key, or the machine itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Literal, ParamSpec, TypeVar
from uuid import UUID

from app.problems import Problem

Scope = Literal["read", "write", "admin"]
"""What a role or an API key is given. None contains another: a manager holds `read` and `write`."""
Role = Literal["owner", "admin", "manager", "viewer"]
"""What a member is. An owner may do what an administrator may, and alone makes or unmakes owners."""
Right = Literal["read", "write", "admin", "own", "any"]
"""What an action or a query demands: a scope; `own`, to read and to be a person with an account; `any`, nothing."""
ROLE_SCOPES: dict[str, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "manager": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
    "owner": frozenset({"read", "write", "admin"}),
}

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, in which workspace, and what they may do there. Every query and every action takes a viewer.

    The audit log shows the `actor`: an e-mail address, `key:<name>` or `cli`. `owns`: what only an owner may.
    `user_id` is the account of a person, `behind` that of the person who made the key in use.
    """

    workspace_id: UUID
    actor: str
    scopes: frozenset[Scope]
    user_id: UUID | None = None
    language: str = "en"
    timezone: str = "UTC"
    owns: bool = False
    behind: UUID | None = None

    def needs(self, right: Right) -> None:
        """Raises Problem 403 unless the viewer has this right."""
        if right == "any":
            return
        scope: Scope = "read" if right == "own" else right
        if scope not in self.scopes:
            raise Problem("forbidden", 403, "This needs the scope «{scope}».", scope=scope)
        if right == "own" and self.user_id is None:
            raise no_account()


def no_account() -> Problem:
    """403 for a key or the machine, where a person's own account is meant."""
    return Problem("no-account", 403, "This is for people with an account, not for a key.")


def may(right: Right) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declares the right that an action or a query demands of its `viewer`, and checks it before the function runs.

    The function then raises Problem 403, whatever its other arguments are.
    """

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        position = list(signature(function).parameters).index("viewer")

        @wraps(function)
        def check_right(*args: P.args, **kwargs: P.kwargs) -> T:
            viewer = kwargs["viewer"] if "viewer" in kwargs else args[position]
            assert isinstance(viewer, Viewer)
            viewer.needs(right)
            return function(*args, **kwargs)

        return check_right

    return declare
