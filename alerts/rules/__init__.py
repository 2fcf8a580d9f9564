"""Each public module of this package is one kind of rule, registered by its presence."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from alerts.base import AnyRule


@cache
def all_rules() -> dict[str, AnyRule]:
    """The declarations, by kind."""
    kinds = [import_module(f"{__name__}.{m.name}").rule for m in iter_modules(__path__) if not m.name.startswith("_")]
    return {rule.kind: rule for rule in kinds}
