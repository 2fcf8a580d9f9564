"""What several verbs have in common: the option --workspace, and the example under a help text."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import cleandoc
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
T = TypeVar("T")


def workspace_option(command: Callable[P, T]) -> Callable[P, T]:
    """Adds the option --workspace."""
    return click.option("--workspace", default="default", show_default=True, help="the short name of the workspace")(
        command
    )


def example(text: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Puts an example under a command's help."""

    def wrap(command: Callable[P, T]) -> Callable[P, T]:
        @wraps(command)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return command(*args, **kwargs)

        call.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n\b\nExample:\n  {text}"
        return call

    return wrap
