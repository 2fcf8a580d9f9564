"""Every public module of this package is one rule: its presence registers it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from alerts.base import AnyRule


@cache
def all_rules() -> dict[str, AnyRule]:
    """Each kind's declaration, by kind."""
    found = [import_module(f"{__name__}.{m.name}").rule for m in iter_modules(__path__) if not m.name.startswith("_")]
    return {rule.kind: rule for rule in found}
